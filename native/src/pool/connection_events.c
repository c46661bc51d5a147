/* What engine and keeper say of a worker, and what follows from it. */
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/fault_point.h"
#include "core/json_check.h"
#include "core/memory.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "platform/os_socket.h"
#include "pool/connection.h"
#include "pool/pool_limits.h"
#include "pool/slot.h"
#include "pool/worker_states.h"

static void breach(struct connection *connection, const char *what, uint64_t now_ns) {
  char reason[256];
  snprintf(reason, sizeof reason, "the engine broke the protocol: %s", what);
  connection_fail(connection, WORKER_BROKE_PROTOCOL, LLMB_E_PROTOCOL_ERROR, reason, now_ns);
}

/* A message that cannot come now is told as a breach, not as the kill that follows from it. */
static bool in_turn(struct connection *connection, enum worker_event event, uint64_t now_ns) {
  if (worker_next(connection->state, event).action != WORKER_ACTION_KILL) return true;
  breach(connection, "a message out of turn", now_ns);
  return false;
}

static void take_hello(struct connection *connection, const uint8_t *message, uint64_t size, uint64_t now_ns) {
  struct handshake_hello hello;
  if (size != sizeof hello) {
    breach(connection, "its greeting has another size", now_ns);
    return;
  }
  memcpy(&hello, message, sizeof hello);
  if (hello.protocol_version != CHANNEL_PROTOCOL_VERSION) {
    char reason[128];
    snprintf(reason, sizeof reason, "the engine speaks protocol %u, this library %d", hello.protocol_version,
             CHANNEL_PROTOCOL_VERSION);
    connection_fail(connection, WORKER_BROKE_PROTOCOL, LLMB_E_PROTOCOL_ERROR, reason, now_ns);
    return;
  }
  error_copy_text(connection->name, sizeof connection->name, hello.name, strnlen(hello.name, sizeof hello.name), 0);
  error_copy_text(connection->version, sizeof connection->version, hello.version,
                  strnlen(hello.version, sizeof hello.version), 0);
  connection->load_progress_ns = now_ns;
  if (in_turn(connection, WORKER_HELLO, now_ns)) connection_apply(connection, WORKER_HELLO, now_ns);
}

/* An engine may refuse for reasons that are about itself; anything else is its word for "engine error". */
static llmb_status refusal_status(int32_t status) {
  switch (status) {
    case LLMB_E_INVALID_ARGUMENT:
    case LLMB_E_NOT_FOUND:
    case LLMB_E_SPAWN_FAILED:
    case LLMB_E_MODEL_INVALID:
    case LLMB_E_UNSUPPORTED:
    case LLMB_E_OUT_OF_MEMORY:
    case LLMB_E_PROTOCOL_ERROR:
      return status;
    default:
      return LLMB_E_ENGINE_ERROR;
  }
}

static void take_ready(struct connection *connection, uint32_t detail, const char *info, uint64_t size,
                       uint64_t now_ns) {
  FAULT_POINT(HOST_READY_SEEN);
  if (size == 0 || info[0] != '{' || json_check((const uint8_t *)info, size, NULL, NULL) != LLMB_OK) {
    breach(connection, "what it says of itself is no JSON object", now_ns);
    return;
  }
  memory_release(connection->info);
  if (memory_copy_text(info, size, &connection->info) != LLMB_OK) connection->info = NULL;
  connection->abilities = detail & ((1u << HANDSHAKE_LAYERS_SHIFT) - 1);
  connection->layers = detail >> HANDSHAKE_LAYERS_SHIFT;
  if ((connection->layers & connection->layers_required) == connection->layers_required) {
    if (in_turn(connection, WORKER_SAID_READY, now_ns)) connection_apply(connection, WORKER_SAID_READY, now_ns);
    return;
  }
  char reason[128];
  snprintf(reason, sizeof reason,
           "sandbox is required, but the engine has only %u of the layers %u (llmb_sandbox_layer)", connection->layers,
           connection->layers_required);
  connection_fail(connection, WORKER_BROKE_PROTOCOL, LLMB_E_UNSUPPORTED, reason, now_ns);
}

