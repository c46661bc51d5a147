/* Moving a call on: what has come from the engine, what has become of the engine, which limit has passed. */
#include <stdio.h>
#include <string.h>

#include "../core/error.h"
#include "../core/fault_point.h"
#include "../platform/os_clock.h"
#include "call_object.h"

uint64_t call_later_ns(uint64_t from_ns, uint64_t duration_ns) {
  return duration_ns < LLMB_NEVER - from_ns ? from_ns + duration_ns : LLMB_NEVER;
}

/* Only for its first slot: a call that lost one with its engine has been waiting for an answer. */
static uint64_t queue_limit_ns(const llmb_call *call) {
  return call->attempts == 0 ? call->queue_deadline_ns : LLMB_NEVER;
}

uint64_t call_next_limit_ns(const llmb_call *call) {
  uint64_t next_ns = call->deadline_ns;
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

/* Whether the engine has moved since the last look. */
static void note_progress(llmb_call *call, uint64_t now_ns) {
  const struct slot *slot = &call->ticket.connection->slots[call->ticket.slot];
  const uint64_t progress = atomic_load_explicit(&slot->shared->progress, memory_order_relaxed);
  if (progress == call->progress_seen) return;
  call->progress_seen = progress;
  /* When it got on, not when that is seen, or a hang right behind it would go unseen for as long again. An engine may
   * lie: never later than now. */
  const uint64_t when_ns = progress < now_ns ? progress : now_ns;
  if (when_ns > call->progress_ns) call->progress_ns = when_ns;
}

static unsigned long long limit_ms(uint64_t duration_ns) {
  return (unsigned long long)(duration_ns / 1000000u);
}

static void end_at_deadline(llmb_call *call, bool engine_ended, bool locked) {
  static const char *const doing[] = {
      [LLMB_PHASE_LOAD] = "the engine was loading its model; its start goes on",
      [LLMB_PHASE_QUEUE] = "the call was waiting for a free slot",
      [LLMB_PHASE_PROMPT] = "the engine was reading the prompt",
      [LLMB_PHASE_GENERATE] = "the engine was answering",
      [LLMB_PHASE_EMBED] = "the engine was computing embeddings",
  };
  const uint32_t phase = call_phase(call);
  call_end_with(call, LLMB_E_DEADLINE_EXCEEDED, phase, engine_ended, locked,
                "the call took longer than %llu ms (timeout_ms): %s", limit_ms(call->deadline_ns - call->start_ns),
                doing[phase]);
}

void call_check_limits(llmb_call *call, uint64_t now_ns, bool locked) {
  if (atomic_load_explicit(&call->cancel_requested, memory_order_acquire)) {
    call_end_with(call, LLMB_E_CANCELLED, call_phase(call), false, locked, "the call was cancelled by its caller");
  } else if (now_ns >= call->deadline_ns) {
    end_at_deadline(call, false, locked);
  }
  const uint32_t state = atomic_load_explicit(&call->ticket.state, memory_order_acquire);
  if (call->ended) return;
  if (state == TICKET_QUEUED && now_ns >= queue_limit_ns(call)) {
    call_end_with(call, LLMB_E_DEADLINE_EXCEEDED, call_phase(call), false, locked,
                  "the call waited longer than %llu ms for a free slot (queue_timeout_ms)",
                  limit_ms(call->queue_deadline_ns - call->start_ns));
  }
}

/* An engine is judged only when all is taken that it has said. */
static void check_engine_limits(llmb_call *call, uint64_t now_ns, bool locked) {
  if (atomic_load_explicit(&call->ticket.state, memory_order_acquire) != TICKET_PLACED) return;
  note_progress(call, now_ns);
  if (call->first_piece_ns == 0 && now_ns >= call_later_ns(call->placed_ns, call->first_token_limit_ns)) {
    call_end_with(call, LLMB_E_DEADLINE_EXCEEDED, LLMB_PHASE_PROMPT, false, locked,
                  "no token came within %llu ms (first_token_timeout_ms)", limit_ms(call->first_token_limit_ns));
  } else if (now_ns >= call_later_ns(call->progress_ns, call->stall_limit_ns)) {
    call->ticket.hung = true;
    call_end_with(call, LLMB_E_ENGINE_HUNG, call_phase(call), false, locked,
                  "the engine made no progress for %llu ms (stall_timeout_ms)", limit_ms(call->stall_limit_ns));
  }
}

/* A part of the answer is here. When it came is the engine's word, since its reader may look only at the end; within
 * the bounds of what can be, as an engine may lie. */
static void note_part(llmb_call *call, const struct slot *slot, uint64_t now_ns) {
  /* This very look may have sent the request, after the clock was read. */
  if (now_ns < call->placed_ns) now_ns = call->placed_ns;
  if (call->first_piece_ns == 0) {
    const uint64_t first_ns = atomic_load_explicit(&slot->shared->first_output, memory_order_relaxed);
    call->first_piece_ns = first_ns >= call->placed_ns && first_ns <= now_ns ? first_ns : now_ns;
  }
  note_progress(call, now_ns);
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
    end_at_deadline(call, true, locked);
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
    end_at_deadline(call, true, true);
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
      if (dead) {
        take_death(call, now_ns, locked);
      } else {
        call_check_limits(call, now_ns, locked);
        check_engine_limits(call, now_ns, locked);
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
        end_at_deadline(call, true, locked);
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
