/* The engine's side of the channel: what stands behind the engine SDK. One thread serves; only the counters that
 * llmb_request_cancelled and llmb_request_progress touch may be used by others meanwhile. */
#ifndef LLMB_ENGINE_CHANNEL_H
#define LLMB_ENGINE_CHANNEL_H

#include <pthread.h>

#include <llmbridge/engine.h>

#include "channel/channel_layout.h"
#include "channel/channel_limits.h"
#include "channel/fair_share.h"
#include "channel/frame.h"
#include "channel/ring.h"
#include "channel/spin.h"
#include "core/settings_set.h"
#include "keeper/keeper_lifeline.h"
#include "platform/os_handle.h"

enum engine_slot_state {
  ENGINE_SLOT_IDLE,      /* waiting for a frame's head */
  ENGINE_SLOT_RECEIVING, /* a request is coming in */
  ENGINE_SLOT_WAITING,   /* it is whole, and waits for its client's turn: of a shared engine */
  ENGINE_SLOT_WORKING    /* the engine has the request */
};

struct engine_client;

struct llmb_request {
  llmb_engine *engine;
  struct engine_client *client;
  struct channel_slot *shared;
  uint32_t slot;   /* of its client's */
  uint32_t number; /* among the engine's requests in work; the slot, where there is one client only */
  enum engine_slot_state state;
  struct ring_reader requests;
  struct ring_writer responses;

  struct frame_head head; /* of the request being received or worked on */
  struct frame_submit submit;
  uint8_t *payload; /* settings pairs, then input, then a NUL */
  uint64_t payload_size, payload_received, payload_capacity;
  uint64_t logprobs_size;                /* what was said of its answer's tokens */
  bool has_settings, accepted, answered; /* answered: in part */
  const char *input;                     /* in the payload */
  int32_t *resume_tokens;                /* aligned copy of the tokens and, behind them, the origin; NULL if none */
  uint32_t item_index; /* of the item that begins at item_offset of the input: where the last look ended */
  uint64_t item_offset;
  llmb_settings settings; /* decoded when the request has any; else the engine's stand in */
  uint64_t decoded_size;  /* of the pairs they were decoded from: the next request often has the same */

  uint8_t *backlog; /* frames that did not fit into the ring yet */
  uint64_t backlog_size, backlog_sent, backlog_capacity;
};

enum { ENGINE_SCOPE_SIZE = 40 }; /* "client " and two words in hexadecimal digits */

/* A host's connection. A shared engine has many, any other one. */
struct engine_client {
  os_handle socket; /* the host's rings, at last its end */
  os_handle worker_bell;
  os_handle slot_bells[CHANNEL_SLOTS_MAX]; /* of a shared engine's client one bell, at 0, is all slots' */
  struct channel_region *region;
  uint64_t region_size;
  uint64_t seen_sequence;
  uint32_t slot_count, next_slot;
  uint32_t number, place;        /* the server's; 0 where there is one client only */
  char scope[ENGINE_SCOPE_SIZE]; /* of a shared engine: the cache_scope of its calls that name none */
  uint32_t working_count;        /* requests of it that the engine has */
  struct fair_account account;
  bool gone; /* nothing of it is wanted any more; freed when the engine has let go of its requests */
  struct llmb_request requests[CHANNEL_SLOTS_MAX];
};

struct llmb_engine {
  os_handle socket; /* the opening messages; of a shared engine then its server's orders, and the server's end */
  os_handle post;
  os_handle watched; /* what llmb_engine_watch was given */
  struct engine_client *clients[ENGINE_CLIENTS_MAX];
  uint32_t client_count;
  uint32_t next_client; /* of a shared engine: looked at first among equals */
  uint32_t slot_count, working_count;
  uint64_t idle_ns;       /* how long without a request before it retires; LLMB_NEVER is never */
  uint64_t idle_since_ns; /* 0 if it is not; an engine that wakes for itself meanwhile stays idle */
  struct spin spin;
  struct keeper_lifeline lifeline;
  pthread_t watcher;
  uint32_t abilities;
  uint32_t layers; /* of the sandbox: bits of os_confine_layer that hold */
  bool watching, host_gone;
  bool in_process;   /* a thread of the host's: there is no keeper, and nothing may be given up */
  bool is_shared;    /* its keeper is a server, which brings clients */
  bool news_pending; /* the host wrote what the engine was not told of: room, a wish to cancel */
  bool look_again;   /* slots may hold more than the last look took, though the sequence says nothing new */
  bool is_alone;     /* it works on a request that may end it: nothing is begun beside that */
  uint64_t orders_seen;
  struct llmb_request *working[CHANNEL_SLOTS_MAX]; /* of a shared engine, by number */
  llmb_settings settings;
  struct engine_client only; /* where there is one client only */
};

#endif