static void take_text(struct connection *connection, uint32_t type, const uint8_t *message, uint64_t size,
                      uint64_t now_ns) {
  struct handshake_text head;
  if (size < sizeof head) {
    breach(connection, "a message is cut short", now_ns);
    return;
  }
  memcpy(&head, message, sizeof head);
  const char *text = (const char *)message + sizeof head;
  const uint64_t text_size = size - sizeof head;
  if (head.size != text_size || text_size > CHANNEL_INFO_SIZE_MAX) {
    breach(connection, "a message lies about its length", now_ns);
    return;
  }
  if (type == HANDSHAKE_READY) {
    take_ready(connection, (uint32_t)head.status, text, text_size, now_ns);
  } else if (type == HANDSHAKE_REFUSED) {
    if (!in_turn(connection, WORKER_REFUSED, now_ns)) return;
    char reason[sizeof connection->failure_text];
    error_copy_text(reason, sizeof reason, text, text_size, 0);
    connection_fail(connection, WORKER_REFUSED, refusal_status(head.status), reason, now_ns);
  } else if (type == HANDSHAKE_LAST_WORDS) {
    error_copy_text(connection->last_words, sizeof connection->last_words, text, text_size, 0);
  } else {
    if (!in_turn(connection, WORKER_SAID_RETIRING, now_ns)) return;
    connection->retired = true;
    connection_apply(connection, WORKER_SAID_RETIRING, now_ns);
  }
}

static bool step_engine(struct connection *connection, uint64_t now_ns) {
  if (connection->socket_ended) return false;
  uint8_t *message = connection->message;
  uint64_t size = 0;
  int os_code = 0;
  const llmb_status status =
      os_socket_receive(connection->socket, message, sizeof connection->message, &size, NULL, 0, NULL, &os_code);
  if (status == LLMB_E_NOT_READY) return false;
  if (status == LLMB_E_UNAVAILABLE) {
    connection->socket_ended = true;
    connection_apply(connection, WORKER_SOCKET_CLOSED, now_ns);
    return true;
  }
  uint32_t type = 0;
  if (status != LLMB_OK || size < sizeof type) {
    breach(connection, "a message is too long, too short or carries descriptors", now_ns);
    connection->socket_ended = true;
    return true;
  }
  memcpy(&type, message, sizeof type);
  switch (type) {
    case HANDSHAKE_HELLO:
      take_hello(connection, message, size, now_ns);
      break;
    case HANDSHAKE_READY:
    case HANDSHAKE_REFUSED:
    case HANDSHAKE_LAST_WORDS:
    case HANDSHAKE_RETIRING:
      take_text(connection, type, message, size, now_ns);
      break;
    default:
      breach(connection, "a message of an unknown type", now_ns);
      break;
  }
  return true;
}

/* Takes in what the engine has said; true if anything. One that never stops talking is broken off: its listener has a
 * deadline. */
static bool hear_engine(struct connection *connection, uint64_t now_ns) {
  for (int i = 0; i < POOL_MESSAGES_MAX; i++) {
    if (!step_engine(connection, now_ns)) return i > 0;
  }
  breach(connection, "it sends more messages than there are to send", now_ns);
  connection->socket_ended = true;
  return true;
}

static bool step_keeper(struct connection *connection, uint64_t now_ns) {
  if (connection->state == WORKER_ENDED) return false;
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
      /* What it said last may still lie in its socket. */
      (void)hear_engine(connection, now_ns);
      connection_apply(connection, WORKER_EXITED, now_ns);
      break;
  }
  return true;
}

static void watch_load(struct connection *connection, uint64_t now_ns) {
  if (connection->state == WORKER_STARTING && now_ns >= connection->opened_ns + KEEPER_SPAWN_TIMEOUT_NS) {
    connection_fail(connection, WORKER_TIMED_OUT, LLMB_E_SPAWN_FAILED, "the keeper did not start the engine in time",
                    now_ns);
    return;
  }
  const uint64_t seen = atomic_load_explicit(&connection->region->load_progress, memory_order_relaxed);
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
    if (broken) breach(connection, "a frame that cannot be", now_ns);
    if (over) {
      connection_free_slot(connection, slot, now_ns);
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

bool connection_heard(const struct connection *connection) {
  return !connection->socket_ended && (connection->process.process != OS_HANDLE_NONE || connection->thread != NULL);
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
  while (step_keeper(connection, now_ns)) changed = true;
  if (connection_heard(connection) && hear_engine(connection, now_ns)) changed = true;
  if (connection->thread != NULL && connection->socket_ended && engine_thread_ended(connection->thread)) {
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

uint64_t connection_next_look_ns(const struct connection *connection) {
  uint64_t next_ns = connection->last_breath_ns;
  if (connection->thread != NULL && connection->socket_ended) {
    const uint64_t look_ns = os_clock_ns() + POOL_THREAD_LOOK_NS; /* nothing else tells of its end */
    if (look_ns < next_ns) next_ns = look_ns;
  }
  if (connection->state == WORKER_STARTING && connection->opened_ns + KEEPER_SPAWN_TIMEOUT_NS < next_ns) {
    next_ns = connection->opened_ns + KEEPER_SPAWN_TIMEOUT_NS;
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
