#include "pool.h"

#include <assert.h>
#include <string.h>

#include "../core/error.h"
#include "../core/fault_point.h"
#include "../core/memory.h"
#include "../core/policy.h"
#include "../platform/os_clock.h"
#include "../platform/os_event.h"
#include "../platform/os_socket.h"

void pool_open(struct pool *pool, os_handle bell, struct pool_stats *stats) {
  pool->bell = bell;
  pool->stats = stats;
  llmb_error_init(&pool->start_failure);
  pool->start_at_ns = LLMB_NEVER;
  retry_budget_init(&pool->retries);
}

void ticket_ring(struct pool *pool, struct pool_ticket *ticket) {
  const uint32_t state = atomic_load_explicit(&ticket->state, memory_order_relaxed);
  atomic_store(&ticket->nudged, 1);
  if (state == TICKET_PLACED) connection_ring_slot(ticket->connection, ticket->slot);
  if (ticket->bell != OS_HANDLE_NONE) os_event_ring(ticket->bell);
  if (atomic_load(&ticket->watched) != 0) os_event_ring(pool->bell);
}

static void queue_append(struct pool *pool, struct pool_ticket *ticket) {
  ticket->next = NULL;
  ticket->previous = pool->queue_last;
  if (pool->queue_last != NULL) pool->queue_last->next = ticket;
  if (pool->queue_first == NULL) pool->queue_first = ticket;
  pool->queue_last = ticket;
  pool->queue_count++;
  atomic_store_explicit(&ticket->state, TICKET_QUEUED, memory_order_release);
}

static void queue_prepend(struct pool *pool, struct pool_ticket *ticket) {
  ticket->previous = NULL;
  ticket->next = pool->queue_first;
  if (pool->queue_first != NULL) pool->queue_first->previous = ticket;
  if (pool->queue_last == NULL) pool->queue_last = ticket;
  pool->queue_first = ticket;
  pool->queue_count++;
  atomic_store_explicit(&ticket->state, TICKET_QUEUED, memory_order_release);
}

static void queue_remove(struct pool *pool, struct pool_ticket *ticket) {
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

static bool takes(const struct connection *worker) {
  if (worker == NULL || worker->state != WORKER_READY || worker->exclusive || hangs(worker)) return false;
  return worker->busy_count < worker->slot_count;
}

static struct connection *least_loaded(const struct pool *pool) {
  struct connection *best = NULL;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (takes(worker) && (best == NULL || worker->busy_count < best->busy_count)) best = worker;
  }
  return best;
}

static void place(struct connection *worker, struct pool_ticket *ticket) {
  uint32_t slot = 0;
  while (worker->slots[slot].state != SLOT_FREE) slot++;
  assert(slot < worker->slot_count);
  slot_begin(&worker->slots[slot], worker->next_call_id++);
  worker->busy_count++;
  worker->calls_given++;
  worker->exclusive |= ticket->alone;
  ticket->connection = connection_retain(worker);
  ticket->slot = slot;
  atomic_store_explicit(&ticket->state, TICKET_PLACED, memory_order_release);
}

bool pool_ready(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL && pool->workers[i]->state == WORKER_READY) return true;
  }
  return false;
}

static uint32_t starting_count(const struct pool *pool) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    const struct connection *worker = pool->workers[i];
    if (worker == NULL) continue;
    count += worker->state == WORKER_STARTING || worker->state == WORKER_LOADING;
  }
  return count;
}

bool pool_starting(const struct pool *pool) {
  return starting_count(pool) > 0;
}

/* What a failed start means for the next one. */
static enum restart_end end_of_start(llmb_status failure) {
  switch (failure) {
    case LLMB_E_NOT_FOUND:
    case LLMB_E_MODEL_INVALID:
    case LLMB_E_INVALID_ARGUMENT:
    case LLMB_E_UNSUPPORTED:
    case LLMB_E_PROTOCOL_ERROR:
      return RESTART_END_PERMANENT;
    default:
      return RESTART_END_FAILED;
  }
}

