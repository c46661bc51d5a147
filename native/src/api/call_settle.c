#include "api/call_settle.h"

#include "api/call_absorb.h"
#include "api/call_end.h"
#include "api/call_limits.h"
#include "api/call_look.h"
#include "api/call_request.h"
#include "api/call_session.h"
#include "api/call_survive.h"
#include "api/call_take.h"
#include "core/error.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/connection_life.h"
#include "pool/pool.h"

static void settle_done(llmb_call *call, const struct frame_done *done) {
  call->result.finish_reason = done->finish_reason;
  call->result.prompt_tokens = done->prompt_tokens;
  call->result.completion_tokens = done->completion_tokens;
  call->cached_prompt_tokens = done->cached_prompt_tokens;
  call->replaced = done->replaced;
  call->constrained = done->constrained;
  call->tool_parse = done->tool_parse;
  call->origin_lost = done->origin_lost != 0;
  if (call->session == NULL) {
    call_end(call, LLMB_OK, true);
  } else {
    call_store(call);
  }
}

/* The turn of its session has come: what is asked is known now. */
static void settle_turn(llmb_call *call) {
  const uint64_t now_ns = os_clock_ns(); /* after the lock was taken: others may have noted deaths meanwhile */
  llmb_status status = call_session_converse(call, &call->error);
  if (status == LLMB_OK && call_is_poisoned(call, now_ns, &call->error)) status = LLMB_E_POISONED;
  if (status == LLMB_OK) {
    call_enter(call, now_ns);
  } else {
    call_end(call, status, true);
  }
}

static bool is_placed(const llmb_call *call) {
  return atomic_load_explicit(&call->ticket.state, memory_order_acquire) == TICKET_PLACED;
}

static void settle_failure(llmb_call *call, const struct call_verdict *verdict) {
  const llmb_error *failure = &verdict->failure;
  /* An engine that has died is out of the pool before its call is. */
  if (is_placed(call) && atomic_load(&call->ticket.connection->dead)) pool_step(&call->stage->pool, os_clock_ns());
  if (verdict->hung) call->ticket.hung = true;
  call_end_with(call, failure->status, failure->phase, verdict->engine_ended, failure->message);
}

/* An answer that was complete in time is the outcome, whenever it is read. */
static void settle_late(llmb_call *call) {
  struct call_verdict verdict;
  call_absorb(call, os_clock_ns());
  if (call->last_word != SLOT_NOTHING) return;
  call_fail_at_deadline(call, false, &verdict);
  settle_failure(call, &verdict);
}

void call_settle_locked(llmb_call *call, const struct call_verdict *verdict) {
  switch (verdict->finding) {
    case CALL_NOTHING:
    case CALL_READABLE:
      break;
    case CALL_LATE:
      settle_late(call);
      break;
    case CALL_PROGRESSED:
      call_end_quarantine(call);
      break;
    case CALL_HAS_TURN:
      settle_turn(call);
      break;
    case CALL_STORED:
      call_end(call, LLMB_OK, true);
      break;
    case CALL_DONE:
      settle_done(call, &verdict->done);
      break;
    case CALL_REFUSED:
      call_end_refused(call, &verdict->failure);
      break;
    case CALL_BROKEN:
      if (is_placed(call))
        connection_fail(call->ticket.connection, WORKER_BROKE_PROTOCOL, LLMB_E_PROTOCOL_ERROR, verdict->failure.message,
                        os_clock_ns());
      settle_failure(call, verdict);
      break;
    case CALL_FAILED:
      settle_failure(call, verdict);
      break;
    case CALL_UNSERVED:
      call_end(call, call->error.status, true);
      break;
    case CALL_DIED:
      call_survive(call, os_clock_ns());
      break;
  }
}

void call_settle(llmb_call *call, const struct call_verdict *verdict) {
  if (verdict->finding <= CALL_READABLE) return;
  pthread_mutex_lock(&call->bridge->lock);
  call_settle_locked(call, verdict);
  pthread_mutex_unlock(&call->bridge->lock);
}

/* Whether there is more of the request to send, and somebody to send it to. */
static bool sends(const llmb_call *call, uint64_t now_ns) {
  return call->request.sent < call->request.size && is_placed(call) && now_ns < call->deadline_ns;
}

/* Whether the engine waits for room, since the caller was away. */
static bool reads_slowly(const llmb_call *call, uint64_t now_ns) {
  if (!is_placed(call) || now_ns < call->looked_ns + CALL_SLOW_READER_NS) return false;
  const struct slot *slot = &call->ticket.connection->slots[call->ticket.slot];
  return atomic_load_explicit(&slot->shared->engine_blocked, memory_order_relaxed) != 0;
}

static bool has_result(const llmb_call *call) {
  return call->ended || call_has_vector(call);
}

static bool looks_again(const llmb_call *call, const struct call_verdict *verdict) {
  /* Behind its session's turn comes a place, behind its last word the session: both may be there at once. */
  const bool moved_on = verdict->finding == CALL_HAS_TURN || (verdict->finding == CALL_DONE && call->session != NULL);
  return verdict->finding == CALL_PROGRESSED || (moved_on && !call->ended) ||
         (verdict->finding == CALL_LATE && !call->ended);
}

bool call_step(llmb_call *call, uint64_t now_ns) {
  struct call_verdict verdict; /* large: filled as far as the finding says */
  if (has_result(call)) return true;
  if (sends(call, now_ns)) {
    pthread_mutex_lock(&call->bridge->lock);
    call_push_request(call);
    pthread_mutex_unlock(&call->bridge->lock);
  }
  if (reads_slowly(call, now_ns)) {
    pthread_mutex_lock(&call->bridge->lock);
    call_absorb(call, now_ns);
    pthread_mutex_unlock(&call->bridge->lock);
  }
  call->looked_ns = now_ns;
  do {
    call_look(call, now_ns, &verdict);
    call_settle(call, &verdict);
  } while (looks_again(call, &verdict));
  return verdict.finding == CALL_READABLE || call->ended;
}

bool call_step_locked(llmb_call *call, uint64_t now_ns) {
  struct call_verdict verdict;
  if (has_result(call)) return true;
  if (sends(call, now_ns)) call_push_request(call);
  do {
    call_look(call, now_ns, &verdict);
    call_settle_locked(call, &verdict);
  } while (looks_again(call, &verdict));
  return verdict.finding == CALL_READABLE || call->ended;
}

uint64_t call_receive_text(llmb_call *call, uint8_t *buffer, uint64_t capacity) {
  struct call_verdict verdict;
  verdict.finding = CALL_NOTHING;
  const uint64_t size = call_take_text(call, buffer, capacity, &verdict);
  call_settle(call, &verdict);
  return size;
}

bool call_receive_vector(llmb_call *call) {
  struct call_verdict verdict;
  verdict.finding = CALL_NOTHING;
  const bool whole = call_take_vector(call, &verdict);
  call_settle(call, &verdict);
  return whole;
}
