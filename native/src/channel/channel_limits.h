/* Named maxima of the channel. */
#ifndef LLMB_CHANNEL_LIMITS_H
#define LLMB_CHANNEL_LIMITS_H

#include <stdint.h>

enum {
  CHANNEL_SLOTS_MAX = 64,
  ENGINE_CLIENTS_MAX = 64,               /* of one shared engine */
  CHANNEL_REQUEST_RING_SIZE = 64 << 10,  /* a power of two */
  CHANNEL_RESPONSE_RING_SIZE = 64 << 10, /* a power of two */
  CHANNEL_STEP_SIZE = 16 << 10,          /* put or taken at once, so that one side copies while the other does */
  CHANNEL_INPUT_SIZE_MAX = 64 << 20,     /* one prompt or text */
  CHANNEL_ITEMS_MAX = 4096,              /* texts in one request */
  CHANNEL_DIMENSION_MAX = 1 << 20,       /* numbers in one vector */
  CHANNEL_PIECE_SIZE_MAX = 16 << 20,     /* one piece of an answer */
  CHANNEL_MESSAGE_SIZE_MAX = 1 << 10,    /* the message of an error frame */
  CHANNEL_LOG_SIZE_MAX = 2 << 10,        /* the log of an error frame */
  CHANNEL_BACKLOG_SIZE_MAX = 32 << 10,   /* what an engine may write ahead of a slow reader, per request */
  CHANNEL_TOKENS_MAX = 1024,             /* in one frame */
  CHANNEL_RESUME_TOKENS_MAX = 1 << 20,   /* of one call */
  CHANNEL_ORIGIN_WORDS_MAX = 8192,       /* of one call, in frames of CHANNEL_TOKENS_MAX */
  CHANNEL_LOGPROBS_WORDS_MAX = 8 << 20,  /* of one call: bytes of JSON, four in each */
  CHANNEL_INFO_SIZE_MAX = 16 << 10,      /* what an engine says of itself */
  CHANNEL_SETTINGS_SIZE_MAX = 32 << 10   /* bridge settings in the opening message */
};

/* How long a thread may spin for a reply before it sleeps. Waking a sleeping core costs about as much, so a reply
 * that comes within this time is cheaper to spin for. */
#define CHANNEL_SPIN_NS_MAX UINT64_C(50000)
#define CHANNEL_SPIN_NS_MIN UINT64_C(4000) /* less than this is no spin at all */
#define CHANNEL_SPIN_TRY_EVERY 32          /* waits without a spin until one is tried again */

/* How long an engine waits for the host's opening messages. */
#define CHANNEL_OPEN_TIMEOUT_NS UINT64_C(10000000000)

/* How long an engine waits until the host has taken enough of what it said before. */
#define CHANNEL_POST_TIMEOUT_NS UINT64_C(10000000000)

#endif