/* Whether those who wait get the failure of a start: not while another worker may still serve them, but others that are
 * starting would only fail in the same way if it is one that lasts. */
static bool fails_all(const struct pool *pool, enum restart_end end) {
  return !pool_ready(pool) && (end == RESTART_END_PERMANENT || !pool_starting(pool));
}

/* A failure that lasts needs no pause where it is told: nobody waits then. Else it would be tried on and on. */
static void note_end(struct pool *pool, const struct restart_worker *worker, enum restart_end end, uint64_t now_ns) {
  const bool untold = end == RESTART_END_PERMANENT && !fails_all(pool, end);
  restart_note_end(&pool->restart, worker, untold ? RESTART_END_FAILED : end, now_ns);
}

/* Until when a keeper's start may take: as long as the most patient of those who wait for it, and a moment. */
static uint64_t keeper_deadline_ns(const struct pool *pool, uint64_t now_ns) {
  uint64_t until_ns = now_ns + POOL_KEEPER_PATIENCE_NS;
  for (const struct pool_ticket *ticket = pool->queue_first; ticket != NULL; ticket = ticket->next) {
    if (ticket->until_ns > until_ns) until_ns = ticket->until_ns;
  }
  return until_ns;
}

/* Starts a worker if there may be another one. */
static llmb_status start_one(struct pool *pool, uint64_t now_ns, llmb_error *error) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) continue;
    stats_note_start(pool->stats, pool->queue_count, pool->restart.pending_restart, now_ns);
    restart_note_start(&pool->restart, now_ns);
    const llmb_status status =
        connection_open(&pool->launch, pool->bell, keeper_deadline_ns(pool, now_ns), &pool->workers[i], error);
    if (status != LLMB_OK) {
      error->retry_safe = 1; /* nothing was started */
      note_end(pool, &(struct restart_worker){0}, end_of_start(status), now_ns);
      stats_note_failure(pool->stats, 0, false, error, now_ns);
      stats_note_breaker(pool->stats, &pool->restart, now_ns);
      return status;
    }
    if (pool->workers[i]->keeper != NULL) {
      struct keeper_hold *hold = keeper_hold_retain(pool->workers[i]->keeper);
      keeper_hold_release(pool->keeper); /* the one before it has died, or is the same */
      pool->keeper = hold;
    }
    pool->workers[i]->recycle = recycle_begin(&pool->recycle, &pool->restart.chance);
    os_event_ring(pool->bell); /* a pump has more to poll now */
    return LLMB_OK;
  }
  return LLMB_OK; /* as many as may be are there, and one of them will have room or end */
}

static void fail_queue(struct pool *pool, const llmb_error *failure) {
  while (pool->queue_first != NULL) {
    struct pool_ticket *ticket = pool->queue_first;
    queue_remove(pool, ticket);
    error_copy(ticket->failure, failure);
    atomic_store_explicit(&ticket->state, TICKET_FAILED, memory_order_release);
    ticket_ring(pool, ticket);
  }
}

static void refuse_queue(struct pool *pool, uint64_t now_ns, uint64_t until_ns) {
  llmb_error refused;
  llmb_error_init(&refused);
  error_set(&refused, LLMB_E_UNAVAILABLE, LLMB_PHASE_START,
            "the engine failed too often (restart_limit is %u in %llu ms); the next try is in %llu ms. Last: %s",
            pool->restart.limit, (unsigned long long)(pool->restart.window_ns / 1000000u),
            (unsigned long long)((until_ns - now_ns) / 1000000u), pool->start_failure.message);
  refused.retry_safe = 1;
  fail_queue(pool, &refused);
}

