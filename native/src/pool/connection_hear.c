/* What an engine says of itself in messages beside the rings, and what follows from it. */
#include "pool/connection_hear.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/fault_point.h"
#include "core/json_check.h"
#include "core/memory.h"
#include "core/status_rows.h"
#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_post.h"
#include "pool/connection_life.h"
#include "pool/pool_limits.h"
#include "pool/ticket.h"
#include "pool/worker_states.h"

void connection_breach(struct connection *connection, const char *what, uint64_t now_ns) {
  char reason[256];
  snprintf(reason, sizeof reason, "the engine broke the protocol: %s", what);
  connection_fail(connection, WORKER_BROKE_PROTOCOL, LLMB_E_PROTOCOL_ERROR, reason, now_ns);
}

/* A message that cannot come now is told as a connection_breach, not as the kill that follows from it. */
static bool in_turn(struct connection *connection, enum worker_event event, uint64_t now_ns) {
  if (worker_next(connection->state, event).action != WORKER_ACTION_KILL) return true;
  connection_breach(connection, "a message out of turn", now_ns);
  return false;
}

static void take_hello(struct connection *connection, const uint8_t *message, uint64_t size, uint64_t now_ns) {
  struct handshake_hello hello;
  if (size != sizeof hello) {
    connection_breach(connection, "its greeting has another size", now_ns);
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
  return status_is(status, STATUS_START_MAY_SAY) ? status : LLMB_E_ENGINE_ERROR;
}

static void take_ready(struct connection *connection, uint32_t detail, const char *info, uint64_t size,
                       uint64_t now_ns) {
  FAULT_POINT(HOST_READY_SEEN);
  if (size == 0 || info[0] != '{' || json_check((const uint8_t *)info, size, NULL, NULL) != LLMB_OK) {
    connection_breach(connection, "what it says of itself is no JSON object", now_ns);
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
    connection_breach(connection, "a message is cut short", now_ns);
    return;
  }
  memcpy(&head, message, sizeof head);
  const char *text = (const char *)message + sizeof head;
  const uint64_t text_size = size - sizeof head;
  if (head.size != text_size || text_size > CHANNEL_INFO_SIZE_MAX) {
    connection_breach(connection, "a message lies about its length", now_ns);
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

/* Of a message of full packets only its own word for its length can say. */
static bool is_whole(const uint8_t *message, uint64_t size) {
  struct handshake_text head;
  memcpy(&head, message, sizeof head);
  return size - sizeof head >= head.size;
}

void connection_take_message(struct connection *connection, const uint8_t *message, uint64_t size, uint64_t now_ns) {
  uint32_t type = 0;
  if (size < sizeof type) {
    connection_breach(connection, "a message is too short", now_ns);
    return;
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
      connection_breach(connection, "a message of an unknown type", now_ns);
      break;
  }
}

/* Takes one packet, which most messages are. */
static bool step_engine(struct connection *connection, uint64_t now_ns) {
  if (connection->post_ended) return false;
  uint8_t *message = connection->message;
  uint64_t packet_size = 0;
  const llmb_status status = os_post_receive(connection->post, message + connection->message_size, &packet_size);
  if (status == LLMB_E_NOT_READY) return false;
  if (status != LLMB_OK) {
    connection->post_ended = true;
    connection->dismissed |= !os_handle_same(connection->post);
    connection_apply(connection, WORKER_SOCKET_CLOSED, now_ns);
    return true;
  }
  connection->message_size += packet_size;
  const uint64_t size = connection->message_size;
  if (size < sizeof(uint32_t) || size + OS_POST_PACKET_SIZE > sizeof connection->message) {
    connection_breach(connection, "a message is too long or too short", now_ns);
    connection->post_ended = true;
    return true;
  }
  if (packet_size == OS_POST_PACKET_SIZE && !is_whole(message, size)) return true; /* the rest is to come */
  connection->message_size = 0;
  connection_take_message(connection, message, size, now_ns);
  return true;
}

bool connection_hear_engine(struct connection *connection, uint64_t now_ns) {
  for (int i = 0; i < POOL_MESSAGES_MAX; i++) {
    if (!step_engine(connection, now_ns)) return i > 0;
  }
  connection_breach(connection, "it sends more messages than there are to send", now_ns);
  connection->post_ended = true;
  return true;
}

os_handle connection_bell_polled(const struct engine_bell *bell) {
  return bell->over ? OS_HANDLE_NONE : bell->hears;
}

void connection_clear_bell(struct connection *connection, struct engine_bell *bell) {
  if (bell->over) return;
  const enum os_bell_state state = os_bell_clear(connection_trusted(connection, bell->hears));
  bell->over = state != OS_BELL_CLEAR;
  if (state == OS_BELL_FLOODED) connection_breach(connection, "it rings without end", os_clock_ns());
}

os_handle connection_slot_polled(const struct connection *connection, const struct slot *slot) {
  return connection_bell_polled(connection->share.stage != SHARE_NONE ? &connection->slots_bell : &slot->bell);
}

void connection_clear_slot(struct connection *connection, struct slot *slot) {
  if (connection->share.stage == SHARE_NONE) {
    connection_clear_bell(connection, &slot->bell);
    return;
  }
  connection_clear_bell(connection, &connection->slots_bell);
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    const struct slot *other = &connection->slots[i];
    if (other == slot || other->state != SLOT_BUSY || other->owner == NULL) continue;
    /* Who still sleeps was not rung for. */
    if (atomic_load(&other->shared->host_sleeps) == CHANNEL_AWAKE) waker_ring(other->owner->waker);
  }
}

bool connection_heard(const struct connection *connection) {
  if (connection->share.stage != SHARE_NONE || connection->post_ended) return false;
  return connection->process.process != OS_HANDLE_NONE || connection->thread != NULL;
}
