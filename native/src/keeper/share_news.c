#include "keeper/share_news.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/policy.h"
#include "keeper/keeper_event.h"
#include "keeper/share_client.h"
#include "keeper/share_engine.h"
#include "platform/os_clock.h"
#include "platform/os_post.h"
#include "platform/os_socket.h"

static void keep(char **kept, uint64_t *kept_size, const char *message, uint64_t size) {
  void *memory = NULL;
  if (*kept != NULL || memory_allocate(size, &memory) != LLMB_OK) return;
  *kept = memcpy(memory, message, size);
  *kept_size = size;
}

static void expel(struct share_server *server, const char *message, uint64_t size) {
  struct {
    uint32_t type, number;
    int32_t status;
  } expelled;
  if (size != sizeof expelled) return;
  memcpy(&expelled, message, sizeof expelled);
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) {
    struct share_client *client = &server->clients[i];
    if (client->stage == SHARE_CLIENT_NONE || client->number != expelled.number) continue;
    share_client_refuse(server, client, LLMB_E_PROTOCOL_ERROR,
                        "this process broke the protocol with a shared engine and was parted from it");
  }
}

/* A client that waits for an engine which leaves in peace gets another: it has not had this one. */
static bool move_on(struct share_server *server, struct share_client *client) {
  if (client->stage != SHARE_CLIENT_WAITING || client->move_count == SHARE_MOVES_MAX) return false;
  client->move_count++;
  share_client_place(server, client);
  return true;
}

static void take_message(struct share_server *server, struct share_engine *engine, const char *message, uint64_t size) {
  uint32_t type = 0;
  memcpy(&type, message, sizeof type);
  if (type == server->order.expelled_type) {
    expel(server, message, size);
    return;
  }
  if (type == server->order.ready_type) {
    keep(&engine->ready, &engine->ready_size, message, size);
    engine->is_ready = true; /* its clients are attached, then told */
    return;
  }
  const bool is_hello = engine->hello == NULL;
  if (is_hello) keep(&engine->hello, &engine->hello_size, message, size);
  engine->is_retiring |= type == server->order.retiring_type;
  engine->is_leaving |= engine->is_retiring;
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) {
    struct share_client *client = &server->clients[i];
    if (client->engine != engine || client->stage < SHARE_CLIENT_WAITING) continue;
    if (engine->is_retiring && move_on(server, client)) continue;
    if (is_hello && client->hello_told) continue;
    client->hello_told |= is_hello;
    share_client_relay(server, client, message, size);
  }
}

/* The engine's messages come in packets, and all but the last of a message are full. */
static void hear(struct share_server *server, struct share_engine *engine) {
  struct {
    uint32_t type;
    int32_t status;
    uint32_t size;
  } head;
  for (unsigned i = 0; i < KEEPER_CONTROL_TURN_COUNT; i++) {
    uint64_t packet = 0;
    const llmb_status status = os_post_receive(engine->post, engine->message + engine->message_size, &packet);
    if (status == LLMB_E_NOT_READY) return;
    if (status != LLMB_OK) {
      engine->post = os_handle_close(engine->post);
      share_engine_lose(engine);
      return;
    }
    engine->message_size += packet;
    const uint64_t size = engine->message_size;
    if (size >= sizeof head) memcpy(&head, engine->message, sizeof head);
    const bool is_cut = packet == OS_POST_PACKET_SIZE && size >= sizeof head && size - sizeof head < head.size;
    if (is_cut && size + OS_POST_PACKET_SIZE <= sizeof engine->message) continue;
    engine->message_size = 0;
    if (size >= sizeof(uint32_t) && !is_cut) take_message(server, engine, engine->message, size);
  }
}

static void tell_end(struct share_server *server, struct share_engine *engine, const struct keeper_event *event,
                     bool is_clean) {
  struct share_exit message = {.head = share_message_head(SHARE_MESSAGE_EXIT),
                               .exit_kind = event->exit_kind,
                               .exit_value = event->exit_value,
                               .guard_expired = event->guard_expired,
                               .memory_was_short = event->memory_was_short};
  message.log_size = (uint32_t)strnlen(event->log, sizeof message.log);
  memcpy(message.log, event->log, message.log_size);
  for (unsigned i = 0; i < KEEPER_GUARDS_MAX; i++) message.working_count += engine->working_at_end[i] != 0;
  for (unsigned c = 0; c < KEEPER_CLIENTS_MAX; c++) {
    struct share_client *client = &server->clients[c];
    if (client->engine != engine || (is_clean && move_on(server, client))) continue;
    message.own_working_count = 0;
    for (unsigned i = 0; i < KEEPER_GUARDS_MAX; i++) {
      message.own_working_count += engine->working_at_end[i] == client->number;
    }
    int os_code = 0;
    (void)os_socket_send(client->socket, &message, offsetof(struct share_exit, log) + message.log_size, NULL, 0,
                         &os_code);
    share_client_drop(server, client);
  }
}

static void take_events(struct share_server *server, struct share_engine *engine) {
  struct keeper_event event;
  while (engine->is_used && engine_process_next_event(&engine->process, &event) == LLMB_OK) {
    if (event.kind == KEEPER_EVENT_SPAWNED) continue;
    const bool is_clean = event.kind == KEEPER_EVENT_EXIT && event.exit_kind == LLMB_EXIT_CODE && event.exit_value == 0;
    if (!is_clean) server->stays_until_ns = os_clock_ns() + SHARE_RETURN_NS;
    engine->is_leaving = true;
    hear(server, engine); /* what it said last may still lie there */
    if (event.kind == KEEPER_EVENT_SPAWN_FAILED) {
      char text[128];
      snprintf(text, sizeof text, "could not start the shared engine's program (%s: %s)", event.step,
               strerror(event.os_code));
      for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) {
        if (server->clients[i].engine != engine) continue;
        share_client_refuse(server, &server->clients[i], event.status, text);
      }
    } else {
      tell_end(server, engine, &event, is_clean);
    }
    share_engine_forget(engine);
  }
}

static void watch_load(struct share_server *server, struct share_engine *engine, uint64_t now_ns) {
  struct engine *own = engine_find_id(&server->loop.table, engine->process.id);
  if (own == NULL) return;
  const uint64_t progress = atomic_load_explicit(&own->guards->load_progress, memory_order_acquire);
  if (progress == engine->load_progress) {
    if (now_ns >= engine->load_progress_ns + server->order.start_timeout_ns) engine_kill(own);
    return;
  }
  engine->load_progress = progress;
  engine->load_progress_ns = now_ns;
  engine->permille = atomic_load_explicit(&own->guards->load_permille, memory_order_relaxed);
}

void share_news_step(struct share_server *server, struct share_engine *engine, uint64_t now_ns) {
  if (engine->post != OS_HANDLE_NONE) hear(server, engine);
  take_events(server, engine);
  if (!engine->is_used) return;
  if (!engine->is_ready) watch_load(server, engine, now_ns);
  struct engine *own = engine_find_id(&server->loop.table, engine->process.id);
  if (engine->is_lost && now_ns >= engine->ends_until_ns && own != NULL) {
    engine->ends_until_ns = LLMB_NEVER;
    engine_kill(own);
  }
  if (own != NULL && own->wants_nudge) {
    own->wants_nudge = false;
    share_engine_nudge(engine);
  }
}