/* Has as many workers started as the queue can use and the policy allows. */
static void start_as_needed(struct pool *pool, uint64_t now_ns) {
  pool->start_at_ns = LLMB_NEVER;
  while ((uint64_t)starting_count(pool) * pool->launch.slot_count < pool->queue_count) {
    const uint32_t before = starting_count(pool);
    const bool others = pool_ready(pool) || before > 0;
    uint64_t at_ns = 0;
    const enum restart_verdict verdict = restart_ask(&pool->restart, now_ns, &at_ns);
    stats_note_breaker(pool->stats, &pool->restart, now_ns);
    if (verdict == RESTART_REFUSED && !others) refuse_queue(pool, now_ns, at_ns);
    if (verdict == RESTART_LATER) pool->start_at_ns = at_ns;
    if (verdict == RESTART_LATER) stats_note_delay(pool->stats, at_ns, now_ns);
    if (verdict != RESTART_NOW) return;
    llmb_error error;
    llmb_error_init(&error);
    if (start_one(pool, now_ns, &error) != LLMB_OK) {
      error_copy(&pool->start_failure, &error);
      if (fails_all(pool, end_of_start(error.status))) fail_queue(pool, &error);
      return;
    }
    if (starting_count(pool) == before) return;
  }
}

/* Places what waits, and sees to workers for the rest. */
static void balance(struct pool *pool, uint64_t now_ns) {
  for (struct pool_ticket *ticket = pool->queue_first, *next = NULL; ticket != NULL; ticket = next) {
    next = ticket->next;
    struct connection *worker = least_loaded(pool);
    if (worker == NULL) break; /* those behind one that must be alone wait, else it might wait for ever */
    queue_remove(pool, ticket);
    place(worker, ticket);
    ticket_ring(pool, ticket);
  }
  start_as_needed(pool, now_ns);
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
  struct connection *worker = pool->queue_first == NULL ? least_loaded(pool) : NULL;
  if (worker != NULL) {
    place(worker, ticket);
    return LLMB_OK;
  }
  /* It may be that the worker which has no room has just got some, or has died: look before queueing. */
  pool_step(pool, now_ns);
  worker = pool->queue_first == NULL ? least_loaded(pool) : NULL;
  if (worker != NULL) {
    place(worker, ticket);
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
  ticket->alone = false;
  if (ticket->connection != NULL) ticket->connection->exclusive = false;
  if (pool->queue_first != NULL) balance(pool, now_ns);
}

/* Those who sleep in the queue do not know yet what they now wait for: a slot that drains, and the time of its kill. */
static void queue_ring(struct pool *pool) {
  for (struct pool_ticket *ticket = pool->queue_first; ticket != NULL; ticket = ticket->next) ticket_ring(pool, ticket);
}

/* Gives the slot up, or lets it drain. */
static void leave_slot(struct pool_ticket *ticket, bool ended, uint64_t now_ns) {
  struct connection *worker = ticket->connection;
  struct slot *slot = &worker->slots[ticket->slot];
  ticket->connection = NULL;
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

static enum restart_end end_of(const struct connection *worker) {
  if (worker->dismissed) return RESTART_END_CLEAN;
  const bool clean = worker->end.exit_kind == LLMB_EXIT_CODE && worker->end.exit_value == 0;
  if (worker->served) return worker->retired && clean ? RESTART_END_CLEAN : RESTART_END_FAILED;
  if (worker->failure != LLMB_OK) return end_of_start(worker->failure);
  return worker->end.kind == KEEPER_EVENT_SPAWN_FAILED ? end_of_start(worker->end.status) : RESTART_END_FAILED;
}

/* Whether a start that failed may go well when it is tried once more: what else is using the memory may be gone in a
 * moment, and a signal may have been meant for that process alone. */
static bool may_pass(struct pool *pool, const llmb_error *failure, uint64_t now_ns) {
  uint64_t at_ns = 0;
  const bool crashed = failure->status == LLMB_E_ENGINE_CRASHED && failure->exit_kind != LLMB_EXIT_CODE;
  if (!crashed && failure->status != LLMB_E_OUT_OF_MEMORY) return false;
  return restart_ask(&pool->restart, now_ns, &at_ns) != RESTART_REFUSED;
}

/* A worker has ended: what its calls find, they find themselves; here it only makes room. */
static void bury(struct pool *pool, uint32_t index, uint64_t now_ns) {
  struct connection *worker = pool->workers[index];
  pool->workers[index] = NULL;
  const enum restart_end end = end_of(worker);
  note_end(pool, &worker->restart, end, now_ns);
  if (end == RESTART_END_CLEAN) {
    stats_note_retirement(pool->stats, worker->process.pid, worker->calls_given, now_ns);
  } else {
    const uint32_t phase = worker->served         ? LLMB_PHASE_GENERATE
                           : worker->name[0] == 0 ? LLMB_PHASE_START
                                                  : LLMB_PHASE_LOAD;
    llmb_error failure;
    llmb_error_init(&failure);
    connection_describe_end(worker, phase, &failure);
    error_copy_text(failure.engine, sizeof failure.engine, pool->launch.engine, strlen(pool->launch.engine), 0);
    failure.retry_safe = 1;
    error_copy(&pool->start_failure, &failure);
    stats_note_failure(pool->stats, worker->process.pid, worker->served, &failure, now_ns);
    pool->start_forgiven = !worker->served && !pool->start_forgiven && may_pass(pool, &failure, now_ns);
    /* Those who wait for this start get its failure, unless another worker may still serve them. */
    if (!pool->start_forgiven && !worker->served && fails_all(pool, end)) fail_queue(pool, &failure);
  }
  stats_note_breaker(pool->stats, &pool->restart, now_ns);
  connection_release(worker);
}

void pool_note_success(struct pool *pool, struct connection *worker, uint64_t now_ns) {
  restart_note_success(&pool->restart, &worker->restart, now_ns);
  retry_budget_note_success(&pool->retries);
  stats_note_breaker(pool->stats, &pool->restart, now_ns);
}

bool pool_may_repeat(struct pool *pool, struct connection *worker) {
  if (!worker->repeats_decided) worker->repeats = retry_budget_take(&pool->retries);
  worker->repeats_decided = true;
  return worker->repeats;
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
      memory_release(pool->info);
      if (worker->info == NULL || memory_copy_text(worker->info, strlen(worker->info), &pool->info) != LLMB_OK) {
        pool->info = NULL;
      }
    }
    if (worker->state == WORKER_ENDED) {
      /* Its calls' owners may be pumped: tell the pump. */
      os_event_ring(pool->bell);
      bury(pool, i, now_ns);
    }
  }
  balance(pool, now_ns);
}

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

