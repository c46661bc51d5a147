/* A call's request as it goes over the wire, kept for another attempt. */
#ifndef LLMB_CALL_REQUEST_H
#define LLMB_CALL_REQUEST_H

#include "channel/frame.h"
#include "core/settings_set.h"
#include "pool/slot.h"

struct llmb_call;
struct call_words;

/* A buffer above this is freed with its call, and a lent input above it is not copied. */
enum { CALL_REQUEST_KEPT_SIZE = 64 << 10 };

struct call_request {
  uint8_t *bytes; /* the frame; of an input that is lent, what stands before and behind it */
  uint64_t capacity;
  const uint8_t *lent; /* the input, which its owner keeps until the call is closed; NULL if it was copied */
  uint64_t lent_size, lent_offset; /* in the frame */
  uint64_t size, sent;             /* of the frame */
  uint64_t fresh_size;             /* of that, without what a resumed call carries */
};

/* What a call is about. */
struct call_input {
  uint32_t kind;
  const uint8_t *const *items;
  const uint64_t *sizes;
  uint32_t count;
  bool patient;                      /* it may wait in a queue that is full */
  bool lent;                         /* the items stay as they are until the call is closed */
  const char *what;                  /* the argument's name in messages: "prompt" or "text" */
  struct waker *waker;               /* of who waits for it together with others; NULL for the call's own */
  const volatile int32_t *interrupt; /* as of llmb_interrupt_set; NULL is none */
};

/* Builds the frame but for the call's number; `given` has the limits and the size of the settings, which are encoded
 * here unless `pairs` is what they come to. */
llmb_status call_request_build(struct call_request *request, const struct frame_submit *given,
                               const llmb_settings *settings, const char *pairs, const struct call_input *input);

/* Adds what the next engine must know of the answer so far. */
llmb_status call_request_resume(struct call_request *request, const struct call_words *tokens,
                                const struct call_words *origin, uint64_t text_size);

/* A keyed hash of what is asked: kind, settings and input. */
uint64_t call_request_hash(const struct call_request *request, const uint64_t key[2]);

/* Gives it its number, before it is sent; also once more. */
void call_request_number(struct call_request *request, uint64_t call_id, uint64_t flags);

/* Puts the next bytes into the slot's ring, as many as fit and at most CHANNEL_STEP_SIZE; returns how many. */
uint64_t call_request_put(struct call_request *request, struct slot *slot);

/* Forgets the request; a small buffer is kept for the next one. */
void call_request_reset(struct call_request *request);

void call_request_free(struct call_request *request);

/* Sends what fits of the request; under the lock. */
void call_push_request(struct llmb_call *call);

#endif
