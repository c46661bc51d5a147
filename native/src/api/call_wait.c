/* Waiting for a call: first a short spin, then asleep on everything that can bring news. */
#include "api/call_wait.h"

#include "api/bridge_object.h"
#include "api/bridge_unread.h"
#include "api/call_end.h"
#include "api/call_limits.h"
#include "api/call_settle.h"
#include "api/session_use.h"
#include "core/fault_point.h"
#include "platform/os_clock.h"
#include "pool/connection_hear.h"
#include "pool/pool.h"
#include "pool/pool_poll.h"
#include "pool/slot.h"

enum { SPIN_TURNS = 32 };               /* between two looks at the clock */
enum { INTERRUPT_LOOK_NS = 100000000 }; /* between two looks at the flag of a host that defers its signals */
enum { ITEM_WAKER, ITEM_SLOT, ITEMS_FIXED };

bool call_slot_has_news(const llmb_call *call) {
  struct slot *slot = &call->ticket.connection->slots[call->ticket.slot];
  return slot_has_news(slot) || (call->request.sent < call->request.size && ring_space(&slot->requests) > 0);
}

/* Spins until a look may find something, or the time is over. */
static void spin_for_news(const llmb_call *call, uint64_t until_ns) {
  do {
    for (int i = 0; i < SPIN_TURNS; i++) {
      if (call_slot_has_news(call)) return;
      os_cpu_relax();
    }
  } while (os_clock_ns() < until_ns);
}

/* Whoever has been alone in its worker is not to be that longer than it must, and an answer that cannot keep its schema
 * is to end at once: then parts are looked at as they come. */
enum channel_sleeper call_sleeper(const llmb_call *call) {
  const bool looks = call->ticket.alone || call->schema != NULL;
  return call->awaits_end && !looks ? CHANNEL_SLEEPS_FOR_END : CHANNEL_SLEEPS_ON_SLOT;
}

/* Sleeps once, until something may have changed. */
static void sleep_placed(llmb_call *call, uint64_t until_ns) {
  llmb_bridge *bridge = call->bridge;
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  struct pool_poll poll;
  pool_poll_begin(&poll, until_ns);

  pthread_mutex_lock(&bridge->lock);
  /* What the workers have sent makes the poll return at once; only slots that drain may need a push before, and what a
   * host has closed makes nothing return. */
  if (pool_drains(&call->stage->pool) || !connection_intact(worker)) pool_step(&call->stage->pool, os_clock_ns());
  const bool sleeps = pool_poll_waker(&poll, call->ticket.waker);
  if (sleeps) {
    poll.items[ITEM_SLOT] = (struct os_poll_item){.handle = connection_slot_polled(worker, slot)};
    poll.count = ITEMS_FIXED;
    pool_prepare_poll(&call->stage->pool, worker, &poll);
  }
  pthread_mutex_unlock(&bridge->lock);
  if (!sleeps) return;

  atomic_store_explicit(&slot->shared->host_sleeps, call_sleeper(call), memory_order_relaxed);
  atomic_thread_fence(memory_order_seq_cst); /* pairs with engine_ring_host */
  if (!call_slot_has_news(call) && !atomic_load(&worker->dead) && !atomic_load(&call->cancel_requested)) {
    FAULT_POINT(HOST_SLEEP);
    os_poll_or_signal(poll.items, poll.count, poll.until_ns);
  }
  atomic_store_explicit(&slot->shared->host_sleeps, CHANNEL_AWAKE, memory_order_relaxed);
  waker_end(call->ticket.waker, poll.items[ITEM_WAKER].readable);

  pthread_mutex_lock(&bridge->lock);
  pool_doubt_held(&poll);
  bool others = poll.until_ns < until_ns;
  if (poll.items[ITEM_SLOT].readable) {
    connection_clear_slot(worker, slot);
    /* One bell for all slots: it may have been a draining one's, for which somebody queues. */
    others |= worker->share.stage != SHARE_NONE && pool_drains(&call->stage->pool);
  }
  for (unsigned i = ITEMS_FIXED; i < poll.count; i++) others |= poll.items[i].readable;
  if (others) {
    pool_after_poll(&poll);
    pool_step(&call->stage->pool, os_clock_ns());
  }
  pool_release_held(&poll);
  pthread_mutex_unlock(&bridge->lock);
}

/* One wait for one thing: its spin, then its sleeps. */
struct wait {
  uint64_t spin_until_ns;
  uint64_t sent; /* of the request, when the wait began */
  bool begun, spins;
};

static void wait_begin(struct wait *wait, const llmb_call *call, struct slot *slot, uint64_t now_ns) {
  const uint64_t spin_ns = spin_begin(&slot->spin);
  *wait =
      (struct wait){.spin_until_ns = now_ns + spin_ns, .sent = call->request.sent, .begun = true, .spins = spin_ns > 0};
}

/* Says once whether the spin of this wait has paid. */
static void wait_learn(struct wait *wait, struct slot *slot, bool paid) {
  if (wait->spins) spin_end(&slot->spin, paid);
  wait->spins = false;
}

/* Cancels the call if its host's flag says so. */
static void look_for_interrupt(llmb_call *call) {
  /* Atomically: another thread of the host's may set it. */
  if (call->interrupt == NULL || __atomic_load_n(call->interrupt, __ATOMIC_RELAXED) == 0) return;
  atomic_store(&call->cancel_requested, 1);
}

/* When to look again at the latest. */
static uint64_t next_look_ns(const llmb_call *call, uint64_t now_ns, uint64_t until_ns) {
  const uint64_t limit_ns = call_next_limit_ns(call);
  const uint64_t wake_ns = limit_ns < until_ns ? limit_ns : until_ns;
  if (call->interrupt == NULL || now_ns + INTERRUPT_LOOK_NS > wake_ns) return wake_ns;
  return now_ns + INTERRUPT_LOOK_NS;
}

bool call_wait(llmb_call *call, uint64_t until_ns) {
  struct wait wait = {.begun = false};
  for (;;) {
    const uint64_t now_ns = os_clock_ns();
    look_for_interrupt(call);
    const bool news = call_step(call, now_ns);
    const bool placed = atomic_load_explicit(&call->ticket.state, memory_order_acquire) == TICKET_PLACED;
    struct slot *slot = placed ? &call->ticket.connection->slots[call->ticket.slot] : NULL;
    if (news) {
      if (slot != NULL) wait_learn(&wait, slot, true);
      return true;
    }
    if (until_ns != LLMB_NEVER && now_ns >= until_ns) return false;
    const uint64_t wake_ns = next_look_ns(call, now_ns, until_ns);
    if (slot == NULL) {
      bridge_await_ticket(call->bridge, &call->stage->pool, &call->ticket, call_session_polled(call), wake_ns);
      continue;
    }
    /* Each part of a long request is a wait of its own. What is no news for the caller does not end the spin. */
    if (wait.begun && call->request.sent != wait.sent) {
      wait_learn(&wait, slot, true);
      wait.begun = false;
    }
    if (!wait.begun) wait_begin(&wait, call, slot, now_ns);
    if (now_ns < wait.spin_until_ns) {
      spin_for_news(call, wait.spin_until_ns < wake_ns ? wait.spin_until_ns : wake_ns);
    } else {
      wait_learn(&wait, slot, false);
      sleep_placed(call, wake_ns);
    }
  }
}
