#include "pool/pool_poll.h"

#include <stddef.h>

#include "platform/os_event.h"
#include "pool/connection.h"

static void poll_add(struct pool_poll *poll, os_handle handle) {
  if (poll->count < POOL_POLL_ITEMS_MAX) poll->items[poll->count++] = (struct os_poll_item){.handle = handle};
}

bool pool_drains(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    const struct connection *worker = pool->workers[i];
    for (uint32_t s = 0; worker != NULL && s < worker->slot_count; s++) {
      if (worker->slots[s].state == SLOT_DRAINING) return true;
    }
  }
  return false;
}

void pool_prepare_poll(struct pool *pool, struct connection *only, struct pool_poll *out) {
  if (only == NULL && pool->start_at_ns < out->until_ns) out->until_ns = pool->start_at_ns;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (worker == NULL || (only != NULL && worker != only)) continue;
    out->held[out->held_count++] = connection_retain(worker);
    if (connection_heard(worker)) poll_add(out, worker->socket);
    poll_add(out, worker->process.events);
    poll_add(out, connection_greeting(worker));
    const uint64_t next_ns = connection_next_look_ns(worker);
    if (next_ns < out->until_ns) out->until_ns = next_ns;
    if (pool->queue_first == NULL) continue;
    for (uint32_t s = 0; s < worker->slot_count; s++) {
      if (worker->slots[s].state == SLOT_DRAINING) poll_add(out, worker->slots[s].bell);
    }
  }
}

void pool_after_poll(struct pool_poll *poll) {
  for (unsigned h = 0; h < poll->held_count; h++) {
    struct connection *worker = poll->held[h];
    for (uint32_t s = 0; s < worker->slot_count; s++) {
      struct slot *slot = &worker->slots[s];
      if (slot->state != SLOT_DRAINING) continue;
      os_event_clear(slot->bell);
      atomic_store_explicit(&slot->shared->host_sleeps, CHANNEL_SLEEPS_ON_SLOT, memory_order_seq_cst);
    }
  }
}

void pool_release_held(struct pool_poll *poll) {
  for (unsigned i = 0; i < poll->held_count; i++) connection_release(poll->held[i]);
  poll->held_count = 0;
}
