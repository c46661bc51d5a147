#include "channel/engine_client.h"

#include "channel/engine_slot.h"
#include "core/memory.h"
#include "platform/os_region.h"

void engine_client_prepare(llmb_engine *engine, struct engine_client *client) {
  for (uint32_t i = 0; i < client->slot_count; i++) {
    struct llmb_request *request = &client->requests[i];
    struct channel_slot *shared = &client->region->slots[i];
    request->engine = engine;
    request->client = client;
    request->slot = request->number = i;
    request->shared = shared;
    request->requests = (struct ring_reader){
        .written = &shared->request_written,
        .read = &shared->request_read,
        .bytes = channel_request_bytes(client->region, client->slot_count, i),
        .size = CHANNEL_REQUEST_RING_SIZE,
    };
    request->responses = (struct ring_writer){
        .written = &shared->response_written,
        .read = &shared->response_read,
        .bytes = channel_response_bytes(client->region, client->slot_count, i),
        .size = CHANNEL_RESPONSE_RING_SIZE,
    };
  }
}

void engine_client_clear(struct engine_client *client) {
  for (uint32_t i = 0; i < client->slot_count; i++) {
    struct llmb_request *request = &client->requests[i];
    if (request->engine != NULL) engine_request_reset(request);
    settings_clear(&request->settings);
    request->payload = memory_release(request->payload);
    request->backlog = memory_release(request->backlog);
  }
  for (uint32_t i = 0; i < CHANNEL_SLOTS_MAX; i++) client->slot_bells[i] = os_handle_close(client->slot_bells[i]);
  client->worker_bell = os_handle_close(client->worker_bell);
  client->socket = os_handle_close(client->socket);
  os_region_unmap(client->region, client->region_size);
  client->region = NULL;
}

void engine_client_lose(struct engine_client *client) {
  client->gone = true;
  /* Requests in work may look at it. */
  client->requests[0].engine->news_pending = true;
  client->requests[0].engine->look_again = true;
}

struct fair_seat engine_client_seat(const struct engine_client *client, uint64_t now_ns) {
  struct fair_seat seat = {.spent = fair_account_spent(&client->account, now_ns), .working = client->working_count};
  for (uint32_t i = 0; i < client->slot_count; i++) {
    seat.waiting += client->requests[i].state == ENGINE_SLOT_WAITING;
  }
  return seat;
}
