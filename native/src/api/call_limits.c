#include "api/call_limits.h"

#include "api/call_end.h"
#include "api/session_use.h"

uint64_t call_later_ns(uint64_t from_ns, uint64_t duration_ns) {
  return duration_ns < LLMB_NEVER - from_ns ? from_ns + duration_ns : LLMB_NEVER;
}

/* Only for its first slot: a call that lost one with its engine has been waiting for an answer. */
static uint64_t queue_limit_ns(const llmb_call *call) {
  return call->attempts == 0 ? call->queue_deadline_ns : LLMB_NEVER;
}

uint64_t call_next_limit_ns(const llmb_call *call) {
  uint64_t next_ns = call->deadline_ns;
  if (call_session_is_pending(call) && call->session->again_ns < next_ns) next_ns = call->session->again_ns;
  const uint32_t state = atomic_load_explicit(&call->ticket.state, memory_order_acquire);
  if (state == TICKET_QUEUED && queue_limit_ns(call) < next_ns) next_ns = queue_limit_ns(call);
  if (state == TICKET_PLACED) {
    const uint64_t stall_ns = call_later_ns(call->progress_ns, call->stall_limit_ns);
    if (stall_ns < next_ns) next_ns = stall_ns;
    const uint64_t first_ns = call_later_ns(call->placed_ns, call->first_token_limit_ns);
    if (call->first_piece_ns == 0 && first_ns < next_ns) next_ns = first_ns;
  }
  return next_ns;
}

void call_note_progress(llmb_call *call, uint64_t now_ns) {
  const struct slot *slot = &call->ticket.connection->slots[call->ticket.slot];
  const uint64_t progress = atomic_load_explicit(&slot->shared->progress, memory_order_relaxed);
  if (progress == call->progress_seen) return;
  call->progress_seen = progress;
  /* When it got on, not when that is seen, or a hang right behind it would go unseen for as long again. An engine may
   * lie: never later than now. */
  const uint64_t when_ns = progress < now_ns ? progress : now_ns;
  if (when_ns > call->progress_ns) call->progress_ns = when_ns;
}

void call_note_part(llmb_call *call, const struct slot *slot, uint64_t now_ns) {
  /* This very look may have sent the request, after the clock was read. */
  if (now_ns < call->placed_ns) now_ns = call->placed_ns;
  if (call->first_piece_ns == 0) {
    const uint64_t first_ns = atomic_load_explicit(&slot->shared->first_output, memory_order_relaxed);
    call->first_piece_ns = first_ns >= call->placed_ns && first_ns <= now_ns ? first_ns : now_ns;
  }
  call_note_progress(call, now_ns);
  /* While it waits for room, the delay is the reader's. */
  if (atomic_load_explicit(&slot->shared->engine_blocked, memory_order_relaxed) != 0) call->progress_ns = now_ns;
}

static unsigned long long limit_ms(uint64_t duration_ns) {
  return (unsigned long long)(duration_ns / 1000000u);
}

void call_fail_at_deadline(const llmb_call *call, bool engine_ended, struct call_verdict *verdict) {
  static const char *const doing[] = {
      [LLMB_PHASE_LOAD] = "the engine was loading its model; its start goes on",
      [LLMB_PHASE_QUEUE] = "the call was waiting for a free slot",
      [LLMB_PHASE_PROMPT] = "the engine was reading the prompt",
      [LLMB_PHASE_GENERATE] = "the engine was answering",
      [LLMB_PHASE_EMBED] = "the engine was computing embeddings",
  };
  const uint32_t phase = call_phase(call);
  const bool of_session = call_session_is_pending(call);
  verdict_fail(verdict, LLMB_E_DEADLINE_EXCEEDED, phase, engine_ended,
               "the call took longer than %llu ms (timeout_ms): %s%s", limit_ms(call->deadline_ns - call->start_ns),
               of_session ? call->session->doing : doing[phase],
               call->reader_was_slow ? ", and its reader was slow: it waited for room" : "");
}

void call_check_limits(const llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  if (atomic_load_explicit(&call->cancel_requested, memory_order_acquire)) {
    verdict_fail(verdict, LLMB_E_CANCELLED, call_phase(call), false, "the call was cancelled by its caller");
    return;
  }
  if (now_ns >= call->deadline_ns) {
    if (atomic_load_explicit(&call->ticket.state, memory_order_acquire) == TICKET_PLACED) {
      verdict->finding = CALL_LATE;
    } else {
      call_fail_at_deadline(call, false, verdict);
    }
    return;
  }
  if (atomic_load_explicit(&call->ticket.state, memory_order_acquire) != TICKET_QUEUED) return;
  if (now_ns < queue_limit_ns(call)) return;
  verdict_fail(verdict, LLMB_E_DEADLINE_EXCEEDED, call_phase(call), false,
               "the call waited longer than %llu ms for a free slot (queue_timeout_ms)",
               limit_ms(call->queue_deadline_ns - call->start_ns));
}

void call_check_engine_limits(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  if (atomic_load_explicit(&call->ticket.state, memory_order_acquire) != TICKET_PLACED) return;
  call_note_progress(call, now_ns);
  if (call->first_piece_ns == 0 && now_ns >= call_later_ns(call->placed_ns, call->first_token_limit_ns)) {
    verdict_fail(verdict, LLMB_E_DEADLINE_EXCEEDED, LLMB_PHASE_PROMPT, false,
                 "no token came within %llu ms (first_token_timeout_ms)", limit_ms(call->first_token_limit_ns));
  } else if (now_ns >= call_later_ns(call->progress_ns, call->stall_limit_ns)) {
    verdict_fail(verdict, LLMB_E_ENGINE_HUNG, call_phase(call), false,
                 "the engine made no progress for %llu ms (stall_timeout_ms)", limit_ms(call->stall_limit_ns));
    verdict->hung = true;
  }
}
