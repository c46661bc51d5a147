#include "tests/unit/pool/simulation/pool_promises.h"

#include <stdio.h>
#include <string.h>

#include "api/bridge_object.h"
#include "api/call_object.h"
#include "core/policy.h"
#include "pool/connection_hear.h"
#include "tests/unit/pool/simulation/simulated_engine.h"

struct client_call calls[CALLS_MAX];
llmb_bridge *bridge;
unsigned call_count, success_count;
bool closing;
static bool asleep; /* the library sleeps, or is about to */

static bool could_take(const struct connection *worker) {
  if (worker == NULL || worker->state != WORKER_READY || worker->exclusive) return false;
  for (uint32_t i = 0; i < worker->slot_count; i++) {
    if (worker->slots[i].state == SLOT_DRAINING && worker->slots[i].hung) return false;
  }
  return worker->busy_count < worker->slot_count;
}

/* What an engine has said of a call whose caller is elsewhere is taken before anybody sleeps for its slot. */
static void check_unread(const struct connection *worker) {
  for (uint32_t i = 0; worker != NULL && i < worker->slot_count; i++) {
    const struct slot *slot = &worker->slots[i];
    if (slot->state != SLOT_BUSY || slot->owner == NULL || slot->owner->call == NULL) continue;
    if (slot->owner->call->watched || atomic_load(&slot->owner->holder) != TICKET_HELD_BY_NOBODY) continue;
    const bool listened = atomic_load(&slot->shared->host_sleeps) != CHANNEL_AWAKE ||
                          world_handle_rung(connection_bell_polled(&slot->bell));
    if (asleep && slot_has_news(slot) && !listened)
      world_break("an answer that nobody reads keeps its slot from a call that waits");
  }
}

/* Only one worker with room may be kept from those who wait, and only until it is empty for one that begins apart. */
static void check_free_slots(const struct pool *pool) {
  unsigned kept_count = 0;
  bool apart = false, others = false;
  for (const struct pool_ticket *ticket = pool->queue_first; ticket != NULL; ticket = ticket->next) {
    apart |= ticket->apart;
    others |= !ticket->apart;
  }
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (!could_take(pool->workers[i])) continue;
    if (!apart || pool->workers[i]->busy_count == 0) world_break("a call sleeps in the queue beside a free slot");
    kept_count++;
  }
  if (others && kept_count > 1) world_break("more than one worker is kept for a call that begins apart");
}

static void check_queue(const struct pool *pool) {
  bool hope = pool->start_at_ns != LLMB_NEVER;
  unsigned fresh_count = 0;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) hope = true;
  }
  check_free_slots(pool);
  for (uint32_t i = 0; i < pool->worker_count_max; i++) check_unread(pool->workers[i]);
  if (!hope) world_break("a call sleeps in the queue and nothing will come of it");
  for (const struct pool_ticket *ticket = pool->queue_first; ticket != NULL; ticket = ticket->next) {
    if (!ticket->moved) fresh_count++;
  }
  if (fresh_count > pool->queue_count_max + pool->worker_count_max * pool->launch.slot_count) {
    world_break("more calls wait than there is room for");
  }
}

/* Calls start in the order of their numbers, so nobody who never moved may be placed before one who still waits. */
static void check_order(void) {
  bool waits = false;
  for (unsigned i = 0; i < call_count; i++) {
    if (calls[i].over) continue;
    const struct pool_ticket *ticket = &calls[i].call->ticket;
    const uint32_t state = atomic_load(&ticket->state);
    if (state == TICKET_PLACED && !ticket->moved && waits)
      world_break("a call was placed before one that waits longer");
    waits |= state == TICKET_QUEUED && !ticket->moved;
  }
}

/* A call that begins apart has its engine to itself until it gets on. */
static void check_apart(void) {
  for (unsigned i = 0; i < call_count; i++) {
    if (calls[i].over) continue;
    const struct pool_ticket *ticket = &calls[i].call->ticket;
    if (atomic_load(&ticket->state) != TICKET_PLACED || !ticket->apart) continue;
    if (ticket->connection->state != WORKER_ENDED && ticket->connection->busy_count > 1) {
      world_break("a call that two engines have died under is not alone in the next one");
    }
  }
}

void promise_pool(void) {
  check_apart();
  if (bridge->stages[0].pool.queue_first != NULL) check_queue(&bridge->stages[0].pool);
  check_order();
  for (unsigned i = 0; i < call_count; i++) {
    if (calls[i].over || calls[i].lazy || calls[i].call->request.sent > 0) continue;
    const bool told = atomic_load(&bridge->pump.nudged) != 0 || world_handle_rung(bridge->pump.hears);
    if (atomic_load(&calls[i].call->ticket.state) == TICKET_PLACED && !told) {
      world_break("a call has got its slot and nobody is told");
    }
  }
}

/* A worker whose engine is not ordered yet, or whose keeper has not greeted, is looked after. */
static void check_starts(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    const struct connection *worker = pool->workers[i];
    if (worker == NULL || worker->state != WORKER_STARTING || worker->keeper == NULL) continue;
    if (world.now_ns >= simulated_keeper_mute_until_ns()) world_break("a worker waits on for a keeper that is mute");
    if (worker->engine_end == OS_HANDLE_NONE) continue;
    if (world.now_ns > engine_of_order(worker->engine_end)->order_room_ns + POOL_ORDER_LOOK_NS) {
      world_break("an engine is not ordered though the keeper has room for its order");
    }
  }
}

void promise_before_sleep(void) {
  if (closing) return;
  check_starts(&bridge->stages[0].pool);
  asleep = true;
  promise_pool();
  asleep = false;
  for (unsigned i = 0; i < call_count; i++) {
    if (!calls[i].over && !calls[i].lazy && world.now_ns >= calls[i].deadline_ns) {
      world_break("a call sleeps past its deadline");
    }
    if (!calls[i].over && calls[i].call->attempts > POOL_ATTEMPTS_MAX) world_break("too many attempts");
  }
}

void promise_at_spawn(void) {
  const struct restart_policy *restart = &bridge->stages[0].pool.restart;
  if (restart->breaker == BREAKER_OPEN) world_break("an engine was started though the breaker is open");
  if (world.now_ns < restart->not_before_ns) world_break("an engine was started before its pause was over");
}

void promise_text(const struct client_call *client, bool whole) {
  char expected[TEXT_MAX];
  uint64_t size = 0;
  for (uint32_t i = 0; i < client->tokens; i++) {
    size += (uint64_t)snprintf(expected + size, sizeof expected - size, "t%u ", i);
  }
  if (client->text_size > size || memcmp(expected, client->text, client->text_size) != 0) {
    world_break("an answer is not what its engines said");
  }
  if (whole && client->text_size != size) world_break("a whole answer lacks its end");
}
