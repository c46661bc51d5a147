/* How a call ends: exactly once, with everything that is known about why. */
#include "api/call_end.h"

#include <string.h>

#include "api/bridge_stage.h"
#include "api/call_request.h"
#include "api/call_schema.h"
#include "api/call_session.h"
#include "api/call_stats.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/policy.h"
#include "core/status_rows.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/demotion.h"
#include "pool/pool.h"
#include "pool/pool_blame.h"

uint32_t call_phase(const llmb_call *call) {
  const uint32_t state = atomic_load_explicit(&call->ticket.state, memory_order_acquire);
  if (call->session != NULL && call->session->stage == SESSION_STORING) return LLMB_PHASE_VALIDATE;
  if (state == TICKET_QUEUED) return call->ticket.waited_for_start ? LLMB_PHASE_LOAD : LLMB_PHASE_QUEUE;
  if (state == TICKET_FAILED) return LLMB_PHASE_LOAD;
  if (state != TICKET_PLACED && call->last_word == SLOT_NOTHING) return LLMB_PHASE_QUEUE;
  if (call->kind == LLMB_REQUEST_EMBED) return LLMB_PHASE_EMBED;
  return call->first_piece_ns != 0 ? LLMB_PHASE_GENERATE : LLMB_PHASE_PROMPT;
}

static double between_ms(uint64_t from_ns, uint64_t to_ns) {
  return to_ns > from_ns ? (double)(to_ns - from_ns) / 1e6 : 0;
}

/* Not by snprintf: that alone was a seventh of a call's instructions. */
static void fill_engine(const llmb_call *call, char *name, size_t capacity) {
  const char *engine = call->stage->pool.launch.engine;
  const size_t size = strnlen(engine, capacity - 1);
  memcpy(name, engine, size);
  name[size] = 0;
}

static void fill_result(llmb_call *call) {
  llmb_result *result = &call->result;
  const uint64_t placed_ns = call->placed_ns != 0 ? call->placed_ns : call->end_ns;
  result->attempts = call->attempts;
  result->queue_ms = between_ms(call->start_ns, placed_ns);
  result->start_ms = call->ticket.waited_for_start ? result->queue_ms : 0;
  result->first_token_ms = call->first_piece_ns != 0 ? between_ms(call->start_ns, call->first_piece_ns) : 0;
  result->total_ms = between_ms(call->start_ns, call->end_ns);
  fill_engine(call, result->engine, sizeof result->engine);
}

static void fill_error(llmb_call *call) {
  llmb_error *error = &call->error;
  error->status = call->outcome;
  error->attempts = call->attempts;
  error->elapsed_ms = between_ms(call->start_ns, call->end_ns);
  if (error->engine[0] == 0) fill_engine(call, error->engine, sizeof error->engine);
}

bool call_is_begun(const llmb_call *call) {
  if (atomic_load_explicit(&call->ticket.state, memory_order_relaxed) != TICKET_PLACED) return false;
  return call->ticket.connection->slots[call->ticket.slot].accepted;
}

bool call_may_be_repeated(const llmb_call *call) {
  if (call->delivered) return false;
  return !call_is_begun(call) || (call->ticket.connection->abilities & LLMB_ENGINE_ACTS) == 0;
}

/* The call as it was before any engine had it. */
static void forget_answer(llmb_call *call) {
  call->tokens.count = call->origin.count = call->logprobs.count = 0;
  call->progress_at_death = call->received_size = call->first_piece_ns = 0;
  call_forget_aside(call);
  call->vector_size = call->vector_received = call->dimension = call->whole_size = call->output_size = 0;
  call->vectors_to_skip = call->deaths = call->losses = 0;
  call->holder.held_size = 0;
  call_forget_unread(call);
  call->was_resumed = false;
  (void)call_request_resume(&call->request, &call->tokens, &call->origin,
                            0); /* there is none: it needs no more room than before */
}

/* Why the engine that was chosen failed: what its caller wants to know if the others cannot help. */
static void keep_first_failure(llmb_call *call, llmb_status outcome) {
  void *memory = NULL;
  if (call->first_failure != NULL || memory_allocate(sizeof *call->first_failure, &memory) != LLMB_OK) return;
  call->first_failure = memory;
  *call->first_failure = call->error;
  call->first_failure->status = outcome;
  stage_name_engine(call->first_failure, &call->stage->settings);
}

