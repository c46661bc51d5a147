#include "pool/pool.h"

#include <assert.h>
#include <string.h>

#include "core/error.h"
#include "core/fault_point.h"
#include "core/memory.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/connection_base.h"
#include "pool/connection_events.h"
#include "pool/connection_life.h"
#include "pool/pool_blame.h"
#include "pool/pool_queue.h"
#include "pool/pool_start.h"
#include "pool/pool_stats.h"
#include "pool/restart_policy.h"
#include "pool/retry_budget.h"
#include "pool/sandbox_layers.h"

void pool_open(struct pool *pool, struct waker *pump, struct pool_stats *stats) {
  pool->pump = pump;
  pool->stats = stats;
  llmb_error_init(&pool->start_failure);
  pool->start_at_ns = LLMB_NEVER;
  retry_budget_init(&pool->retries, os_clock_ns());
}

/* Places what waits, and sees to workers for the rest. One worker gets nothing more until it is empty for a call that
 * begins apart; the calls behind that one go to the other workers. */
static void balance(struct pool *pool, uint64_t now_ns) {
  const struct connection *reserved = NULL;
  for (struct pool_ticket *ticket = pool->queue_first, *next = NULL; ticket != NULL; ticket = next) {
    next = ticket->next;
    struct connection *worker = pool_least_loaded(pool, ticket, reserved);
    if (worker == NULL && ticket->apart) {
      if (reserved == NULL) reserved = pool_soonest_empty(pool);
      continue;
    }
    if (worker == NULL) break; /* those behind one that must be alone wait, else it might wait for ever */
    queue_remove(pool, ticket);
    pool_place(worker, ticket);
    ticket_ring(pool, ticket);
  }
  pool_start_as_needed(pool, now_ns);
}

static uint32_t slots_to_come(const struct pool *pool) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    const struct connection *worker = pool->workers[i];
    if (worker == NULL || worker->state != WORKER_READY) count += pool->launch.slot_count;
  }
  return count;
}

llmb_status pool_enter(struct pool *pool, struct pool_ticket *ticket, uint64_t now_ns, llmb_error *error) {
  struct connection *worker = pool->queue_first == NULL ? pool_least_loaded(pool, ticket, NULL) : NULL;
  if (worker != NULL) {
    pool_place(worker, ticket);
    return LLMB_OK;
  }
  /* It may be that the worker which has no room has just got some, or has died: look before queueing. */
  pool_step(pool, now_ns);
  worker = pool->queue_first == NULL ? pool_least_loaded(pool, ticket, NULL) : NULL;
  if (worker != NULL) {
    pool_place(worker, ticket);
    return LLMB_OK;
  }
  /* Calls that a worker still to be started will take at once are not waiting in a queue, properly speaking. */
  if (!ticket->moved && !ticket->patient && pool->queue_count >= pool->queue_count_max + slots_to_come(pool)) {
    return error_set(error, LLMB_E_OVERLOADED, LLMB_PHASE_QUEUE,
                     "all slots are busy and the queue is full: %u calls wait, allowed are %u (queue)",
                     pool->queue_count, pool->queue_count_max);
  }
  ticket->waited_for_start = !pool_ready(pool);
  if (ticket->moved) {
    queue_prepend(pool, ticket);
  } else {
    queue_append(pool, ticket);
  }
  balance(pool, now_ns);
  return LLMB_OK;
}

void pool_share(struct pool *pool, struct pool_ticket *ticket, uint64_t now_ns) {
  ticket->alone = ticket->apart = false;
  pool_settle_suspect(pool, ticket, true, now_ns);
  if (ticket->connection != NULL) ticket->connection->exclusive = false;
  if (pool->queue_first != NULL) balance(pool, now_ns);
}

/* Gives the slot up, or lets it drain. */
static void leave_slot(struct pool_ticket *ticket, bool ended, uint64_t now_ns) {
  struct connection *worker = ticket->connection;
  struct slot *slot = &worker->slots[ticket->slot];
  ticket->connection = NULL;
  slot->owner = NULL;
  if (ticket->alone) worker->exclusive = false;
  if (ended) {
    connection_free_slot(worker, slot, now_ns);
  } else if (worker->state != WORKER_ENDED) {
    slot->state = SLOT_DRAINING;
    FAULT_POINT(HOST_DRAIN);
    slot->hung = ticket->hung;
    slot->kill_at_ns = now_ns < LLMB_NEVER - ticket->grace_ns ? now_ns + ticket->grace_ns : LLMB_NEVER;
    atomic_store_explicit(&slot->shared->cancelled_id, slot->call_id, memory_order_release);
    atomic_store_explicit(&slot->shared->host_sleeps, CHANNEL_SLEEPS_ON_SLOT, memory_order_release);
    connection_wake_engine(worker);
  }
  connection_release(worker);
}

void pool_leave(struct pool *pool, struct pool_ticket *ticket, bool ended, uint64_t now_ns) {
  const uint32_t state = atomic_load_explicit(&ticket->state, memory_order_relaxed);
  if (state == TICKET_QUEUED) queue_remove(pool, ticket);
  atomic_store_explicit(&ticket->state, TICKET_OUTSIDE, memory_order_release);
  if (state == TICKET_PLACED) leave_slot(ticket, ended, now_ns);
  if (state == TICKET_PLACED && !ended) queue_ring(pool);
  /* Also after a queued one: others may have waited only because it had to be alone. */
  if (pool->queue_first != NULL) balance(pool, now_ns);
}

void pool_note_success(struct pool *pool, struct connection *worker, uint64_t now_ns) {
  restart_note_success(&pool->restart, &worker->restart, now_ns);
  retry_budget_note_success(&pool->retries);
  pool->deaths.explained = 0;
  stats_note_breaker(pool->stats, &pool->restart, now_ns);
}

bool pool_may_repeat(struct pool *pool, struct connection *worker, uint64_t now_ns) {
  if (!worker->repeats_decided) worker->repeats = retry_budget_take(&pool->retries, now_ns);
  worker->repeats_decided = true;
  return worker->repeats;
}

/* What an engine keeps of its rights is told with what it says of itself, and as an event where a layer is missing. */
static void note_sandbox(struct pool *pool, const struct connection *worker, uint64_t now_ns) {
  const uint32_t missing = worker->layers_wanted & ~worker->layers;
  if (missing != 0) stats_note_sandbox(pool->stats, worker->process.pid, missing, now_ns);
  memory_release(pool->info);
  pool->info = NULL;
  if (worker->info == NULL) return;
  if (sandbox_layers_info(worker->info, worker->layers, &pool->info) != LLMB_OK) pool->info = NULL;
}

void pool_step(struct pool *pool, uint64_t now_ns) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (worker == NULL) continue;
    const bool served = worker->served;
    connection_step(worker, now_ns);
    if (worker->served && !served) {
      pool->start_forgiven = false;
      pool->layers = worker->layers;
      restart_note_ready(&worker->restart, now_ns);
      stats_note_ready(pool->stats, worker->process.pid, worker->info, now_ns);
      note_sandbox(pool, worker, now_ns);
      queue_ring(pool); /* some wait for this, not for a slot */
    }
    if (worker->state == WORKER_ENDED) {
      /* Its calls' owners may be pumped: tell the pump. */
      waker_ring(pool->pump);
      pool_bury(pool, i, now_ns);
    }
  }
  balance(pool, now_ns);
}

void pool_abandon(struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) connection_abandon(pool->workers[i]);
    pool->workers[i] = NULL;
  }
}
