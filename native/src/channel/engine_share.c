#include "channel/engine_share.h"

#include "channel/engine_client.h"
#include "channel/engine_orders.h"
#include "channel/engine_receive.h"
#include "channel/engine_send.h"
#include "channel/engine_sleep.h"
#include "channel/engine_slot.h"
#include "channel/handshake.h"
#include "core/memory.h"
#include "platform/os_clock.h"
#include "platform/os_post.h"

/* It has broken the protocol: its server is told, and the others are served on. */
static void expel(struct engine_client *client, llmb_status status) {
  const llmb_engine *engine = client->requests[0].engine;
  const struct handshake_expelled message = {
      .type = HANDSHAKE_EXPELLED, .number = client->number, .status = (int32_t)status};
  /* Whether it can be told or not: the engine waits for nobody here. */
  (void)os_post_send(OS_BELL_PROCESS, engine->post, &message, sizeof message, 0);
  engine_client_lose(client);
}

static void drop_lost(llmb_engine *engine) {
  for (uint32_t i = 0; i < engine->client_count;) {
    struct engine_client *client = engine->clients[i];
    if (!client->gone || client->working_count > 0) {
      i++;
      continue;
    }
    engine->clients[i] = engine->clients[--engine->client_count];
    engine_client_clear(client);
    memory_release(client);
  }
}

/* Takes in what has come for a client; true if one of its requests waits for its turn. */
static bool receive_all(struct engine_client *client, uint64_t now_ns) {
  bool waits = false;
  for (uint32_t i = 0; i < client->slot_count && !client->gone; i++) {
    struct llmb_request *request = &client->requests[i];
    bool complete = false;
    engine_flush_backlog(request);
    const llmb_status status = engine_receive(request, &complete);
    if (status == LLMB_OK && request->state == ENGINE_SLOT_WAITING && engine_is_unwanted(request)) {
      (void)llmb_request_fail(request, LLMB_E_CANCELLED, LLMB_PHASE_QUEUE, "cancelled before it was accepted");
    }
    if (request->state == ENGINE_SLOT_WAITING) {
      /* The engine goes on, if not with this one. */
      atomic_store_explicit(&request->shared->progress, now_ns, memory_order_relaxed);
      waits = true;
    }
    if (status != LLMB_OK || request->responses.broken)
      expel(client, status != LLMB_OK ? status : LLMB_E_PROTOCOL_ERROR);
  }
  return waits && !client->gone;
}

static struct llmb_request *next_waiting(struct engine_client *client) {
  for (uint32_t n = 0; n < client->slot_count; n++) {
    const uint32_t i = (client->next_slot + n) % client->slot_count;
    if (client->requests[i].state == ENGINE_SLOT_WAITING) return &client->requests[i];
  }
  return NULL;
}

static void begin(llmb_engine *engine, struct llmb_request *request) {
  uint32_t number = 0;
  while (engine->working[number] != NULL) number++;
  request->number = number;
  engine->working[number] = request;
  engine->is_alone = (request->submit.flags & FRAME_SUBMIT_ALONE) != 0;
  request->client->next_slot = request->slot + 1;
  engine_receive_begin(request);
}

llmb_status engine_share_look(llmb_engine *engine, llmb_request **out_request) {
  if (engine_has_orders(engine)) engine_take_orders(engine);
  engine_note_writes(engine);
  engine->look_again = false;
  drop_lost(engine);
  const uint64_t now_ns = os_clock_ns();
  bool waits = false;
  for (uint32_t i = 0; i < engine->client_count; i++) waits |= receive_all(engine->clients[i], now_ns);
  keeper_lifeline_beat(&engine->lifeline, now_ns);
  if (!waits || engine->working_count == engine->slot_count || engine->is_alone) return LLMB_OK;
  struct fair_seat seats[ENGINE_CLIENTS_MAX];
  for (uint32_t i = 0; i < engine->client_count; i++) seats[i] = engine_client_seat(engine->clients[i], now_ns);
  const int picked = fair_share_pick(seats, engine->client_count, engine->slot_count, engine->next_client);
  if (picked < 0) return LLMB_OK;
  struct llmb_request *request = next_waiting(engine->clients[picked]);
  /* One that may end the engine waits until nothing else is in work, and the others behind it. */
  if ((request->submit.flags & FRAME_SUBMIT_ALONE) != 0 && engine->working_count > 0) return LLMB_OK;
  engine->next_client = (uint32_t)picked + 1;
  begin(engine, request);
  engine->look_again = true;
  *out_request = request;
  return LLMB_OK;
}
