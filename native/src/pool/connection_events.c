/* What happens to a worker, in one look: what engine and keeper have said, which of its times are over. */
#include "pool/connection_events.h"

#include <stdio.h>
#include <string.h>

#include "core/policy.h"
#include "keeper/keeper_event.h"
#include "platform/os_clock.h"
#include "pool/connection_hear.h"
#include "pool/connection_life.h"
#include "pool/connection_share.h"
#include "pool/slot.h"
#include "pool/worker_states.h"

/* The keeper's own start: gives it an order that it had no room for, and fails the worker if it never greets. */
static void step_start(struct connection *connection, uint64_t now_ns) {
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = LLMB_OK;
  if (connection->engine_end != OS_HANDLE_NONE) status = connection_order(connection, &error);
  if ((status == LLMB_OK || status == LLMB_E_NOT_READY) && connection->keeper != NULL) {
    status = keeper_hold_greeting(connection->keeper, now_ns, &error);
  }
  if (status == LLMB_OK || status == LLMB_E_NOT_READY) return;
  connection_fail(connection, WORKER_SPAWN_FAILED, status, error.message, now_ns);
}

/* An engine that was never ordered and is not wanted any more has ended. */
static bool end_unordered(struct connection *connection, uint64_t now_ns) {
  if (connection->state != WORKER_STOPPING || connection->engine_end == OS_HANDLE_NONE) return false;
  connection->end.exit_kind = LLMB_EXIT_UNKNOWN;
  connection_apply(connection, WORKER_EXITED, now_ns);
  return true;
}

static bool step_keeper(struct connection *connection, uint64_t now_ns) {
  if (connection->state == WORKER_STARTING && connection->thread == NULL) step_start(connection, now_ns);
  if (connection->state == WORKER_ENDED) return false;
  if (connection->process.events == OS_HANDLE_NONE) return end_unordered(connection, now_ns);
  struct keeper_event event;
  if (engine_process_next_event(&connection->process, &event) != LLMB_OK) return false;
  switch (event.kind) {
    case KEEPER_EVENT_SPAWNED:
      connection_apply(connection, WORKER_SPAWNED, now_ns);
      break;
    case KEEPER_EVENT_SPAWN_FAILED:
      connection->end = event;
      connection_apply(connection, WORKER_SPAWN_FAILED, now_ns);
      break;
    case KEEPER_EVENT_EXIT:
    case KEEPER_EVENT_LOST:
      connection->end = event;
      connection->dismissed |= event.closed_here; /* its host's deed */
      /* What it said last may still lie in its post. */
      (void)connection_hear_engine(connection, now_ns);
      connection_apply(connection, WORKER_EXITED, now_ns);
      break;
  }
  return true;
}

static void watch_load(struct connection *connection, uint64_t now_ns) {
  const bool is_shared = connection->share.stage != SHARE_NONE;
  if (!is_shared && connection->state == WORKER_STARTING && now_ns >= connection->opened_ns + KEEPER_SPAWN_TIMEOUT_NS) {
    /* It was seen alive and does nothing: another one gets the order. */
    connection->keeper_stalled = true;
    if (connection->keeper != NULL) keeper_hold_distrust(connection->keeper);
    connection_fail(connection, WORKER_TIMED_OUT, LLMB_E_SPAWN_FAILED, "the keeper did not start the engine in time",
                    now_ns);
    return;
  }
  const uint64_t seen = is_shared ? 0 : atomic_load_explicit(&connection->region->load_progress, memory_order_relaxed);
  if (seen != connection->load_progress_seen) {
    connection->load_progress_seen = seen;
    connection->load_progress_ns = now_ns;
  }
  /* Not by subtraction: a caller's idea of now may be older than the start. */
  if (now_ns < connection->load_progress_ns + connection->start_timeout_ns) return;
  char reason[128];
  snprintf(reason, sizeof reason, "the engine made no progress towards being ready for %llu ms (start_timeout_ms)",
           (unsigned long long)(connection->start_timeout_ns / 1000000u));
  connection_fail(connection, WORKER_TIMED_OUT, LLMB_E_START_TIMEOUT, reason, now_ns);
}

/* Slots whose calls have ended for the host: have they for the engine too, or is its grace over? */
static bool step_draining(struct connection *connection, uint64_t now_ns) {
  bool changed = false;
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    struct slot *slot = &connection->slots[i];
    if (slot->state != SLOT_DRAINING) continue;
    if (slot_pad_request(slot)) connection_wake_engine(connection);
    bool broken = false;
    const bool over = slot_drain(slot, &broken);
    if (slot_release_room(slot)) connection_wake_engine(connection);
    if (broken) connection_breach(connection, "a frame that cannot be", now_ns);
    if (over) {
      connection_free_slot(connection, slot, now_ns);
      changed = true;
    } else if (now_ns >= slot->kill_at_ns && connection->share.stage != SHARE_NONE) {
      connection_abandon_slot(connection, slot, now_ns);
      changed = true;
    } else if (now_ns >= slot->kill_at_ns) {
      slot->kill_at_ns = LLMB_NEVER;
      connection_fail(connection, WORKER_TIMED_OUT, LLMB_E_ENGINE_HUNG,
                      "the engine did not give up a cancelled call within grace_ms and was stopped", now_ns);
      changed = true;
    }
  }
  return changed;
}

