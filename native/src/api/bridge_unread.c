#include "api/bridge_unread.h"

#include "api/bridge_stage.h"
#include "api/call_absorb.h"
#include "api/call_hold.h"
#include "api/call_limits.h"
#include "api/call_settle.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/pool_poll.h"
#include "pool/slot.h"

/* When to look at it again at the latest. What its engine has written and nobody had room for is the reader's delay. */
static uint64_t next_look_ns(const llmb_call *call, const struct slot *slot) {
  if (call->ended || slot->owner != &call->ticket) return LLMB_NEVER;
  return slot_has_news(slot) ? call->deadline_ns : call_next_limit_ns(call);
}

static uint64_t absorb_worker(struct connection *worker, uint64_t now_ns) {
  uint64_t until_ns = LLMB_NEVER;
  for (uint32_t i = 0; i < worker->slot_count; i++) {
    struct slot *slot = &worker->slots[i];
    if (slot->state != SLOT_BUSY || slot->owner == NULL || slot->owner->call == NULL) continue;
    llmb_call *call = slot->owner->call;
    if (!call_hold_idle(call)) continue;
    /* The engine rings for the end of what is not there yet. A watched call's rings for its pump. */
    if (!call->watched) atomic_store(&slot->shared->host_sleeps, CHANNEL_SLEEPS_FOR_END);
    if (slot_has_news(slot)) call_absorb(call, now_ns);
    /* Sends the request of one that got its slot meanwhile; ends one whose limits have passed. */
    if (call->last_word == SLOT_NOTHING) (void)call_step_locked(call, now_ns);
    const uint64_t look_ns = next_look_ns(call, slot);
    if (look_ns < until_ns) until_ns = look_ns;
    call_let_go_locked(call);
  }
  return until_ns;
}

uint64_t bridge_absorb_unread(llmb_bridge *bridge, bool all, uint64_t now_ns) {
  uint64_t until_ns = LLMB_NEVER;
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    struct pool *pool = &stage->pool;
    for (uint32_t i = 0; i < pool->worker_count_max; i++) {
      if (!all && pool->queue_first == NULL) break;
      if (pool->workers[i] == NULL) continue;
      const uint64_t look_ns = absorb_worker(pool->workers[i], now_ns);
      if (look_ns < until_ns) until_ns = look_ns;
    }
  }
  return until_ns;
}

void bridge_absorb_before_sleep(llmb_bridge *bridge, struct pool_poll *poll) {
  const uint64_t look_ns = bridge_absorb_unread(bridge, false, os_clock_ns());
  if (look_ns < poll->until_ns) poll->until_ns = look_ns;
}

/* Under the lock: prepares to sleep; false if there is no need to. */
static bool prepare_sleep(llmb_bridge *bridge, struct pool *pool, struct pool_ticket *ticket, os_handle other,
                          struct pool_poll *poll) {
  pool_step(pool, os_clock_ns());
  bridge_absorb_before_sleep(bridge, poll);
  if (atomic_load(&ticket->state) != TICKET_QUEUED && other == OS_HANDLE_NONE) return false;
  if (!pool_poll_waker(poll, ticket->waker)) return false;
  if (other != OS_HANDLE_NONE) poll->items[poll->count++] = (struct os_poll_item){.handle = other};
  poll->listens = true;
  pool_prepare_poll(pool, NULL, poll);
  return true;
}

void bridge_await_ticket(llmb_bridge *bridge, struct pool *pool, struct pool_ticket *ticket, os_handle other,
                         uint64_t until_ns) {
  struct pool_poll poll;
  pool_poll_begin(&poll, until_ns);
  pthread_mutex_lock(&bridge->lock);
  atomic_fetch_add(&bridge->slot_waiters, 1); /* before the look: what is let go after it rings */
  const bool sleeps = prepare_sleep(bridge, pool, ticket, other, &poll);
  pthread_mutex_unlock(&bridge->lock);
  if (sleeps) {
    os_poll_or_signal(poll.items, poll.count, poll.until_ns);
    waker_end(ticket->waker, poll.items[0].readable);
    pthread_mutex_lock(&bridge->lock);
    pool_doubt_held(&poll);
    pool_after_poll(&poll);
    pool_step(pool, os_clock_ns());
    (void)bridge_absorb_unread(bridge, false, os_clock_ns());
    pool_release_held(&poll);
    pthread_mutex_unlock(&bridge->lock);
  }
  atomic_fetch_sub(&bridge->slot_waiters, 1);
}
