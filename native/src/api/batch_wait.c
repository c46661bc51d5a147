/* Waiting for many calls at once: a short spin over their slots, then asleep on all that can bring news. */
#include "api/batch_wait.h"

#include "api/batch_object.h"
#include "api/bridge_unread.h"
#include "api/bridge_stage.h"
#include "api/call_limits.h"
#include "api/call_wait.h"
#include "api/session_use.h"
#include "platform/os_clock.h"
#include "pool/connection_hear.h"
#include "pool/pool_poll.h"

enum { SPIN_TURNS = 32 }; /* between two looks at the clock */

_Static_assert((int)BATCH_FLIGHTS_MAX + 2 * (int)POOL_WORKERS_MAX + 1 <= (int)POOL_POLL_ITEMS_MAX,
               "all calls of a batch can be polled together with the workers");

static bool is_placed(const llmb_call *call) {
  return atomic_load_explicit(&call->ticket.state, memory_order_acquire) == TICKET_PLACED;
}

static struct slot *slot_of(const llmb_call *call) {
  return &call->ticket.connection->slots[call->ticket.slot];
}

static bool has_news(const llmb_call *call) {
  return is_placed(call) &&
         (call_slot_has_news(call) || !unread_is_empty(&call->unread) || atomic_load(&call->ticket.connection->dead));
}

bool batch_call_has_news(const llmb_call *call) {
  return !is_placed(call) || has_news(call) || slot_of(call)->requests.broken;
}

static bool any_news(const llmb_batch *batch) {
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    if (has_news(batch->flights[i].call)) return true;
  }
  return false;
}

static bool spin_for_news(const llmb_batch *batch, uint64_t until_ns) {
  do {
    for (int i = 0; i < SPIN_TURNS; i++) {
      if (any_news(batch)) return true;
      os_cpu_relax();
    }
  } while (os_clock_ns() < until_ns);
  return false;
}

/* What the first placed call's slot has learnt of spinning serves for all. */
static bool spin(llmb_batch *batch, uint64_t until_ns) {
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    if (!is_placed(batch->flights[i].call)) continue;
    struct spin *learnt = &slot_of(batch->flights[i].call)->spin;
    const uint64_t spin_ns = spin_begin(learnt);
    if (spin_ns == 0) return any_news(batch);
    const uint64_t end_ns = os_clock_ns() + spin_ns;
    const bool found = spin_for_news(batch, end_ns < until_ns ? end_ns : until_ns);
    spin_end(learnt, found);
    return found;
  }
  return false;
}

/* Asks the engines to ring for each call that is placed. A queued one is rung by whoever places it, through the
 * bridge's own steps: this thread drives them while it waits. */
static void arm(const llmb_batch *batch) {
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    const llmb_call *call = batch->flights[i].call;
    if (!is_placed(call)) continue;
    atomic_store_explicit(&slot_of(call)->shared->host_sleeps, call_sleeper(call), memory_order_relaxed);
  }
}

static void disarm(const llmb_batch *batch) {
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    if (!is_placed(batch->flights[i].call)) continue;
    atomic_store_explicit(&slot_of(batch->flights[i].call)->shared->host_sleeps, CHANNEL_AWAKE, memory_order_relaxed);
  }
}

/* Under the lock. A call may have got its slot after it was polled for: its bell then waits for the next turn. */
static void clear_bells(const llmb_batch *batch, const struct os_poll_item *items) {
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    const llmb_call *call = batch->flights[i].call;
    if (items[i].readable && is_placed(call)) connection_clear_slot(call->ticket.connection, slot_of(call));
  }
}

/* Each placed call's doorbell, in the order of the flights. */
static void add_bells(llmb_batch *batch, struct pool_poll *poll) {
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    llmb_call *call = batch->flights[i].call;
    const os_handle bell =
        is_placed(call) ? connection_slot_polled(call->ticket.connection, slot_of(call)) : call_session_polled(call);
    poll->items[poll->count++] = (struct os_poll_item){.handle = bell};
    const uint64_t limit_ns = call_next_limit_ns(call);
    if (limit_ns < poll->until_ns) poll->until_ns = limit_ns;
  }
}

static bool any_queued(const llmb_batch *batch) {
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    if (!is_placed(batch->flights[i].call)) return true;
  }
  return false;
}

static bool needs_push(llmb_bridge *bridge) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    if (pool_drains(&stage->pool) || !pool_intact(&stage->pool)) return true;
  }
  return false;
}

void batch_wait(llmb_batch *batch, uint64_t until_ns) {
  if (spin(batch, until_ns)) return;
  llmb_bridge *bridge = batch->bridge;
  struct pool_poll poll;
  pool_poll_begin(&poll, until_ns);
  pthread_mutex_lock(&bridge->lock);
  /* What the workers have sent makes the poll return at once; only calls that wait for a place, slots that drain, and
   * what a host has closed, may need a push before. */
  const bool queued = any_queued(batch);
  if (queued || needs_push(bridge)) stages_step(bridge, os_clock_ns());
  atomic_fetch_add(&bridge->slot_waiters, queued); /* before the look: what is let go after it rings */
  if (queued) bridge_absorb_before_sleep(bridge, &poll);
  const bool sleeps = pool_poll_waker(&poll, &batch->waker);
  poll.listens = queued;
  const unsigned first = poll.count;
  if (sleeps) add_bells(batch, &poll);
  if (!sleeps) atomic_fetch_sub(&bridge->slot_waiters, queued);
  const uint64_t limit_ns = poll.until_ns;
  const unsigned end = poll.count;
  if (sleeps) stages_prepare_poll(bridge, &poll);
  if (poll.until_ns < batch->look_ns) batch->look_ns = poll.until_ns;
  pthread_mutex_unlock(&bridge->lock);
  if (!sleeps) return;

  arm(batch);
  atomic_thread_fence(memory_order_seq_cst); /* pairs with engine_ring_host */
  if (!any_news(batch) && !atomic_load(&batch->cancelled)) os_poll(poll.items, poll.count, poll.until_ns);
  disarm(batch);
  waker_end(&batch->waker, poll.items[0].readable);

  pthread_mutex_lock(&bridge->lock);
  atomic_fetch_sub(&bridge->slot_waiters, queued);
  pool_doubt_held(&poll);
  clear_bells(batch, poll.items + first);
  bool others = queued || poll.until_ns < limit_ns;
  for (unsigned i = end; i < poll.count; i++) others |= poll.items[i].readable;
  if (others) {
    pool_after_poll(&poll);
    stages_step(bridge, os_clock_ns());
    if (queued) (void)bridge_absorb_unread(bridge, false, os_clock_ns());
  }
  pool_release_held(&poll);
  pthread_mutex_unlock(&bridge->lock);
}
