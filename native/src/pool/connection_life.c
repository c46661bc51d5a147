/* The steps of a worker's life and what each does. A worker that has done its share is replaced: it gets nothing more,
 * finishes what it has, and is told to end. It is the host that counts and measures: what an engine says of itself need
 * not be true. */
#include "pool/connection_life.h"

#include <string.h>

#include "core/error.h"
#include "core/fault_point.h"
#include "core/policy.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"
#include "pool/connection_base.h"
#include "pool/recycle.h"
#include "pool/worker_states.h"
#include "pool/ticket.h"

static bool measure(const struct connection *connection, uint64_t *out_bytes) {
  return os_process_private_bytes(connection->process.process, connection->process.pid, out_bytes);
}

void connection_note_ready(struct connection *connection, uint64_t now_ns) {
  uint64_t bytes = 0;
  if (connection->recycle.growth_bytes > 0 && measure(connection, &bytes)) {
    recycle_note_ready(&connection->recycle, bytes, now_ns);
  }
}

/* All that can be done: what it works on is cancelled, and it finds its host gone when it next looks. */
static void stop_thread(struct connection *connection) {
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    struct slot *slot = &connection->slots[i];
    if (slot->state == SLOT_FREE) continue;
    atomic_store_explicit(&slot->shared->cancelled_id, slot->call_id, memory_order_release);
  }
  connection_wake_engine(connection);
  os_socket_end(connection->socket);
}

/* It goes on, without this host: who leaves has seen the end of it. */
static void leave(struct connection *connection, uint64_t now_ns) {
  connection_part(connection);
  connection->share.stage = SHARE_OVER;
  connection->end.kind = KEEPER_EVENT_LOST;
  connection->end.exit_kind = LLMB_EXIT_UNKNOWN;
  connection_apply(connection, WORKER_EXITED, now_ns);
}

static enum death_cause cause_of_end(const struct connection *connection) {
  const struct keeper_event *end = &connection->end;
  const bool lost = end->kind == KEEPER_EVENT_LOST;
  const struct death_facts facts = {.killed_here = connection->killed || end->guard_expired,
                                    .memory_was_short = end->memory_was_short,
                                    .exit_kind = lost ? (int32_t)LLMB_EXIT_UNKNOWN : end->exit_kind,
                                    .exit_value = end->exit_value};
  return death_cause_of(&facts);
}

static const struct pool_ticket *largest_request(const struct connection *connection) {
  const struct pool_ticket *largest = NULL;
  if (connection->share.working_at_end > connection->busy_count) return NULL; /* it may be another host's */
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    const struct slot *slot = &connection->slots[i];
    if (slot->state != SLOT_BUSY || slot->owner == NULL) continue;
    if (largest == NULL || slot->owner->request_size > largest->request_size) largest = slot->owner;
  }
  return largest;
}

void connection_apply(struct connection *connection, enum worker_event event, uint64_t now_ns) {
  const struct worker_step step = worker_next(connection->state, event);
  connection->state = step.state;
  switch ((enum worker_action)step.action) {
    case WORKER_ACTION_SERVE:
      connection->served = true;
      connection_note_ready(connection, now_ns);
      connection->ready_ns = now_ns;
      break;
    case WORKER_ACTION_AWAIT:
      connection->last_breath_ns = now_ns + POOL_LAST_BREATH_NS;
      break;
    case WORKER_ACTION_KILL:
      FAULT_POINT(HOST_KILL);
      connection->killed = true;
      connection->last_breath_ns = now_ns + POOL_KILLED_NS;
      if (connection->thread != NULL) {
        stop_thread(connection);
      } else if (connection->share.stage != SHARE_NONE) {
        leave(connection, now_ns);
      } else if (connection->engine_end == OS_HANDLE_NONE) {
        keeper_hold_kill(connection->keeper, &connection->process);
      }
      break;
    case WORKER_ACTION_BURY:
      FAULT_POINT(HOST_BURY);
      /* From here on its rings hold all there will ever be; the owners of its slots look at them once more. */
      connection->busy_at_end = connection->busy_count;
      connection->cause = cause_of_end(connection);
      connection->largest = largest_request(connection);
      atomic_store_explicit(&connection->dead, 1, memory_order_release);
      connection_ring_owners(connection);
      connection->keeper = keeper_hold_release(connection->keeper); /* calls may keep this struct for long */
      break;
    case WORKER_ACTION_NONE:
    case WORKER_ACTION_INVALID:
      break;
  }
}

void connection_fail(struct connection *connection, enum worker_event event, llmb_status failure, const char *reason,
                     uint64_t now_ns) {
  if (connection->failure == LLMB_OK) {
    connection->failure = failure;
    error_copy_text(connection->failure_text, sizeof connection->failure_text, reason, strlen(reason), 0);
  }
  connection_apply(connection, event, now_ns);
}

static bool has_grown(struct connection *connection, uint64_t now_ns) {
  uint64_t bytes = 0;
  return recycle_measures(&connection->recycle, now_ns) && measure(connection, &bytes) &&
         recycle_note_memory(&connection->recycle, bytes, now_ns);
}

void connection_free_slot(struct connection *connection, struct slot *slot, uint64_t now_ns) {
  slot->state = SLOT_FREE;
  connection->busy_count--;
  if (connection->state == WORKER_READY &&
      ((slot->accepted && recycle_note_call(&connection->recycle)) || has_grown(connection, now_ns))) {
    connection->recycled = true;
    connection_apply(connection, WORKER_RECYCLED, now_ns);
  }
  if (!connection->recycled || connection->state != WORKER_RETIRING || connection->busy_count > 0) return;
  connection->dismissed = true;
  if (connection->share.stage != SHARE_NONE) {
    leave(connection, now_ns);
    return;
  }
  os_socket_end(connection->socket); /* an engine that finds its host gone ends by itself, properly */
}

void connection_abandon_slot(struct connection *connection, struct slot *slot, uint64_t now_ns) {
  if (connection->state == WORKER_READY) {
    connection->recycled = true;
    connection_apply(connection, WORKER_RECYCLED, now_ns);
  }
  connection_free_slot(connection, slot, now_ns);
}
