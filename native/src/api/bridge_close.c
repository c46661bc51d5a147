/* Closing a bridge: its calls end at once, its engines within a bound; while that is waited for, the lock is free. */
#include "api/bridge_object.h"
#include "api/bridge_unread.h"

#include "core/fault_point.h"
#include "core/policy.h"
#include "keeper/keeper_hold.h"
#include "platform/os_clock.h"
#include "pool/pool_close.h"
#include "pool/pool_poll.h"

/* Does one step of the close in each pool. */
static void stages_each(llmb_bridge *bridge, void (*step)(struct pool *pool, uint64_t now_ns)) {
  pthread_mutex_lock(&bridge->lock);
  const uint64_t now_ns = os_clock_ns();
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) step(&stage->pool, now_ns);
  pthread_mutex_unlock(&bridge->lock);
}

static bool any_left(llmb_bridge *bridge) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    if (pool_has_workers(&stage->pool)) return true;
  }
  return false;
}

/* Waits until the ends of all workers are known, or the time is over. */
static void await_ends(llmb_bridge *bridge, uint64_t deadline_ns) {
  uint64_t until_ns = 0; /* those that have ended already ring nothing any more */
  pthread_mutex_lock(&bridge->lock);
  while (any_left(bridge) && os_clock_ns() < deadline_ns) {
    struct pool_poll poll;
    pool_poll_begin(&poll, until_ns);
    until_ns = deadline_ns;
    stages_prepare_poll(bridge, &poll);
    const bool intact = stages_intact(bridge);
    pthread_mutex_unlock(&bridge->lock);
    if (intact) os_poll(poll.items, poll.count, poll.until_ns);
    pthread_mutex_lock(&bridge->lock);
    pool_doubt_held(&poll);
    stages_step(bridge, os_clock_ns());
    pool_release_held(&poll);
  }
  pthread_mutex_unlock(&bridge->lock);
}

static void end_workers(llmb_bridge *bridge) {
  pthread_mutex_lock(&bridge->lock);
  (void)bridge_absorb_unread(bridge, true, os_clock_ns());
  pthread_mutex_unlock(&bridge->lock);
  stages_each(bridge, pool_close_begin);
  await_ends(bridge, os_clock_ns() + POOL_CLOSE_IDLE_NS);
  stages_each(bridge, pool_close_kill);
  await_ends(bridge, os_clock_ns() + POOL_CLOSE_KILLED_NS);
  stages_each(bridge, pool_close_finish);
  bridge->session_keeper = keeper_hold_release(bridge->session_keeper);
  keeper_hold_await_leaving();
}

void llmb_bridge_close(llmb_bridge *bridge) {
  if (bridge == NULL) return;
  if (bridge_check(bridge, NULL) != LLMB_OK) {
    bridge_abandon(bridge);
    return;
  }
  pthread_mutex_lock(&bridge->lock);
  atomic_store(&bridge->closing, 1);
  FAULT_POINT(HOST_CLOSE);
  waker_ring(&bridge->pump); /* a pump is to look, report what is cancelled now, and leave */
  pthread_mutex_unlock(&bridge->lock);
  end_workers(bridge);
  bridge_release(bridge);
}
