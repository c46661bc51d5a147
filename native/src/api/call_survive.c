/* What becomes of a call whose engine has died; death_cause.h says what each cause means.
 *
 * Never accepted: it was not begun, and goes to another engine. Accepted by an engine whose work can be repeated: it is
 * begun anew, or continued from the tokens already produced, so that what was delivered stays true. Until it has come
 * further than where an engine died by itself, nothing new is placed beside it, and no other of its kind. After two
 * deaths in a row without progress, whatever their cause, it begins apart, in an engine that has no other call. A death
 * there that is evidence, after another, poisons it. */
#include "api/call_survive.h"

#include <stdio.h>
#include <string.h>

#include "api/call_aside.h"
#include "api/call_end.h"
#include "api/call_request.h"
#include "api/call_stats.h"
#include "core/memory.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/connection_end.h"
#include "pool/pool.h"
#include "pool/slot.h"

/* How far the answer is: what the next engine need not find out again. */
static uint64_t progress(const llmb_call *call) {
  return call->tokens.count + call->vectors_read;
}

bool call_has_progressed(const llmb_call *call) {
  return call->ticket.alone && progress(call) > call->progress_at_death;
}

/* It is past where its engine died: it was not this request, or not this token. */
void call_end_quarantine(llmb_call *call) {
  pool_share(&call->stage->pool, &call->ticket, os_clock_ns());
}

bool call_take_tokens(llmb_call *call, struct call_verdict *verdict) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  if (slot->head.type >= FRAME_ASIDE) {
    if (!call_aside_take(call, slot, verdict)) return false;
    if (slot_release_room(slot)) connection_wake_engine(worker);
    return true;
  }
  struct call_words *words = &call->origin;
  int most = CHANNEL_ORIGIN_WORDS_MAX;
  if (slot->head.type == FRAME_TOKENS) {
    words = &call->tokens;
    most = CHANNEL_RESUME_TOKENS_MAX;
  } else if (slot->head.type == FRAME_LOGPROBS) {
    words = &call->logprobs;
    most = CHANNEL_LOGPROBS_WORDS_MAX;
  } else if (slot->head.type == FRAME_ORIGIN) {
    words->count = 0;
  }
  const uint64_t needed = words->count + CHANNEL_TOKENS_MAX;
  if (needed > (uint64_t)most) {
    verdict_fail(verdict, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_GENERATE, false,
                 "the engine said more than %d words of its tokens", most);
    return false;
  }
  if (needed > words->capacity) {
    void *grown = words->items;
    const uint64_t capacity = needed * 2;
    if (memory_resize(&grown, capacity * sizeof *words->items) != LLMB_OK) {
      verdict_fail(verdict, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_GENERATE, false, "no memory for %llu tokens",
                   (unsigned long long)capacity);
      return false;
    }
    words->items = grown;
    words->capacity = capacity;
  }
  words->count += slot_take_tokens(slot, words->items + words->count);
  if (words == &call->logprobs && !call->wants_logprobs) words->count = 0;
  if (slot_release_room(slot)) connection_wake_engine(worker);
  return true;
}

static void add_to_message(llmb_error *error, const char *text) {
  const size_t size = strnlen(error->message, sizeof error->message);
  snprintf(error->message + size, sizeof error->message - size, "%s", text);
}

/* Whether the engine had not come again to where the one before it died. */
static bool is_replaying(const llmb_call *call, const struct connection *worker) {
  const struct channel_slot *shared = worker->slots[call->ticket.slot].shared;
  return call->tokens.count > 0 && atomic_load_explicit(&shared->replay_left, memory_order_relaxed) > 0;
}

/* Whether the engine's death says anything of this request. */
static bool is_evidence(const llmb_call *call, const struct connection *worker) {
  const struct death_consequence *consequence = death_consequence(worker->cause);
  if (is_replaying(call, worker)) return false;
  return consequence->is_evidence && (!consequence->against_largest || worker->largest == &call->ticket);
}

/* Counts the death of an engine that had the call: after some in a row it begins apart, whatever they died of. */
static void note_loss(llmb_call *call, const struct connection *worker) {
  if (worker->cause == DEATH_OURS || worker->retired || worker->dismissed) return;
  if (progress(call) > call->progress_at_death) call->losses = call->deaths = 0;
  call->progress_at_death = progress(call);
  if (++call->losses < POOL_LOSSES_TOGETHER_MAX) return;
  call->ticket.alone = call->ticket.apart = true;
}

/* Counts a death that is evidence: false if the request has ended two engines that had nothing else. */
static bool note_evidence(llmb_call *call, const struct connection *worker) {
  const bool shared = worker->busy_at_end > 1 || worker->share.working_at_end > 1;
  if (shared) call->deaths = 0;
  call->deaths++;
  if (shared || call->deaths < 2) return true;
  call->error.status = LLMB_E_POISONED;
  call->error.retry_safe = 0;
  return false;
}

/* Whether an accepted call may be given to another engine, after counting this death. */
static bool may_repeat(llmb_call *call, struct connection *worker, uint64_t now_ns) {
  const bool produced = call->received_size > 0 || call->vectors_read > 0 || call->tokens.count > 0;
  const uint32_t needed =
      produced && call->kind == LLMB_REQUEST_GENERATE ? LLMB_ENGINE_RESUMES : LLMB_ENGINE_REPEATS | LLMB_ENGINE_RESUMES;
  if ((worker->abilities & needed) == 0) return false;
  if (!is_evidence(call, worker)) return true; /* how often at most is the number of attempts */
  if (!note_evidence(call, worker) || call->deaths > call->retries) return false;
  call->ticket.alone = true;
  if (!death_consequence(worker->cause)->spends_retry_budget) return true;
  if (pool_may_repeat(&call->stage->pool, worker, now_ns)) return true;
  add_to_message(&call->error, "; not tried again: the retry budget is spent, too many engines have died of late");
  return false;
}

void call_survive(llmb_call *call, uint64_t now_ns) {
  llmb_bridge *bridge = call->bridge;
  struct connection *worker = call->ticket.connection;
  const bool accepted = call_is_begun(call);
  const bool wanted = now_ns < call->deadline_ns && !atomic_load(&call->cancel_requested) &&
                      !atomic_load(&bridge->closing) && call->attempts < POOL_ATTEMPTS_MAX;
  connection_describe_end(worker, call_phase(call), &call->error);
  call->error.retry_safe = call_may_be_repeated(call);
  note_loss(call, worker);
  bool again = wanted && (!accepted || may_repeat(call, worker, now_ns));
  if (again && accepted) {
    if (call->kind == LLMB_REQUEST_EMBED) call_forget_unread(call); /* the next engine gives them again */
    call_forget_aside(call);                                        /* this too */
    call->vectors_to_skip = call->vectors_read;
    call->vector_size = call->vector_received = 0;
    call->logprobs.count = 0; /* the next engine says them of tokens that it takes again, too */
    call->was_resumed = call->tokens.count + call->origin.count > 0;
    again = call_request_resume(&call->request, &call->tokens, &call->origin, call->received_size) == LLMB_OK;
  }
  pool_step(&call->stage->pool, now_ns); /* so that the dead worker is out of the pool */
  if (again) {
    call_count_move(call, accepted, now_ns);
    pool_leave(&call->stage->pool, &call->ticket, true, now_ns);
    call->ticket.moved = true;
    call_enter(call, now_ns);
  } else {
    call_end(call, atomic_load(&bridge->closing) ? LLMB_E_CANCELLED : call->error.status, true);
  }
}
