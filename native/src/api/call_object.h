/* The object behind llmb_call. */
#ifndef LLMB_CALL_OBJECT_H
#define LLMB_CALL_OBJECT_H

#include <llmbridge/engine.h>

#include "api/bridge_object.h"
#include "api/call_request.h"
#include "api/call_unread.h"
#include "channel/frame.h"
#include "core/utf8.h"
#include "pool/slot.h"

enum { CALL_BUFFER_KEPT_SIZE = 16 << 10 }; /* other buffers above this are freed with their call */

/* What the next engine is given should this one die. */
struct call_words {
  int32_t *items;
  uint64_t count, capacity;
};

/* Text beside the answer, as its engine said it. */
struct call_aside {
  char *text;
  uint64_t size, capacity;
};

struct llmb_call {
  struct pool_ticket ticket;
  struct waker waker;
  llmb_bridge *bridge;
  struct bridge_stage *stage; /* the engine that has the call, or will */
  struct llmb_call *next;     /* in the bridge's list of kept objects, or of watched calls */

  uint32_t kind; /* enum llmb_request_kind */
  struct call_request request;

  struct call_words tokens;   /* produced so far, as the engine recorded them */
  struct call_words logprobs; /* JSON of its tokens, as frame.h says */
  bool wants_logprobs;        /* else what an engine tells of them is dropped */
  struct call_words origin;   /* how it came to what they were computed from, in its own words */
  uint64_t progress_at_death; /* how far it was when an engine last died under it */
  uint64_t received_size;     /* bytes of text taken from engines, also those held back */
  uint32_t vectors_to_skip;   /* of a repeated embedding: those that were read before */
  uint32_t deaths;            /* in a row without progress, that are evidence against it */
  uint32_t losses;            /* the same, of engines that had it, whatever ended them */
  uint32_t retries;

  uint64_t number; /* of the bridge's calls, from 1 */
  uint64_t start_ns, deadline_ns, queue_deadline_ns;
  uint64_t first_token_limit_ns, stall_limit_ns; /* durations; LLMB_NEVER is none */
  uint64_t placed_ns, first_piece_ns, end_ns;
  uint64_t progress_seen, progress_ns;
  uint64_t looked_ns; /* when its caller last looked at it */
  uint64_t output_size, output_size_max;
  struct call_aside aside[FRAME_ASIDE_KINDS]; /* by enum llmb_aside - 1 */
  struct utf8_holder holder;
  float *vector; /* of an embedding call: the one being received or not yet read */
  uint64_t vector_size, vector_received, vector_capacity; /* bytes; a size of 0 is none */
  uint64_t dimension;                                     /* of all vectors, once the first has come */
  uint32_t vectors_wanted, vectors_read;
  uint8_t *whole; /* with expect=json: the answer so far, to be checked at its end */
  uint64_t whole_size, whole_capacity;
  struct unread unread;     /* parts that were taken out of the ring before they were read */
  enum slot_news last_word; /* SLOT_DONE or SLOT_FAILED: taken out of the ring too, and the slot given back */
  struct frame_done done;   /* with SLOT_DONE; with SLOT_FAILED `error` is filled */
  bool reader_was_slow;     /* its engine had to wait for room in the ring */
  bool expects_json;
  struct schema_use *schema;    /* what the answer has to keep; NULL for none */
  struct call_session *session; /* the conversation it goes on with; NULL for none */
  bool is_told_whole;           /* its caller gets the answer as a whole, once it is complete */
  bool delivered;               /* the caller has part of the answer */
  bool awaits_end;              /* whoever waits for it now has no use for parts of the answer */
  _Atomic uint32_t cancel_requested;
  const volatile int32_t *interrupt; /* the host's flag: non-zero cancels the call; NULL is none */

  bool ended;
  llmb_status outcome;       /* once ended */
  llmb_error error;          /* if outcome is a failure */
  llmb_error *first_failure; /* of the engine that was chosen, where another stood in; NULL if none did */
  llmb_result result;
  uint32_t cached_prompt_tokens; /* not in the result, which hosts have compiled in */
  uint32_t attempts;
  uint32_t replaced, constrained, tool_parse; /* as cached_prompt_tokens: of a call that has succeeded */
  bool was_resumed, origin_lost;

  bool watched;
  uint64_t watch_token;
};

/* Everything of a kept object but its buffers. */
void call_reset(llmb_call *call);

/* Frees the buffers that the next call of this object will hardly need. */
void call_drop_large_buffers(llmb_call *call);

/* Drops the text beside the answer. */
void call_forget_aside(llmb_call *call);

/* Drops what was taken out of the ring and not read. */
void call_forget_unread(llmb_call *call);

void call_free(llmb_call *call);

/* How the call ended; the error is filled if it failed. */
llmb_status call_outcome(const llmb_call *call, llmb_error *error);
llmb_status call_not_ready(llmb_error *error);
void call_copy_result(llmb_result *target, const llmb_result *source);

#endif
