#include "keeper/share_engine.h"

#include <stddef.h>
#include <string.h>

#include "core/memory.h"
#include "core/policy.h"
#include "keeper/keeper_event.h"
#include "keeper/keeper_protocol.h"
#include "keeper/keeper_spawn.h"
#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_post.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

struct keeper_guard_page *share_engine_page(struct share_server *server, const struct share_engine *engine) {
  struct engine *own = engine_find_id(&server->loop.table, engine->process.id);
  return own != NULL ? own->guards : NULL;
}

void share_engine_forget(struct share_engine *engine) {
  engine_process_close(&engine->process);
  os_handle_close(engine->socket);
  os_handle_close(engine->post);
  memory_release(engine->hello);
  memory_release(engine->ready);
  memset(engine, 0, offsetof(struct share_engine, message));
}

struct model_check {
  const struct share_server *server;
  uint64_t at; /* in the server's parts */
  bool differs;
};

static void compare_line(void *context, const char *line, uint64_t size) {
  struct model_check *check = context;
  const bool fits = check->at + size <= check->server->order.parts_size;
  check->differs |= !fits || memcmp(check->server->parts + check->at, line, size) != 0;
  check->at += size;
}

bool share_engine_model_is_same(struct share_server *server) {
  struct model_check check = {.server = server, .at = server->order.parts_size - server->order.model_size};
  if (server->order.model_size == 0) return true;
  share_model_lines(server->model, compare_line, &check);
  return !check.differs && check.at == server->order.parts_size;
}

/* Has its process started; what becomes of it follows as events. */
static llmb_status start(struct share_server *server, struct share_engine *engine) {
  static struct keeper_spawn_request request;
  os_handle sockets[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE}, events[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  os_handle sends = OS_HANDLE_NONE;
  int os_code = 0;
  if (!share_engine_model_is_same(server)) return LLMB_E_MODEL_INVALID;
  *engine = (struct share_engine){.socket = OS_HANDLE_NONE, .post = OS_HANDLE_NONE};
  engine->process.events = engine->process.process = OS_HANDLE_NONE;
  llmb_status status = os_socket_pair(sockets, &os_code);
  if (status == LLMB_OK) status = os_socket_pair(events, &os_code);
  if (status == LLMB_OK) status = os_post_create(OS_BELL_PROCESS, &engine->post, &sends, &os_code);
  if (status == LLMB_OK) {
    os_socket_only_send(sockets[0]);
    status = os_socket_send(sockets[0], server->opening, server->opening_size, &sends, 1, &os_code);
  }
  if (status == LLMB_OK && !keeper_spawn_decode(server->spawn, server->spawn_size, &request)) {
    status = LLMB_E_PROTOCOL_ERROR;
  }
  os_handle_close(sends);
  engine->socket = sockets[0];
  engine->process.events = events[0];
  if (status != LLMB_OK) {
    os_handle_close(sockets[1]);
    os_handle_close(events[1]);
    share_engine_forget(engine);
    return status;
  }
  engine->is_used = true;
  engine->load_progress_ns = os_clock_ns();
  request.id = engine->process.id = ++server->engine_id_last;
  keeper_spawn_engine(&server->loop.table, &request, sockets[1], events[1], &server->loop.descriptor_limit);
  struct engine *own = engine_find_id(&server->loop.table, request.id);
  if (own == NULL) return LLMB_OK; /* its events say why */
  own->is_shared = true;
  own->working_at_end = engine->working_at_end;
  return LLMB_OK;
}

static unsigned clients_of(const struct share_server *server, const struct share_engine *engine) {
  unsigned count = 0;
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) count += server->clients[i].engine == engine;
  return count;
}

struct share_engine *share_engine_choose(struct share_server *server) {
  struct share_engine *best = NULL, *unused = NULL;
  unsigned used = 0, fewest = 0;
  for (unsigned i = 0; i < SHARE_ENGINES_MAX; i++) {
    struct share_engine *engine = &server->engines[i];
    if (!engine->is_used) {
      if (unused == NULL) unused = engine;
      continue;
    }
    used++;
    const unsigned count = clients_of(server, engine);
    if (engine->is_leaving || (best != NULL && count >= fewest)) continue;
    best = engine;
    fewest = count;
  }
  const bool more = unused != NULL && used < server->order.engine_count_max;
  if (best != NULL && (fewest == 0 || !more)) return best;
  /* One that leaves makes room for its successor. */
  if (unused == NULL || start(server, unused) != LLMB_OK) return best;
  return unused;
}

