/* What stands behind llmb_call, and how it moves on. */
#ifndef LLMB_CALL_OBJECT_H
#define LLMB_CALL_OBJECT_H

#include <llmbridge/engine.h>

#include "../core/utf8.h"
#include "bridge_object.h"
#include "call_request.h"

enum { CALL_BUFFER_KEPT_SIZE = 16 << 10 }; /* other buffers above this are freed with their call */

struct llmb_call {
  struct pool_ticket ticket;
  llmb_bridge *bridge;
  struct bridge_stage *stage; /* the engine that has the call, or will */
  struct llmb_call *next;     /* in the bridge's list of kept objects, or of watched calls */

  uint32_t kind; /* enum llmb_request_kind */
  struct call_request request;

  int32_t *tokens; /* produced so far, as the engine recorded them */
  uint64_t token_count, token_capacity;
  uint64_t progress_at_death; /* how far it was when an engine last died over it */
  uint64_t received_size;     /* bytes of text taken from engines, also those held back */
  uint32_t vectors_to_skip;   /* of a repeated embedding: those that were read before */
  uint32_t deaths;            /* in a row without progress */
  uint32_t retries;

  uint64_t number; /* of the bridge's calls, from 1 */
  uint64_t start_ns, deadline_ns, queue_deadline_ns;
  uint64_t first_token_limit_ns, stall_limit_ns; /* durations; LLMB_NEVER is none */
  uint64_t placed_ns, first_piece_ns, end_ns;
  uint64_t progress_seen, progress_ns;
  uint64_t output_size, output_size_max;
  struct utf8_holder holder;
  float *vector; /* of an embedding call: the one being received or not yet read */
  uint64_t vector_size, vector_received, vector_capacity; /* bytes; a size of 0 is none */
  uint64_t dimension;                                     /* of all vectors, once the first has come */
  uint32_t vectors_wanted, vectors_read;
  uint8_t *whole; /* with expect=json: the answer so far, to be checked at its end */
  uint64_t whole_size, whole_capacity;
  bool expects_json;
  bool delivered;  /* the caller has part of the answer */
  bool awaits_end; /* whoever waits for it now has no use for parts of the answer */
  _Atomic uint32_t cancel_requested;

  bool ended;
  llmb_status outcome;       /* once ended */
  llmb_error error;          /* if outcome is a failure */
  llmb_error *first_failure; /* of the engine that was chosen, where another stood in; NULL if none did */
  llmb_result result;
  uint32_t cached_prompt_tokens; /* not in the result, which hosts have compiled in */
  uint32_t attempts;

  bool watched;
  uint64_t watch_token;
};

/* Moves the call on as far as it goes without waiting; true if a read would return something. `locked` says that the
 * bridge's lock is held by the caller. */
bool call_look(llmb_call *call, uint64_t now_ns, bool locked);

/* Checks the input and the settings, and starts the call. */
llmb_status call_start(llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                       llmb_call **out_call, llmb_error *out_error);

/* The same with the object of a call that has ended, which its owner keeps also where this fails. */
llmb_status call_start_again(llmb_call *call, const struct call_input *input, const llmb_settings *settings,
                             uint64_t now_ns, llmb_error *out_error);

/* Gives an object without a call back. */
void call_recycle(llmb_call *call);

/* LLMB_OK if the handle may be used here, for this kind of reading. */
llmb_status call_check(const llmb_call *call, uint32_t kind, llmb_error *error);

/* How the call ended; the error is filled if it failed. */
llmb_status call_outcome(const llmb_call *call, llmb_error *error);
llmb_status call_not_ready(llmb_error *error);
void call_copy_result(llmb_result *target, const llmb_result *source);

/* An answer while it is read. */
struct call_text {
  char *text; /* NUL-terminated, freed with memory_release; NULL before the first read */
  uint64_t size, capacity;
};

/* Makes room for a read. */
llmb_status call_text_reserve(struct call_text *text, llmb_error *error);

/* After a look that said there is text: takes what is there of the current piece, checks it, and says how much of it
 * can be given out; 0 if that is only part of a character, or the call has just failed. */
uint64_t call_take_text(llmb_call *call, uint8_t *buffer, uint64_t capacity);

/* Reads all of an answer into *out_text, which is freed with memory_release. */
llmb_status call_read_all(llmb_call *call, char **out_text, uint64_t *out_size, llmb_error *error);

/* Whether a whole vector was received that has not been read. */
bool call_has_vector(const llmb_call *call);

/* Receives one vector and forgets it; *out_dimension is 0 when there are no more. */
llmb_status call_drop_vector(llmb_call *call, uint64_t deadline_ns, uint64_t *out_dimension, llmb_error *error);

/* The owner's check of an answer that is complete: LLMB_OK, or the call has ended with a failure. */
bool call_check_whole(llmb_call *call, bool locked);

/* Keeps a piece of an answer that will be checked as a whole; false if the call has ended for lack of memory. */
bool call_keep_text(llmb_call *call, const uint8_t *text, uint64_t size);

/* A moment and a duration of which either may be without end. */
uint64_t call_later_ns(uint64_t from_ns, uint64_t duration_ns);

/* When the call must be looked at though nothing has happened. */
uint64_t call_next_limit_ns(const llmb_call *call);

/* Of a placed call, cheap enough to spin on: whether its engine has written, or made room for more of a request that
 * did not fit into the ring. */
bool call_slot_has_news(const llmb_call *call);

/* What a placed call's owner asks to be rung for while it sleeps. */
enum channel_sleeper call_sleeper(const llmb_call *call);

/* Waits until call_look says true or until_ns passes (false). */
bool call_wait(llmb_call *call, uint64_t until_ns);

/* Ends the call. `engine_ended` says that the engine has sent its last frame of it. */
void call_end(llmb_call *call, llmb_status outcome, bool engine_ended, bool locked);

/* The same with a failure that is described here. */
void call_end_with(llmb_call *call, llmb_status failure, uint32_t phase, bool engine_ended, bool locked,
                   const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Whether the engine it is with has accepted it. */
bool call_is_begun(const llmb_call *call);

/* Whether nothing would be done twice: the engine never began, or what it does has no effects and nobody has seen any
 * of it. */
bool call_may_be_repeated(const llmb_call *call);

/* Ends a placed call as its engine says that it failed. */
void call_end_failed(llmb_call *call, const llmb_error *failure, bool locked);

/* Ends a placed call whose engine did what no engine may, and the engine with it. */
void call_end_broken(llmb_call *call, bool locked, const char *what);

/* Records tokens that the engine has produced; false if the call has ended over it. */
bool call_take_tokens(llmb_call *call, bool locked);

/* A repeated call that has come further than where its engine died need not be kept apart any more. */
void call_clear_suspicion(llmb_call *call, bool locked);

/* Under the lock: what to do now that the engine has died over this call. */
void call_survive(llmb_call *call, uint64_t now_ns);

/* Sends what fits of the request; under the lock. */
void call_push_request(llmb_call *call);

/* Finds a place for the call's next attempt; under the lock. Ends the call if there is none. */
void call_enter(llmb_call *call, uint64_t now_ns);

/* Checks the time limits that are the caller's and the wish to cancel; ends the call if one applies. */
void call_check_limits(llmb_call *call, uint64_t now_ns, bool locked);

/* Under the lock: counts how a call has ended, before it leaves its slot; and that it goes to another engine. */
void call_count_end(const llmb_call *call);
void call_count_move(const llmb_call *call, bool begun, uint64_t now_ns);

/* The phase a call is in, for an error about it. */
uint32_t call_phase(const llmb_call *call);

void call_free(llmb_call *call);

#endif
