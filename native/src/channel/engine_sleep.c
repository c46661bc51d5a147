/* Noticing what the host has written, and sleeping until it writes. */
#include "channel/engine_sleep.h"

#include "channel/engine_client.h"
#include "channel/engine_orders.h"
#include "core/fault_point.h"
#include "platform/os_bell.h"
#include "platform/os_poll.h"

static bool client_wrote(const struct engine_client *client) {
  return atomic_load_explicit(&client->region->request_sequence, memory_order_acquire) != client->seen_sequence;
}

bool engine_host_wrote(const llmb_engine *engine) {
  for (uint32_t i = 0; i < engine->client_count; i++) {
    if (client_wrote(engine->clients[i])) return true;
  }
  return engine->is_shared && engine_has_orders(engine);
}

void engine_note_writes(llmb_engine *engine) {
  for (uint32_t i = 0; i < engine->client_count; i++) {
    struct engine_client *client = engine->clients[i];
    const uint64_t sequence = atomic_load_explicit(&client->region->request_sequence, memory_order_acquire);
    engine->news_pending |= sequence != client->seen_sequence;
    client->seen_sequence = sequence;
  }
}

static void set_sleeping(llmb_engine *engine, uint32_t sleeping) {
  for (uint32_t i = 0; i < engine->client_count; i++) {
    atomic_store_explicit(&engine->clients[i]->region->engine_sleeps, sleeping, memory_order_relaxed);
  }
}

/* Polls what can bring news; true if what is watched is readable. */
static bool poll_all(llmb_engine *engine, uint64_t deadline_ns) {
  struct os_poll_item items[ENGINE_CLIENTS_MAX + 2];
  unsigned count = 0;
  for (uint32_t i = 0; i < engine->client_count; i++) {
    items[count++] = (struct os_poll_item){.handle = engine->clients[i]->socket};
  }
  const unsigned watched = count;
  if (engine->watched != OS_HANDLE_NONE) items[count++] = (struct os_poll_item){.handle = engine->watched};
  const unsigned server = count;
  if (engine->is_shared) items[count++] = (struct os_poll_item){.handle = engine->socket};
  os_poll(items, count, deadline_ns);
  for (uint32_t i = 0; i < engine->client_count; i++) {
    struct engine_client *client = engine->clients[i];
    if (!items[i].readable || os_bell_clear(client->socket) != OS_BELL_OVER) continue;
    if (engine->is_shared) {
      engine_client_lose(client);
    } else {
      engine->host_gone = true;
    }
  }
  if (engine->is_shared && items[server].readable) engine_take_orders(engine);
  return engine->watched != OS_HANDLE_NONE && items[watched].readable;
}

bool engine_sleep(llmb_engine *engine, uint64_t deadline_ns) {
  bool watched_ready = false;
  set_sleeping(engine, 1);
  atomic_thread_fence(memory_order_seq_cst); /* pairs with the host's: it sees the sleeper or this sees its write */
  /* In a thread of the host's its descriptors may be closed by the host. */
  if (engine->in_process && !os_handle_same(engine->only.socket)) engine->host_gone = true;
  if (!engine_host_wrote(engine) && !engine->host_gone) {
    FAULT_POINT(ENGINE_SLEEP);
    watched_ready = poll_all(engine, deadline_ns);
  }
  set_sleeping(engine, 0);
  return watched_ready;
}