/* An engine's thread has closed its socket and returned. */
static void join_thread(struct connection *connection, uint64_t now_ns) {
  connection->end.kind = KEEPER_EVENT_EXIT;
  connection->end.exit_kind = LLMB_EXIT_CODE;
  connection->end.exit_value = engine_thread_join(connection->thread);
  connection->thread = NULL;
  connection_apply(connection, WORKER_EXITED, now_ns);
}

/* It was killed and nobody says that it has ended: the keeper has stopped doing its work, or the thread cannot be
 * stopped. */
static void give_up_end(struct connection *connection, uint64_t now_ns) {
  connection->end.kind = KEEPER_EVENT_LOST;
  connection->end.exit_kind = LLMB_EXIT_UNKNOWN;
  if (connection->thread != NULL) {
    engine_thread_abandon(connection->thread);
    connection->thread = NULL;
  } else {
    keeper_hold_distrust(connection->keeper);
  }
  connection_apply(connection, WORKER_EXITED, now_ns);
}

bool connection_step(struct connection *connection, uint64_t now_ns) {
  bool changed = false;
  if (connection->share.stage != SHARE_NONE) {
    changed = connection_share_step(connection, now_ns);
  } else {
    while (step_keeper(connection, now_ns)) changed = true;
  }
  if (connection_heard(connection) && connection_hear_engine(connection, now_ns)) changed = true;
  if (connection->thread != NULL && connection->post_ended && engine_thread_ended(connection->thread)) {
    join_thread(connection, now_ns);
    changed = true;
  }
  if (connection->state == WORKER_ENDED) return changed;
  if (connection->state == WORKER_STARTING || connection->state == WORKER_LOADING) watch_load(connection, now_ns);
  if (step_draining(connection, now_ns)) changed = true;
  if (now_ns >= connection->last_breath_ns) {
    connection->last_breath_ns = LLMB_NEVER;
    if (connection->killed) {
      give_up_end(connection, now_ns);
    } else {
      connection_apply(connection, WORKER_TIMED_OUT, now_ns);
    }
  }
  return changed;
}

os_handle connection_greeting(const struct connection *connection) {
  os_handle handle = OS_HANDLE_NONE;
  if (connection->state == WORKER_STARTING && connection->keeper != NULL) {
    (void)keeper_hold_greeting_until_ns(connection->keeper, &handle);
  }
  return handle;
}

uint64_t connection_next_look_ns(const struct connection *connection) {
  uint64_t next_ns = connection->last_breath_ns;
  if (connection->thread != NULL && connection->post_ended) {
    const uint64_t look_ns = os_clock_ns() + POOL_THREAD_LOOK_NS; /* nothing else tells of its end */
    if (look_ns < next_ns) next_ns = look_ns;
  }
  if (connection->engine_end != OS_HANDLE_NONE && connection->share.stage == SHARE_NONE) {
    const uint64_t look_ns = os_clock_ns() + POOL_ORDER_LOOK_NS;
    if (look_ns < next_ns) next_ns = look_ns;
  }
  if (connection->share.stage != SHARE_NONE) {
    const uint64_t look_ns = connection_share_next_look_ns(connection);
    if (look_ns < next_ns) next_ns = look_ns;
  } else if (connection->state == WORKER_STARTING) {
    os_handle greeting = OS_HANDLE_NONE;
    uint64_t start_ns = connection->opened_ns + KEEPER_SPAWN_TIMEOUT_NS;
    if (start_ns < next_ns) next_ns = start_ns;
    if (connection->keeper != NULL) start_ns = keeper_hold_greeting_until_ns(connection->keeper, &greeting);
    if (start_ns < next_ns) next_ns = start_ns;
  }
  if (connection->state == WORKER_STARTING || connection->state == WORKER_LOADING) {
    const uint64_t start_ns = connection->load_progress_ns + connection->start_timeout_ns;
    if (start_ns < next_ns) next_ns = start_ns;
  }
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    if (connection->slots[i].state == SLOT_DRAINING && connection->slots[i].kill_at_ns < next_ns) {
      next_ns = connection->slots[i].kill_at_ns;
    }
  }
  return next_ns;
}
