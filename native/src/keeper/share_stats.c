#include "keeper/share_stats.h"

#include <string.h>

#include "core/json_writer.h"
#include "keeper/share_engine.h"

static void write_number(struct json_writer *writer, const char *key, uint64_t value) {
  json_key(writer, key);
  json_integer(writer, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

static void write_engine(struct json_writer *writer, const struct share_engine *engine) {
  json_object_open(writer);
  write_number(writer, "pid", (uint64_t)engine->process.pid);
  json_key(writer, "state");
  json_text(writer, engine->is_leaving ? "leaving" : engine->is_ready ? "ready" : "loading");
  write_number(writer, "permille", engine->is_ready ? 1000 : engine->permille);
  json_object_close(writer);
}

/* The counts are the engine's word. */
static void write_client(struct json_writer *writer, struct share_server *server, const struct share_client *client) {
  const unsigned place = (unsigned)(client - server->clients);
  const bool is_attached = client->stage == SHARE_CLIENT_ATTACHED && client->engine->is_used;
  struct keeper_guard_page *page = is_attached ? share_engine_page(server, client->engine) : NULL;
  uint64_t working = 0;
  for (unsigned i = 0; page != NULL && i < KEEPER_GUARDS_MAX; i++) {
    working += atomic_load_explicit(&page->client_of[i], memory_order_relaxed) == client->number;
  }
  json_object_open(writer);
  write_number(writer, "number", client->number);
  write_number(writer, "pid", client->pid > 0 ? (uint64_t)client->pid : 0);
  json_key(writer, "state");
  json_text(writer, is_attached ? "attached" : "waiting");
  write_number(writer, "engine_pid", client->engine != NULL ? (uint64_t)client->engine->process.pid : 0);
  write_number(writer, "working", working);
  write_number(writer, "calls", page != NULL ? atomic_load_explicit(&page->calls_of[place], memory_order_relaxed) : 0);
  write_number(writer, "tokens",
               page != NULL ? atomic_load_explicit(&page->tokens_of[place], memory_order_relaxed) : 0);
  json_object_close(writer);
}

uint64_t share_stats_write(struct share_server *server,
                           char message[sizeof(struct share_head) + SHARE_STATE_SIZE_MAX]) {
  const struct share_head head = share_message_head(SHARE_MESSAGE_STATE);
  struct json_writer writer;
  char *text = NULL;
  memcpy(message, &head, sizeof head);
  json_writer_begin_in(&writer, message + sizeof head, SHARE_STATE_SIZE_MAX);
  json_object_open(&writer);
  json_key(&writer, "engines");
  json_array_open(&writer);
  for (unsigned i = 0; i < SHARE_ENGINES_MAX; i++) {
    if (server->engines[i].is_used) write_engine(&writer, &server->engines[i]);
  }
  json_array_close(&writer);
  json_key(&writer, "clients");
  json_array_open(&writer);
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) {
    if (server->clients[i].stage > SHARE_CLIENT_GREETING) write_client(&writer, server, &server->clients[i]);
  }
  json_array_close(&writer);
  json_object_close(&writer);
  return json_writer_finish(&writer, &text) == LLMB_OK ? sizeof head + strlen(text) : 0;
}
