/* Moving a call on: what has come from the engine, what has become of the engine, which limit has passed. */
#include "api/call_look.h"

#include <stdio.h>
#include <string.h>

#include "api/call_limits.h"
#include "api/call_request.h"
#include "api/call_settle.h"
#include "api/call_survive.h"
#include "api/call_take.h"
#include "core/fault_point.h"
#include "platform/os_clock.h"
#include "pool/pool.h"
#include "pool/slot.h"

/* A part of the answer is here. When it came is the engine's word, since its reader may look only at the end; within
 * the bounds of what can be, as an engine may lie. */
static void note_part(llmb_call *call, const struct slot *slot, uint64_t now_ns) {
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

static void take_done(llmb_call *call, struct slot *slot, bool locked) {
  struct frame_done done;
  slot_take_done(slot, &done);
  FAULT_POINT(HOST_DONE_TAKEN);
  slot_release_room(slot);
  if (done.finish_reason == LLMB_FINISH_NONE || done.finish_reason > LLMB_FINISH_STOP_STRING) {
    call_end_broken(call, locked, "an unknown finish reason");
    return;
  }
  if (call->holder.held_size > 0) {
    call_end_with(call, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, true, locked,
                  "the answer ends inside a UTF-8 character");
    return;
  }
  if (call->kind == LLMB_REQUEST_EMBED && call->vectors_read < call->vectors_wanted) {
    call_end_broken(call, locked, "fewer vectors than texts");
    return;
  }
  if (!call_check_whole(call, locked)) return;
  call->result.finish_reason = done.finish_reason;
  call->result.prompt_tokens = done.prompt_tokens;
  call->result.completion_tokens = done.completion_tokens;
  call->cached_prompt_tokens = done.cached_prompt_tokens;
  call_end(call, LLMB_OK, true, locked);
}

/* What an engine may say of a request; anything else it says is its own "no". */
static llmb_status failure_status(const llmb_call *call, int32_t status, uint64_t now_ns) {
  switch (status) {
    case LLMB_E_INVALID_ARGUMENT:
    case LLMB_E_CONTEXT_FULL:
    case LLMB_E_UNSUPPORTED:
    case LLMB_E_OUT_OF_MEMORY:
    case LLMB_E_OUTPUT_INVALID:
    case LLMB_E_OUTPUT_TOO_LARGE:
    case LLMB_E_NOT_FOUND: /* the next five: of a program or another machine that the engine asks */
    case LLMB_E_SPAWN_FAILED:
    case LLMB_E_ENGINE_CRASHED:
    case LLMB_E_ENGINE_HUNG:
    case LLMB_E_PROTOCOL_ERROR:
      return status;
    case LLMB_E_CANCELLED:
    case LLMB_E_DEADLINE_EXCEEDED:
      if (atomic_load(&call->cancel_requested) || atomic_load(&call->bridge->closing)) return LLMB_E_CANCELLED;
      return now_ns >= call->deadline_ns ? LLMB_E_DEADLINE_EXCEEDED : LLMB_E_ENGINE_ERROR;
    default:
      return LLMB_E_ENGINE_ERROR;
  }
}

static void take_failure(llmb_call *call, struct slot *slot, bool locked) {
  llmb_error failure;
  llmb_error_init(&failure);
  slot_take_failure(slot, &failure);
  slot_release_room(slot);
  failure.status = failure_status(call, failure.status, os_clock_ns());
  if (failure.phase < LLMB_PHASE_CONFIGURE || failure.phase > LLMB_PHASE_STOP) failure.phase = call_phase(call);
  if (failure.status == LLMB_E_DEADLINE_EXCEEDED) {
    call_end_at_deadline(call, true, locked);
  } else if (failure.status == LLMB_E_CANCELLED) {
    const bool closed = !atomic_load(&call->cancel_requested);
    call_end_with(call, LLMB_E_CANCELLED, closed ? LLMB_PHASE_STOP : failure.phase, true, locked,
                  closed ? "the bridge was closed" : "the call was cancelled by its caller");
  } else {
    call_end_failed(call, &failure, locked);
  }
}

/* The engine's process has ended and said nothing final. */
static void take_death(llmb_call *call, uint64_t now_ns, bool locked) {
  if (!locked) pthread_mutex_lock(&call->bridge->lock);
  if (call->ticket.connection->end.guard_expired && now_ns >= call->deadline_ns) {
    /* The keeper has done at the deadline what this look comes to see. */
    pool_step(&call->stage->pool, now_ns);
    call_end_at_deadline(call, true, true);
  } else {
    call_survive(call, now_ns);
  }
  if (!locked) pthread_mutex_unlock(&call->bridge->lock);
}

static void send_rest(llmb_call *call, bool locked) {
  if (!locked) pthread_mutex_lock(&call->bridge->lock);
  call_push_request(call);
  if (!locked) pthread_mutex_unlock(&call->bridge->lock);
}

/* One look at a placed call; true if there is a piece to read. */
static bool look_placed(llmb_call *call, uint64_t now_ns, bool locked) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  if (call->request.sent < call->request.size) send_rest(call, locked);
  if (slot->requests.broken) {
    call_end_broken(call, locked, "a position in the request that cannot be");
    return false;
  }
  const bool dead = atomic_load_explicit(&worker->dead, memory_order_acquire) != 0; /* before the look, not after */
  enum slot_news news = slot_look(slot);
  for (; news == SLOT_TOKENS; news = slot_look(slot)) {
    if (!call_take_tokens(call, locked)) return false; /* there is a limit, so this ends */
  }
  switch (news) {
    case SLOT_TOKENS:
      break;
    case SLOT_PIECE:
    case SLOT_VECTOR:
      if ((slot->head.type == FRAME_VECTOR) != (call->kind == LLMB_REQUEST_EMBED) ||
          call->kind == LLMB_REQUEST_TOKENS) {
        call_end_broken(call, locked, "text for vectors, or vectors for text");
        break;
      }
      note_part(call, slot, now_ns);
      call_check_limits(call, now_ns, locked);
      return !call->ended;
    case SLOT_DONE:
      take_done(call, slot, locked);
      break;
    case SLOT_FAILED:
      take_failure(call, slot, locked);
      break;
    case SLOT_BROKEN:
      call_end_broken(call, locked, "a frame that cannot be");
      break;
    case SLOT_NOTHING:
      if (atomic_load(&call->bridge->closing)) {
        call_end_with(call, LLMB_E_CANCELLED, LLMB_PHASE_STOP, false, locked, "the bridge was closed");
      } else if (dead) {
        take_death(call, now_ns, locked);
      } else {
        call_check_limits(call, now_ns, locked);
        call_check_engine_limits(call, now_ns, locked);
      }
      break;
  }
  return false;
}

bool call_look(llmb_call *call, uint64_t now_ns, bool locked) {
  if (call->ended || call_has_vector(call)) return true;
  switch ((enum ticket_state)atomic_load_explicit(&call->ticket.state, memory_order_acquire)) {
    case TICKET_PLACED:
      return look_placed(call, now_ns, locked) || call->ended;
    case TICKET_FAILED:
      if (call->error.status == LLMB_E_START_TIMEOUT && now_ns >= call->deadline_ns) {
        call_end_at_deadline(call, true, locked);
      } else {
        call_end(call, call->error.status, true, locked);
      }
      return call->ended; /* or it goes on with another engine */
    case TICKET_QUEUED:
    case TICKET_OUTSIDE:
      if (atomic_load(&call->bridge->closing)) {
        call_end_with(call, LLMB_E_CANCELLED, LLMB_PHASE_STOP, true, locked, "the bridge was closed");
      }
      call_check_limits(call, now_ns, locked);
      return call->ended;
  }
  return false;
}
