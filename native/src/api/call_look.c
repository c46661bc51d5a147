#include "api/call_look.h"

#include <stdio.h>
#include <string.h>

#include "api/call_limits.h"
#include "api/call_end.h"
#include "api/call_logprobs.h"
#include "api/call_schema.h"
#include "api/call_session.h"
#include "api/call_survive.h"
#include "api/call_take.h"
#include "core/fault_point.h"
#include "core/status_rows.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/slot.h"

/* The engine's last word is that it is done: `done`, in the verdict. */
static void look_at_done(const llmb_call *call, struct call_verdict *verdict) {
  const uint32_t reason = verdict->done.finish_reason;
  verdict->finding = CALL_DONE;
  if (reason == LLMB_FINISH_NONE || reason > LLMB_FINISH_TOOL_CALLS) {
    verdict_break(verdict, call_phase(call), "an unknown finish reason");
  } else if (call->holder.held_size > 0) {
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, true, "the answer ends inside a UTF-8 character");
  } else if (call->kind == LLMB_REQUEST_EMBED && call->vectors_read < call->vectors_wanted) {
    verdict_break(verdict, LLMB_PHASE_EMBED, "fewer vectors than texts");
  } else if (!call_logprobs_close(call)) {
    verdict_break(verdict, LLMB_PHASE_GENERATE, "log probabilities that are none");
  } else {
    const bool says_all = call_tools_end(call, reason, verdict) && reason != LLMB_FINISH_TOOL_CALLS;
    if (says_all && call_check_whole(call, verdict)) (void)call_schema_end(call, reason, verdict);
  }
}

static void take_done(llmb_call *call, struct slot *slot, struct call_verdict *verdict) {
  slot_take_done(slot, &verdict->done);
  FAULT_POINT(HOST_DONE_TAKEN);
  slot_release_room(slot);
  look_at_done(call, verdict);
}

/* An engine that stopped a call may have done so by the call's own wish or limit. */
static llmb_status failure_status(const llmb_call *call, int32_t status, uint64_t now_ns) {
  if (status_is(status, STATUS_ENGINE_MAY_SAY)) return status;
  if (status != LLMB_E_CANCELLED && status != LLMB_E_DEADLINE_EXCEEDED) return LLMB_E_ENGINE_ERROR;
  if (atomic_load(&call->cancel_requested) || atomic_load(&call->bridge->closing)) return LLMB_E_CANCELLED;
  return now_ns >= call->deadline_ns ? LLMB_E_DEADLINE_EXCEEDED : LLMB_E_ENGINE_ERROR;
}

/* The engine's last word is that it has failed: `failure`, in the verdict. */
static void look_at_failure(const llmb_call *call, struct call_verdict *verdict) {
  llmb_error *failure = &verdict->failure;
  failure->status = failure_status(call, failure->status, os_clock_ns());
  if (failure->phase < LLMB_PHASE_CONFIGURE || failure->phase > LLMB_PHASE_STOP) failure->phase = call_phase(call);
  verdict->finding = CALL_REFUSED;
  if (failure->status == LLMB_E_DEADLINE_EXCEEDED) {
    call_fail_at_deadline(call, true, verdict);
  } else if (failure->status == LLMB_E_CANCELLED) {
    const bool closed = !atomic_load(&call->cancel_requested);
    verdict_fail(verdict, LLMB_E_CANCELLED, closed ? (uint32_t)LLMB_PHASE_STOP : failure->phase, true, "%s",
                 closed ? "the bridge was closed" : "the call was cancelled by its caller");
  }
}

static void take_failure(llmb_call *call, struct slot *slot, struct call_verdict *verdict) {
  llmb_error_init(&verdict->failure);
  slot_take_failure(slot, &verdict->failure);
  slot_release_room(slot);
  verdict->failure.retry_safe = call_may_be_repeated(call);
  look_at_failure(call, verdict);
}

/* Parts that were taken out of the ring come before all else, and have no deadline once the answer was complete. */
static void look_at_unread(const llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  if (call->last_word == SLOT_NOTHING || atomic_load(&call->cancel_requested)) {
    call_check_limits(call, now_ns, verdict);
    if (verdict->finding == CALL_NOTHING) verdict->finding = CALL_READABLE;
  } else if (!unread_is_empty(&call->unread)) {
    verdict->finding = CALL_READABLE;
  } else if (call->last_word == SLOT_DONE) {
    verdict->done = call->done;
    look_at_done(call, verdict);
  } else {
    verdict->failure = call->error;
    look_at_failure(call, verdict);
  }
}

/* The engine has said nothing new. */
static void look_at_silence(llmb_call *call, bool dead, uint64_t now_ns, struct call_verdict *verdict) {
  if (atomic_load(&call->bridge->closing)) {
    verdict_fail(verdict, LLMB_E_CANCELLED, LLMB_PHASE_STOP, false, "the bridge was closed");
  } else if (!dead) {
    call_check_limits(call, now_ns, verdict);
    if (verdict->finding == CALL_NOTHING) call_check_engine_limits(call, now_ns, verdict);
  } else if (call->ticket.connection->end.guard_expired && now_ns >= call->deadline_ns) {
    /* The keeper has done at the deadline what this look comes to see. */
    call_fail_at_deadline(call, true, verdict);
  } else {
    verdict->finding = CALL_DIED;
  }
}

