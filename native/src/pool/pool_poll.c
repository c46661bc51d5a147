#include "pool/pool_poll.h"

#include <stddef.h>

#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/connection_base.h"
#include "pool/connection_events.h"
#include "pool/connection_hear.h"
#include "pool/connection_share.h"

static void poll_add(struct pool_poll *poll, os_handle handle) {
  if (poll->count < POOL_POLL_ITEMS_MAX) poll->items[poll->count++] = (struct os_poll_item){.handle = handle};
}

/* Whether the answer in a slot has nobody to take it: its caller is elsewhere. */
static bool is_unread(const struct slot *slot) {
  return slot->state == SLOT_BUSY && slot->owner != NULL && atomic_load(&slot->owner->holder) == TICKET_HELD_BY_NOBODY;
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

bool pool_intact(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL && !connection_intact(pool->workers[i])) return false;
  }
  return true;
}

void pool_poll_begin(struct pool_poll *poll, uint64_t until_ns) {
  poll->count = poll->held_count = 0;
  poll->pumped = poll->listens = false;
  poll->until_ns = until_ns;
}

bool pool_poll_waker(struct pool_poll *poll, struct waker *waker) {
  os_handle polled = OS_HANDLE_NONE;
  if (!waker_begin(waker, &polled)) return false;
  poll_add(poll, polled);
  const uint64_t blind_ns = polled == OS_HANDLE_NONE ? os_clock_ns() + WAKER_BLIND_NS : LLMB_NEVER;
  if (blind_ns < poll->until_ns) poll->until_ns = blind_ns;
  return true;
}

void pool_prepare_poll(struct pool *pool, struct connection *only, struct pool_poll *out) {
  if (only == NULL && pool->start_at_ns < out->until_ns) out->until_ns = pool->start_at_ns;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (worker == NULL || (only != NULL && worker != only)) continue;
    out->held[out->held_count] = connection_retain(worker);
    out->held_bell[out->held_count++] = out->count;
    if (out->pumped) poll_add(out, connection_bell_polled(&worker->bell));
    if (connection_heard(worker)) poll_add(out, worker->post);
    if (worker->share.stage != SHARE_NONE) poll_add(out, connection_share_polled(worker));
    poll_add(out, worker->process.events);
    poll_add(out, connection_greeting(worker));
    const uint64_t next_ns = connection_next_look_ns(worker);
    if (next_ns < out->until_ns) out->until_ns = next_ns;
    if (pool->queue_first == NULL) continue;
    for (uint32_t s = 0; s < worker->slot_count; s++) {
      const struct slot *slot = &worker->slots[s];
      if (slot->state == SLOT_DRAINING || (out->listens && is_unread(slot)))
        poll_add(out, connection_slot_polled(worker, slot));
    }
  }
}

void pool_doubt_held(struct pool_poll *poll) {
  for (unsigned h = 0; h < poll->held_count; h++) connection_doubt(poll->held[h]);
}

void pool_after_poll(struct pool_poll *poll) {
  for (unsigned h = 0; h < poll->held_count; h++) {
    struct connection *worker = poll->held[h];
    if (poll->pumped && poll->items[poll->held_bell[h]].readable) connection_clear_bell(worker, &worker->bell);
    for (uint32_t s = 0; s < worker->slot_count; s++) {
      struct slot *slot = &worker->slots[s];
      /* A caller that comes back does not sleep on its bell before the lock is free. */
      if (slot->state != SLOT_DRAINING && !(poll->listens && is_unread(slot))) continue;
      connection_clear_slot(worker, slot);
      if (slot->state != SLOT_DRAINING) continue;
      atomic_store_explicit(&slot->shared->host_sleeps, CHANNEL_SLEEPS_ON_SLOT, memory_order_seq_cst);
    }
  }
}

void pool_release_held(struct pool_poll *poll) {
  for (unsigned i = 0; i < poll->held_count; i++) connection_release(poll->held[i]);
  poll->held_count = 0;
}