static bool any_left(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) return true;
  }
  return false;
}

static void await_ends(struct pool *pool, uint64_t deadline_ns) {
  while (any_left(pool) && os_clock_ns() < deadline_ns) {
    struct pool_poll poll = {.until_ns = deadline_ns};
    pool_prepare_poll(pool, NULL, &poll);
    os_poll(poll.items, poll.count, poll.until_ns);
    pool_step(pool, os_clock_ns());
    pool_release_held(&poll);
  }
}

void pool_close(struct pool *pool) {
  llmb_error closed;
  llmb_error_init(&closed);
  error_set(&closed, LLMB_E_CANCELLED, LLMB_PHASE_STOP, "the bridge was closed");
  fail_queue(pool, &closed);
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (worker == NULL) continue;
    /* An idle engine that finds its host gone ends by itself, properly; a busy one might take its time. */
    if (worker->state == WORKER_READY && worker->busy_count == 0) {
      os_socket_end(worker->socket);
    } else {
      connection_fail(worker, WORKER_TIMED_OUT, LLMB_E_CANCELLED, "the bridge was closed", os_clock_ns());
    }
  }
  await_ends(pool, os_clock_ns() + POOL_CLOSE_IDLE_NS);
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) connection_apply(pool->workers[i], WORKER_TIMED_OUT, os_clock_ns());
  }
  await_ends(pool, os_clock_ns() + POOL_CLOSE_KILLED_NS);
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] == NULL) continue;
    /* The keeper will see to it; here nobody waits for it any more. */
    pool->workers[i]->end.exit_kind = LLMB_EXIT_UNKNOWN;
    connection_apply(pool->workers[i], WORKER_EXITED, os_clock_ns());
    pool->workers[i] = connection_release(pool->workers[i]);
  }
  pool->keeper = keeper_hold_release(pool->keeper);
  pool->info = memory_release(pool->info);
}
