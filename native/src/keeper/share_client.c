#include "keeper/share_client.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "core/policy.h"
#include "keeper/share_deaths.h"
#include "keeper/share_engine.h"
#include "keeper/share_stats.h"
#include "platform/os_clock.h"
#include "platform/os_local.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

enum { PASS_RIGHTS = 83 /* SO_PASSRIGHTS, since Linux 6.16 */ };

unsigned share_client_count(const struct share_server *server) {
  unsigned count = 0;
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) count += server->clients[i].stage != SHARE_CLIENT_NONE;
  return count;
}

/* Its calls are wanted by nobody any more: an engine that does not even look at that is hung. */
static void call_off(struct share_server *server, const struct share_client *client) {
  struct engine *own = engine_find_id(&server->loop.table, client->engine->process.id);
  for (unsigned i = 0; own != NULL && i < KEEPER_GUARDS_MAX; i++) {
    if (atomic_load_explicit(&own->guards->client_of[i], memory_order_acquire) != client->number) continue;
    atomic_store(&own->guards->called_off_ns[i], atomic_load(&own->guards->guard_ns[i]));
    own->called_off_ns = own->stuck_since_ns = os_clock_ns();
  }
}

void share_client_drop(struct share_server *server, struct share_client *client) {
  struct keeper_guard_page *page = NULL;
  if (client->engine != NULL && client->engine->is_used) page = share_engine_page(server, client->engine);
  if (page != NULL && client->stage == SHARE_CLIENT_ATTACHED) {
    const unsigned place = (unsigned)(client - server->clients);
    atomic_store_explicit(&page->client_at[place], 0, memory_order_release);
    call_off(server, client);
    atomic_fetch_add_explicit(&page->news, 1, memory_order_release);
    share_engine_nudge(client->engine);
  }
  os_handle_close(client->socket);
  os_handle_close(client->process);
  *client = (struct share_client){.socket = OS_HANDLE_NONE, .process = OS_HANDLE_NONE};
}

/* What a client cannot be told, since it does not read: it has had room for all that there is to tell. */
static void tell(struct share_server *server, struct share_client *client, const void *message, uint64_t size) {
  int os_code = 0;
  if (os_socket_send(client->socket, message, size, NULL, 0, &os_code) != LLMB_OK) share_client_drop(server, client);
}

static uint64_t write_refusal(llmb_status status, const char *text, char *out) {
  struct share_refused refused = {.head = share_message_head(SHARE_MESSAGE_REFUSED), .status = (int32_t)status};
  refused.size = (uint32_t)strnlen(text, SHARE_TEXT_SIZE_MAX);
  memcpy(out, &refused, sizeof refused);
  memcpy(out + sizeof refused, text, refused.size);
  return sizeof refused + refused.size;
}

void share_client_refuse(struct share_server *server, struct share_client *client, llmb_status status,
                         const char *text) {
  char message[sizeof(struct share_refused) + SHARE_TEXT_SIZE_MAX];
  tell(server, client, message, write_refusal(status, text, message));
  if (client->stage != SHARE_CLIENT_NONE) share_client_drop(server, client);
}

void share_client_relay(struct share_server *server, struct share_client *client, const char *message, uint64_t size) {
  static char relay[sizeof(struct share_head) + SHARE_RELAY_SIZE_MAX];
  const struct share_head head = share_message_head(SHARE_MESSAGE_RELAY);
  if (message == NULL || size > SHARE_RELAY_SIZE_MAX) return;
  memcpy(relay, &head, sizeof head);
  memcpy(relay + sizeof head, message, size);
  tell(server, client, relay, sizeof head + size);
}

static void accept_one(struct share_server *server, int accepted, uint64_t now_ns) {
  char message[sizeof(struct share_refused) + SHARE_TEXT_SIZE_MAX], text[128];
  const int none = 0;
  struct os_local_peer peer;
  os_handle handle = os_handle_raise(accepted);
  struct share_client *client = NULL;
  int os_code = 0;
  (void)setsockopt(os_handle_number(handle), SOL_SOCKET, PASS_RIGHTS, &none, sizeof none);
  if (!os_local_peer(handle, &peer)) peer = (struct os_local_peer){.process = OS_HANDLE_NONE};
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX && client == NULL; i++) {
    if (server->clients[i].stage == SHARE_CLIENT_NONE) client = &server->clients[i];
  }
  if (!peer.is_own || client == NULL) {
    llmb_status status = LLMB_E_UNSUPPORTED;
    snprintf(text, sizeof text, "a shared engine serves its own user only");
    if (peer.is_own) {
      status = LLMB_E_OVERLOADED;
      snprintf(text, sizeof text, "%d programs are attached to the shared engine, which are as many as it takes",
               KEEPER_CLIENTS_MAX);
    }
    (void)os_socket_send(handle, message, write_refusal(status, text, message), NULL, 0, &os_code);
    os_handle_close(peer.process);
    os_handle_close(handle);
    return;
  }
  *client = (struct share_client){.stage = SHARE_CLIENT_GREETING,
                                  .socket = handle,
                                  .process = peer.process,
                                  .pid = peer.number,
                                  .greets_until_ns = now_ns + SHARE_WELCOME_TIMEOUT_NS,
                                  .number = ++server->number_last};
  server->stays_until_ns = now_ns;
}