static void look_at_part(llmb_call *call, const struct slot *slot, uint64_t now_ns, struct call_verdict *verdict) {
  if ((slot->head.type == FRAME_VECTOR) != (call->kind == LLMB_REQUEST_EMBED) || call->kind == LLMB_REQUEST_TOKENS) {
    verdict_break(verdict, call_phase(call), "text for vectors, or vectors for text");
    return;
  }
  call_note_part(call, slot, now_ns);
  call_check_limits(call, now_ns, verdict);
  if (verdict->finding == CALL_NOTHING) verdict->finding = CALL_READABLE;
}

/* Parts that were taken out of the ring wait for their reader. What makes the engine useless to others does not. */
static void look_beside_unread(llmb_call *call, struct slot *slot, uint64_t now_ns, struct call_verdict *verdict) {
  const bool dead = atomic_load_explicit(&call->ticket.connection->dead, memory_order_acquire) != 0;
  const enum slot_news news = slot_look(slot);
  if (news == SLOT_BROKEN) {
    verdict_break(verdict, call_phase(call), "a frame that cannot be");
    return;
  }
  look_at_unread(call, now_ns, verdict);
  if (verdict->finding != CALL_READABLE || news != SLOT_NOTHING || dead) return;
  verdict->finding = CALL_NOTHING;
  call_check_engine_limits(call, now_ns, verdict);
  if (verdict->finding == CALL_NOTHING) verdict->finding = CALL_READABLE;
}

static void look_at_slot(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  if (slot->requests.broken) {
    verdict_break(verdict, call_phase(call), "a position in the request that cannot be");
    return;
  }
  if (!unread_is_empty(&call->unread)) {
    look_beside_unread(call, slot, now_ns, verdict);
    return;
  }
  const bool dead = atomic_load_explicit(&worker->dead, memory_order_acquire) != 0; /* before the look, not after */
  const uint64_t begun_at = slot->responses.position;
  enum slot_news news = slot_look(slot);
  for (; news == SLOT_TOKENS && !slot_has_taken_enough(slot, begun_at); news = slot_look(slot)) {
    if (!call_take_tokens(call, verdict)) return;
  }
  if (call->aside[0].size > 0 && call->first_piece_ns == 0) call_note_part(call, slot, now_ns);
  if (call_has_progressed(call)) {
    verdict->finding = CALL_PROGRESSED;
    return;
  }
  switch (news) {
    case SLOT_TOKENS: /* there is more for the next look */
      call_check_limits(call, now_ns, verdict);
      break;
    case SLOT_PIECE:
    case SLOT_VECTOR:
      look_at_part(call, slot, now_ns, verdict);
      break;
    case SLOT_DONE:
      take_done(call, slot, verdict);
      break;
    case SLOT_FAILED:
      take_failure(call, slot, verdict);
      break;
    case SLOT_BROKEN:
      verdict_break(verdict, call_phase(call), "a frame that cannot be");
      break;
    case SLOT_NOTHING:
      look_at_silence(call, dead, now_ns, verdict);
      break;
  }
}

/* No engine could be started. */
static void look_at_failed_start(const llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  if (call->error.status == LLMB_E_START_TIMEOUT && now_ns >= call->deadline_ns) {
    call_fail_at_deadline(call, true, verdict);
  } else {
    verdict->finding = CALL_UNSERVED;
  }
}

/* It waits for its session: for the turn, or for its answer to be durable. */
static void look_at_session(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  if (atomic_load(&call->bridge->closing)) {
    verdict_fail(verdict, LLMB_E_CANCELLED, LLMB_PHASE_STOP, true, "the bridge was closed");
    return;
  }
  call_session_look(call, now_ns, verdict);
  if (verdict->finding == CALL_NOTHING) call_check_limits(call, now_ns, verdict);
}

void call_look(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict) {
  verdict->finding = CALL_NOTHING;
  if (call_session_is_pending(call)) {
    look_at_session(call, now_ns, verdict);
    return;
  }
  switch ((enum ticket_state)atomic_load_explicit(&call->ticket.state, memory_order_acquire)) {
    case TICKET_PLACED:
      look_at_slot(call, now_ns, verdict);
      break;
    case TICKET_FAILED:
      look_at_failed_start(call, now_ns, verdict);
      break;
    case TICKET_QUEUED:
    case TICKET_OUTSIDE:
      if (call->last_word != SLOT_NOTHING || !unread_is_empty(&call->unread)) {
        look_at_unread(call, now_ns, verdict);
      } else if (atomic_load(&call->bridge->closing)) {
        verdict_fail(verdict, LLMB_E_CANCELLED, LLMB_PHASE_STOP, true, "the bridge was closed");
      } else {
        call_check_limits(call, now_ns, verdict);
      }
      break;
  }
}
