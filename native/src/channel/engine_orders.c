#include "channel/engine_orders.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "channel/engine_client.h"
#include "channel/handshake.h"
#include "core/memory.h"
#include "platform/os_clock.h"
#include "platform/os_random.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

bool engine_has_orders(const llmb_engine *engine) {
  return keeper_lifeline_news(&engine->lifeline) != engine->orders_seen;
}

/* Gives the client a cache scope of its own: the time of an answer and cached_prompt_tokens would otherwise tell one
 * program what prompts another has sent. The name is random, so that no other program can name it. */
static void name_scope(struct engine_client *client) {
  uint64_t words[2];
  os_random(words, 2);
  snprintf(client->scope, sizeof client->scope, "client %016" PRIx64 "%016" PRIx64, words[0], words[1]);
}

static uint64_t newcomer_account(const llmb_engine *engine, uint64_t now_ns) {
  struct fair_seat seats[ENGINE_CLIENTS_MAX];
  for (uint32_t i = 0; i < engine->client_count; i++) seats[i] = engine_client_seat(engine->clients[i], now_ns);
  return fair_share_newcomer(seats, engine->client_count);
}

/* False if there is no memory for it: its server finds the client's bells closed. */
static bool add_client(llmb_engine *engine, const struct handshake_client *order, const os_handle handles[4]) {
  void *memory = NULL, *address = NULL;
  int os_code = 0;
  if (engine->client_count == ENGINE_CLIENTS_MAX || order->slot_count == 0 || order->slot_count > CHANNEL_SLOTS_MAX ||
      order->region_size != channel_region_size(order->slot_count)) {
    return false;
  }
  if (os_region_map(handles[0], order->region_size, &address, &os_code) != LLMB_OK) return false;
  if (memory_allocate(sizeof(struct engine_client), &memory) != LLMB_OK) {
    os_region_unmap(address, order->region_size);
    return false;
  }
  struct engine_client *client = memory;
  for (uint32_t i = 0; i < CHANNEL_SLOTS_MAX; i++) client->slot_bells[i] = OS_HANDLE_NONE;
  client->region = address;
  client->region_size = order->region_size;
  client->slot_count = order->slot_count;
  client->number = order->number;
  client->place = order->place;
  client->socket = os_handle_number(handles[1]);
  client->slot_bells[0] = os_handle_number(handles[2]);
  client->worker_bell = os_handle_number(handles[3]);
  client->account.spent_ns = os_clock_ns();
  client->account.spent = newcomer_account(engine, client->account.spent_ns);
  name_scope(client);
  engine_client_prepare(engine, client);
  engine->clients[engine->client_count++] = client;
  engine->look_again = true;
  return true;
}

static void take_order(llmb_engine *engine, const void *bytes, uint64_t size, os_handle *handles, unsigned count) {
  struct handshake_client order;
  bool taken = false;
  if (size == sizeof order && count == 4) {
    memcpy(&order, bytes, sizeof order);
    taken = order.type == HANDSHAKE_CLIENT && add_client(engine, &order, handles);
  }
  if (taken) os_handle_close(handles[0]); /* the region is mapped */
  for (unsigned i = 0; i < count && !taken; i++) os_handle_close(handles[i]);
}

void engine_take_orders(llmb_engine *engine) {
  engine->orders_seen = keeper_lifeline_news(&engine->lifeline);
  for (;;) {
    uint8_t bytes[sizeof(struct handshake_client)];
    os_handle handles[OS_SOCKET_HANDLES_MAX];
    uint64_t size = 0;
    unsigned count = 0;
    int os_code = 0;
    const llmb_status status =
        os_socket_receive(engine->socket, bytes, sizeof bytes, &size, handles, OS_SOCKET_HANDLES_MAX, &count, &os_code);
    if (status == LLMB_E_NOT_READY) break;
    if (status == LLMB_E_OUT_OF_MEMORY || status == LLMB_E_PROTOCOL_ERROR) continue;
    if (status != LLMB_OK) {
      engine->host_gone = true;
      break;
    }
    take_order(engine, bytes, size, handles, count);
  }
  for (uint32_t i = 0; i < engine->client_count; i++) {
    struct engine_client *client = engine->clients[i];
    if (!client->gone && !keeper_lifeline_has_client(&engine->lifeline, client->place, client->number)) {
      engine_client_lose(client);
    }
  }
}