/* How a call ends that no engine is left for: that the last one does not do such things says less than why the first
 * failed. Fills the call's error then. */
static llmb_status last_word(llmb_call *call, llmb_status outcome) {
  if (outcome != LLMB_E_UNSUPPORTED || call->first_failure == NULL) return outcome;
  error_copy(&call->error, call->first_failure);
  return call->error.status;
}

/* Whether a call that is about to end like this goes on with another engine instead; it has gone there then, or has
 * ended there. */
static bool fall_back(llmb_call *call, llmb_status outcome, bool engine_ended, uint64_t now_ns) {
  llmb_bridge *bridge = call->bridge;
  const bool cannot = outcome == LLMB_E_UNSUPPORTED;
  if (bridge->stage_count == 1 || !(cannot || status_is(outcome, STATUS_ENGINES_FAULT)) || !call->error.retry_safe)
    return false;
  if (call->delivered || now_ns >= call->deadline_ns || atomic_load(&call->cancel_requested)) return false;
  if (atomic_load(&bridge->closing)) return false;
  struct bridge_stage *next = stage_next(bridge, call->stage);
  while (next != NULL && !demotion_allows(&next->demotion, now_ns)) next = stage_next(bridge, next);
  if (next == NULL) return false;
  keep_first_failure(call, outcome);
  demotion_note(&call->stage->demotion, cannot ? DEMOTION_NEITHER : DEMOTION_FAILURE, now_ns);
  forget_answer(call); /* before it is counted: it is begun anew, not continued */
  call_count_move(call, call_is_begun(call), now_ns);
  pool_settle_suspect(&call->stage->pool, &call->ticket, false, now_ns);
  pool_leave(&call->stage->pool, &call->ticket, engine_ended, now_ns);
  call->ticket.alone = call->ticket.apart = call->ticket.moved = call->ticket.hung = false;
  call->stage = next;
  call->result.fallback = 1;
  call_enter(call, now_ns);
  return true;
}

/* Whether a call whose answer was refused has been given to its engine again, within the same deadline. */
static bool ask_again(llmb_call *call, bool engine_ended, uint64_t now_ns) {
  const bool is_placed = atomic_load_explicit(&call->ticket.state, memory_order_relaxed) == TICKET_PLACED;
  const bool acts = !is_placed || (call->ticket.connection->abilities & LLMB_ENGINE_ACTS) != 0;
  if (!call_schema_asks_again(call, acts, now_ns)) return false;
  forget_answer(call);
  call_count_move(call, true, now_ns);
  pool_leave(&call->stage->pool, &call->ticket, engine_ended, now_ns);
  call_enter(call, now_ns);
  return true;
}

/* Whether a call whose conversation was too long asks its session for a shorter one. */
static bool leave_out(llmb_call *call, bool engine_ended, uint64_t now_ns) {
  if (call->delivered || !call_session_drop(call)) return false;
  forget_answer(call);
  pool_settle_suspect(&call->stage->pool, &call->ticket, true, now_ns);
  pool_leave(&call->stage->pool, &call->ticket, engine_ended, now_ns);
  return true;
}

void call_store(llmb_call *call) {
  const uint64_t now_ns = os_clock_ns();
  const bool is_placed = call->ticket.connection != NULL;
  const llmb_status status = call_session_store(call, now_ns);
  if (status != LLMB_OK) {
    call_end_with(call, status, LLMB_PHASE_VALIDATE, true, "no memory for the session's turn");
    return;
  }
  /* Nobody holds a slot while a disk is waited for. */
  if (is_placed) pool_note_success(&call->stage->pool, call->ticket.connection, now_ns);
  pool_settle_suspect(&call->stage->pool, &call->ticket, true, now_ns);
  pool_leave(&call->stage->pool, &call->ticket, true, now_ns);
}

bool call_is_poisoned(const llmb_call *call, uint64_t now_ns, llmb_error *error) {
  const struct poison_list *list = &call->bridge->poison;
  uint64_t since_ns = 0;
  if (list->count == 0) return false;
  if (!poison_list_find(list, call_request_hash(&call->request, list->key), now_ns, &since_ns)) return false;
  error_set(error, LLMB_E_POISONED, LLMB_PHASE_QUEUE,
            "this request ended two engines %llu s ago, and is refused for %llu s from then on",
            (unsigned long long)((now_ns > since_ns ? now_ns - since_ns : 0) / 1000000000u),
            (unsigned long long)(POISON_TIME_NS / 1000000000u));
  return true;
}