void share_client_accept(struct share_server *server, uint64_t now_ns) {
  if (server->place.listener == OS_HANDLE_NONE) return;
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) {
    const int accepted = accept4(os_handle_number(server->place.listener), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (accepted < 0) return;
    accept_one(server, accepted, now_ns);
  }
}

static void tell_wait(struct share_server *server, struct share_client *client) {
  const struct share_engine *engine = client->engine;
  const struct share_wait wait = {.head = share_message_head(SHARE_MESSAGE_WAIT),
                                  .permille = engine->permille,
                                  .client_count = share_client_count(server),
                                  .progress = engine->load_progress,
                                  .engine_pid = engine->process.pid};
  tell(server, client, &wait, sizeof wait);
}

void share_client_place(struct share_server *server, struct share_client *client) {
  client->engine = share_engine_choose(server);
  client->stage = SHARE_CLIENT_WAITING;
  if (client->engine != NULL) return;
  if (share_engine_model_is_same(server)) {
    share_client_refuse(server, client, LLMB_E_OUT_OF_MEMORY, "the shared engine's server could not start an engine");
    return;
  }
  char text[SHARE_TEXT_SIZE_MAX];
  snprintf(text, sizeof text,
           "the model %.800s has been replaced or removed since this bridge was opened, and its shared engine has "
           "ended: a bridge that is opened now uses what is there",
           server->model);
  share_client_refuse(server, client, LLMB_E_MODEL_INVALID, text);
}

static void take_hello(struct share_server *server, struct share_client *client, const char *message, uint64_t size) {
  const char *parts = message + sizeof(struct share_head);
  const uint64_t parts_size = size - sizeof(struct share_head);
  char text[SHARE_TEXT_SIZE_MAX];
  if (parts_size != server->order.parts_size || memcmp(parts, server->parts, parts_size) != 0) {
    snprintf(text, sizeof text, "two shared engines have one key: this one is \"%.*s\", wanted is \"%.*s\"",
             (int)(server->order.parts_size < 400 ? server->order.parts_size : 400), server->parts,
             (int)(parts_size < 400 ? parts_size : 400), parts);
    share_client_refuse(server, client, LLMB_E_PROTOCOL_ERROR, text);
    return;
  }
  share_client_place(server, client);
  if (client->stage == SHARE_CLIENT_WAITING) tell_wait(server, client);
}

/* It only wanted to know. */
static void answer_question(struct share_server *server, struct share_client *client) {
  static char state[sizeof(struct share_head) + SHARE_STATE_SIZE_MAX];
  const uint64_t size = share_stats_write(server, state);
  if (size > 0) tell(server, client, state, size);
  if (client->stage != SHARE_CLIENT_NONE) share_client_drop(server, client);
}

/* Its engine is ready: it gets all that it needs to talk to it. */
static void attach(struct share_server *server, struct share_client *client) {
  struct share_engine *engine = client->engine;
  if (!client->hello_told) share_client_relay(server, client, engine->hello, engine->hello_size);
  if (client->stage == SHARE_CLIENT_NONE) return;
  client->hello_told = true;
  const llmb_status status = share_engine_attach(server, engine, client);
  if (status == LLMB_E_NOT_READY) return; /* the engine will take orders again */
  if (status != LLMB_OK && engine->is_lost) return;
  client->stage = SHARE_CLIENT_ATTACHED;
  if (status == LLMB_OK && !server->is_serving) {
    server->is_serving = true;
    share_deaths_serve(server->place.lock);
  }
  if (status == LLMB_OK) {
    share_client_relay(server, client, engine->ready, engine->ready_size);
  } else {
    share_client_refuse(server, client, status, "the shared engine's server could not make a connection");
  }
}

void share_client_step(struct share_server *server, struct share_client *client, uint64_t now_ns) {
  static char message[sizeof(struct share_head) + SHARE_PARTS_SIZE_MAX];
  uint64_t size = 0;
  int os_code = 0;
  const llmb_status status = os_socket_receive(client->socket, message, sizeof message, &size, NULL, 0, NULL, &os_code);
  if (status == LLMB_OK && client->stage == SHARE_CLIENT_GREETING &&
      share_message_check(message, size) == SHARE_MESSAGE_HELLO) {
    take_hello(server, client, message, size);
  } else if (status == LLMB_OK && client->stage == SHARE_CLIENT_GREETING &&
             share_message_check(message, size) == SHARE_MESSAGE_ASK) {
    answer_question(server, client);
  } else if (status != LLMB_E_NOT_READY || os_process_ended(client->process) ||
             (client->stage == SHARE_CLIENT_GREETING && now_ns >= client->greets_until_ns)) {
    share_client_drop(server, client);
    return;
  }
  if (client->stage != SHARE_CLIENT_WAITING) return;
  /* Its end is about to be told, and counts, or it says that it retires: then the client is placed anew. */
  if (client->engine->is_lost) return;
  if (client->engine->is_ready) {
    attach(server, client);
  } else if (client->engine->load_progress != client->load_progress_told) {
    client->load_progress_told = client->engine->load_progress;
    tell_wait(server, client);
  }
}
