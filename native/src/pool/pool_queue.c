#include "pool/pool_queue.h"

#include <assert.h>
#include <stddef.h>

#include "core/error.h"
#include "pool/connection.h"
#include "pool/connection_base.h"
#include "pool/slot.h"

void ticket_ring(struct pool *pool, struct pool_ticket *ticket) {
  waker_ring(ticket->waker);
  if (atomic_load(&ticket->watched) != 0) waker_ring(pool->pump);
}

void queue_append(struct pool *pool, struct pool_ticket *ticket) {
  ticket->next = NULL;
  ticket->previous = pool->queue_last;
  if (pool->queue_last != NULL) pool->queue_last->next = ticket;
  if (pool->queue_first == NULL) pool->queue_first = ticket;
  pool->queue_last = ticket;
  pool->queue_count++;
  atomic_store_explicit(&ticket->state, TICKET_QUEUED, memory_order_release);
}

void queue_prepend(struct pool *pool, struct pool_ticket *ticket) {
  ticket->previous = NULL;
  ticket->next = pool->queue_first;
  while (ticket->next != NULL && ticket->next->apart) {
    ticket->previous = ticket->next;
    ticket->next = ticket->next->next;
  }
  if (ticket->next != NULL) ticket->next->previous = ticket;
  if (ticket->next == NULL) pool->queue_last = ticket;
  if (ticket->previous != NULL) ticket->previous->next = ticket;
  if (ticket->previous == NULL) pool->queue_first = ticket;
  pool->queue_count++;
  atomic_store_explicit(&ticket->state, TICKET_QUEUED, memory_order_release);
}

void queue_remove(struct pool *pool, struct pool_ticket *ticket) {
  if (ticket->previous != NULL) ticket->previous->next = ticket->next;
  if (ticket->next != NULL) ticket->next->previous = ticket->previous;
  if (pool->queue_first == ticket) pool->queue_first = ticket->next;
  if (pool->queue_last == ticket) pool->queue_last = ticket->previous;
  ticket->next = ticket->previous = NULL;
  pool->queue_count--;
}

/* Whether it stood still over a call that it has not given up yet. */
static bool hangs(const struct connection *worker) {
  for (uint32_t i = 0; i < worker->slot_count; i++) {
    if (worker->slots[i].state == SLOT_DRAINING && worker->slots[i].hung) return true;
  }
  return false;
}

static bool serves(const struct connection *worker) {
  return worker != NULL && worker->state == WORKER_READY && !hangs(worker);
}

static bool takes(const struct connection *worker, const struct pool_ticket *ticket) {
  if (!serves(worker) || worker->exclusive) return false;
  return worker->busy_count < (ticket->apart ? 1 : worker->slot_count);
}

static bool is_less_loaded(const struct connection *worker, const struct connection *best) {
  return best == NULL || worker->busy_count < best->busy_count;
}

struct connection *pool_least_loaded(const struct pool *pool, const struct pool_ticket *ticket,
                                     const struct connection *reserved) {
  struct connection *best = NULL;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (worker != reserved && takes(worker, ticket) && is_less_loaded(worker, best)) best = worker;
  }
  return best;
}

struct connection *pool_soonest_empty(const struct pool *pool) {
  struct connection *best = NULL;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (serves(worker) && is_less_loaded(worker, best)) best = worker;
  }
  return best;
}

void pool_place(struct connection *worker, struct pool_ticket *ticket) {
  uint32_t slot = 0;
  while (worker->slots[slot].state != SLOT_FREE) slot++;
  assert(slot < worker->slot_count);
  slot_begin(&worker->slots[slot], worker->next_call_id++);
  worker->slots[slot].owner = ticket;
  connection_doubt(worker);
  worker->busy_count++;
  worker->calls_given++;
  worker->exclusive |= ticket->alone;
  ticket->connection = connection_retain(worker);
  ticket->slot = slot;
  atomic_store_explicit(&ticket->state, TICKET_PLACED, memory_order_release);
}

void queue_fail(struct pool *pool, const llmb_error *failure) {
  while (pool->queue_first != NULL) {
    struct pool_ticket *ticket = pool->queue_first;
    queue_remove(pool, ticket);
    error_copy(ticket->failure, failure);
    atomic_store_explicit(&ticket->state, TICKET_FAILED, memory_order_release);
    ticket_ring(pool, ticket);
  }
}

void queue_ring(struct pool *pool) {
  for (struct pool_ticket *ticket = pool->queue_first; ticket != NULL; ticket = ticket->next) ticket_ring(pool, ticket);
}