void share_engine_lose(struct share_engine *engine) {
  if (engine->is_lost) return;
  engine->is_lost = engine->is_leaving = true;
  engine->ends_until_ns = os_clock_ns() + POOL_LAST_BREATH_NS;
}

void share_engine_nudge(struct share_engine *engine) {
  int os_code = 0;
  (void)os_socket_send(engine->socket, "", 1, NULL, 0, &os_code);
}

/* Both sides of one connection; open here only until they are sent. */
struct ends {
  os_handle engine[4], client[4]; /* region, rings, bell of the slots, bell of the pump */
};

static llmb_status make_ends(const struct share_server *server, struct ends *ends, int *os_code) {
  void *address = NULL;
  os_handle pair[2];
  for (unsigned i = 0; i < 4; i++) ends->engine[i] = ends->client[i] = OS_HANDLE_NONE;
  llmb_status status = os_region_create(server->order.region_size, &ends->engine[0], &address, os_code);
  if (status != LLMB_OK) return status;
  os_region_unmap(address, server->order.region_size);
  status = os_socket_pair(pair, os_code);
  if (status != LLMB_OK) return status;
  ends->client[1] = pair[0];
  ends->engine[1] = pair[1];
  os_socket_only_send(pair[0]);
  status = os_bell_create(OS_BELL_PROCESS, &ends->client[2], &ends->engine[2], os_code);
  if (status != LLMB_OK) return status;
  return os_bell_create(OS_BELL_PROCESS, &ends->client[3], &ends->engine[3], os_code);
}

/* In the engine's own form (channel/handshake.h, struct handshake_client). */
struct client_message {
  uint32_t type, number, place, slot_count;
  uint64_t region_size;
};

llmb_status share_engine_attach(struct share_server *server, struct share_engine *engine, struct share_client *client) {
  struct ends ends;
  int os_code = 0;
  const uint32_t place = (uint32_t)(client - server->clients);
  struct keeper_guard_page *page = share_engine_page(server, engine);
  if (page == NULL) return LLMB_E_UNAVAILABLE;
  llmb_status status = make_ends(server, &ends, &os_code);
  if (status == LLMB_OK) {
    const struct client_message message = {.type = server->order.client_type,
                                           .number = client->number,
                                           .place = place,
                                           .slot_count = server->order.slot_count,
                                           .region_size = server->order.region_size};
    atomic_store_explicit(&page->calls_of[place], 0, memory_order_relaxed);
    atomic_store_explicit(&page->tokens_of[place], 0, memory_order_relaxed);
    atomic_store_explicit(&page->client_at[place], client->number, memory_order_release);
    status = os_socket_send(engine->socket, &message, sizeof message, ends.engine, 4, &os_code);
    /* It has closed its end and is about to be told of: nobody else is to be placed with it. */
    if (status == LLMB_E_UNAVAILABLE) share_engine_lose(engine);
    if (status != LLMB_OK) atomic_store_explicit(&page->client_at[place], 0, memory_order_release);
  }
  if (status == LLMB_OK) {
    atomic_fetch_add_explicit(&page->news, 1, memory_order_release);
    const struct share_welcome welcome = {.head = share_message_head(SHARE_MESSAGE_WELCOME),
                                          .slot_count = server->order.slot_count,
                                          .number = client->number,
                                          .region_size = server->order.region_size,
                                          .engine_pid = engine->process.pid};
    const os_handle handles[4] = {ends.engine[0], ends.client[1], ends.client[2], ends.client[3]};
    status = os_socket_send(client->socket, &welcome, sizeof welcome, handles, 4, &os_code);
    if (status != LLMB_OK) status = LLMB_E_UNAVAILABLE; /* its end is in the engine already: the client is dropped */
  }
  for (unsigned i = 0; i < 4; i++) {
    os_handle_close(ends.engine[i]);
    os_handle_close(ends.client[i]);
  }
  return status;
}