/* What the end of a call says of the engine that had it. */
static void note_end(llmb_call *call) {
  if (call->bridge->stage_count == 1) return;
  const enum demotion_verdict verdict = call->outcome == LLMB_OK                         ? DEMOTION_SUCCESS
                                        : status_is(call->outcome, STATUS_ENGINES_FAULT) ? DEMOTION_FAILURE
                                                                                         : DEMOTION_NEITHER;
  demotion_note(&call->stage->demotion, verdict, call->end_ns);
}

void call_end(llmb_call *call, llmb_status outcome, bool engine_ended) {
  if (call->ended) return;
  call->end_ns = os_clock_ns();
  /* An engine that was sent nothing has no last word to say: nobody may wait for it. */
  if (call->request.sent == 0) engine_ended = true;
  const bool is_of_session = call_session_is_pending(call); /* a failure is then no engine's */
  if (is_of_session && outcome != LLMB_OK && call_session_end(call)) outcome = LLMB_OK;
  if (outcome == LLMB_E_CONTEXT_FULL && leave_out(call, engine_ended, call->end_ns)) return;
  if (outcome == LLMB_E_OUTPUT_INVALID && ask_again(call, engine_ended, call->end_ns)) return;
  if (outcome != LLMB_OK && !is_of_session && fall_back(call, outcome, engine_ended, call->end_ns)) return;
  if (outcome != LLMB_OK) outcome = last_word(call, outcome);
  (void)call_session_end(call);
  call->outcome = outcome;
  fill_result(call);
  if (outcome != LLMB_OK) fill_error(call);
  if (outcome != LLMB_OK) call_forget_unread(call);       /* nobody will read it, and others may need the room */
  const bool is_placed = call->ticket.connection != NULL; /* else the pool was told when the slot was given back */
  if (outcome == LLMB_OK && is_placed) pool_note_success(&call->stage->pool, call->ticket.connection, call->end_ns);
  if (outcome == LLMB_E_POISONED) {
    poison_list_add(&call->bridge->poison, call_request_hash(&call->request, call->bridge->poison.key), call->end_ns);
  }
  call_count_end(call);
  if (!is_of_session || call->outcome == LLMB_OK) note_end(call);
  pool_settle_suspect(&call->stage->pool, &call->ticket, outcome == LLMB_OK, call->end_ns);
  pool_leave(&call->stage->pool, &call->ticket, engine_ended, call->end_ns);
  call->ended = true;
}

void call_end_with(llmb_call *call, llmb_status failure, uint32_t phase, bool engine_ended, const char *message) {
  if (call->ended) return;
  error_set(&call->error, failure, phase, "%s", message);
  call->error.retry_safe = call_may_be_repeated(call);
  call_end(call, failure, engine_ended);
}

void call_enter(llmb_call *call, uint64_t now_ns) {
  llmb_bridge *bridge = call->bridge;
  call->request.sent = 0;
  if (atomic_load(&bridge->closing)) {
    call_end_with(call, LLMB_E_CANCELLED, LLMB_PHASE_STOP, true, "the bridge was closed");
    return;
  }
  const llmb_status status = pool_enter(&call->stage->pool, &call->ticket, now_ns, &call->error);
  if (status != LLMB_OK) {
    call->error.retry_safe = 1;
    call_end(call, status, true);
    return;
  }
  const uint32_t state = atomic_load_explicit(&call->ticket.state, memory_order_relaxed);
  if (state == TICKET_PLACED) call_push_request(call);
}

/* What an engine has accepted it may have acted on, unless what was to act could not be started. */
static bool is_failed_start(const llmb_error *failure) {
  return failure->phase == LLMB_PHASE_START &&
         (failure->status == LLMB_E_NOT_FOUND || failure->status == LLMB_E_SPAWN_FAILED);
}

void call_end_refused(llmb_call *call, const llmb_error *failure) {
  pool_settle_suspect(&call->stage->pool, &call->ticket, true, os_clock_ns()); /* its engine lives, and says no */
  error_copy(&call->error, failure);
  call->error.retry_safe = failure->retry_safe || (is_failed_start(failure) && !call->delivered);
  call_end(call, failure->status, true);
}
