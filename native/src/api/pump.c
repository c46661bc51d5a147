/* One thread of the host's that waits for many calls at once. */
#include "api/bridge_object.h"
#include "api/bridge_stage.h"
#include "api/bridge_unread.h"
#include "api/call_limits.h"
#include "api/call_settle.h"
#include "api/call_wait.h"
#include "api/session_use.h"
#include "core/error.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "pool/pool_poll.h"

/* From here on the engine rings its worker's bell for this call. */
static void arm(llmb_call *call) {
  if (atomic_load(&call->ticket.state) != TICKET_PLACED) return;
  struct slot *slot = &call->ticket.connection->slots[call->ticket.slot];
  atomic_store_explicit(&slot->shared->host_sleeps, CHANNEL_SLEEPS_ON_WORKER, memory_order_relaxed);
}

llmb_status llmb_call_watch(llmb_call *call, uint64_t token, llmb_error *out_error) {
  if (call == NULL) return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "call is NULL");
  llmb_bridge *bridge = call->bridge;
  const llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  pthread_mutex_lock(&bridge->lock);
  call->watch_token = token;
  if (!call->watched) {
    call->watched = true;
    call->next = bridge->watched_first;
    bridge->watched_first = call;
  }
  atomic_store(&call->ticket.watched, 1);
  arm(call);
  atomic_thread_fence(memory_order_seq_cst); /* pairs with engine_ring_host: it rings, or this look sees its news */
  const struct connection *worker = call->ticket.connection;
  const bool news = call_step_locked(call, os_clock_ns());
  const bool moved = call->ticket.connection != worker; /* to a slot that is not armed */
  /* A pump that sleeps listens to the slots that others are away from only if calls waited when it fell asleep. */
  const bool queued = atomic_load(&call->ticket.state) == TICKET_QUEUED || call_session_is_pending(call);
  if (news || moved || queued || call_next_limit_ns(call) < bridge->pump_until_ns) waker_ring(&bridge->pump);
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

static bool has_more(const llmb_call *call) {
  return atomic_load(&call->ticket.state) == TICKET_PLACED && call_slot_has_news(call);
}

/* Reports and unlinks the watched calls that have news; arms the others, and says whether some wait for sessions. */
static uint32_t collect(llmb_bridge *bridge, uint64_t *tokens, uint32_t capacity, uint64_t *until_ns,
                        bool *out_of_sessions) {
  uint32_t count = 0;
  bool again = false;
  for (llmb_call *call = bridge->watched_first; call != NULL; call = call->next) arm(call);
  atomic_thread_fence(memory_order_seq_cst);
  const uint64_t now_ns = os_clock_ns();
  for (llmb_call **link = &bridge->watched_first; *link != NULL && count < capacity;) {
    llmb_call *call = *link;
    const struct connection *worker = call->ticket.connection;
    if (!call_step_locked(call, now_ns)) {
      again |= call->ticket.connection != worker || has_more(call);
      const uint64_t limit_ns = call_next_limit_ns(call);
      if (limit_ns < *until_ns) *until_ns = limit_ns;
      *out_of_sessions |= call_session_is_pending(call);
      link = &call->next;
      continue;
    }
    *link = call->next;
    call->watched = false;
    atomic_store(&call->ticket.watched, 0);
    tokens[count++] = call->watch_token;
  }
  /* A look may have moved a call to another worker, whose slot must be armed before it is looked at; or there was more
   * than one look takes. */
  if (again) waker_ring(&bridge->pump);
  return count;
}

/* What the calls' sessions will say comes by a socket each. */
static void add_sessions(const llmb_bridge *bridge, struct pool_poll *poll) {
  const uint64_t look_ns = os_clock_ns() + POOL_ORDER_LOOK_NS;
  for (const llmb_call *call = bridge->watched_first; call != NULL; call = call->next) {
    const os_handle polled = call_session_polled(call);
    if (polled == OS_HANDLE_NONE) continue;
    if (poll->count < POOL_POLL_ITEMS_MAX) {
      poll->items[poll->count++] = (struct os_poll_item){.handle = polled};
    } else if (look_ns < poll->until_ns) {
      poll->until_ns = look_ns; /* there is no room: they are looked at now and then */
    }
  }
}

llmb_status llmb_pump_wait(llmb_bridge *bridge, uint64_t *out_tokens, uint32_t capacity, uint64_t deadline_ns,
                           uint32_t *out_count, llmb_error *out_error) {
  const llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  if (out_tokens == NULL || out_count == NULL || capacity == 0) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "out_tokens or out_count is NULL, or capacity is 0");
  }
  *out_count = 0;
  bridge_retain(bridge);
  pthread_mutex_lock(&bridge->lock);
  for (;;) {
    struct pool_poll poll;
    pool_poll_begin(&poll, deadline_ns);
    poll.pumped = poll.listens = true;
    stages_step(bridge, os_clock_ns());
    (void)bridge_absorb_unread(bridge, false, os_clock_ns());
    bool of_sessions = false;
    *out_count = collect(bridge, out_tokens, capacity, &poll.until_ns, &of_sessions);
    if (*out_count > 0 || bridge->pump_woken || atomic_load(&bridge->closing)) break;
    if (deadline_ns != LLMB_NEVER && os_clock_ns() >= deadline_ns) break;
    const bool queued = stages_queue(bridge);
    if (queued) {
      atomic_fetch_add(&bridge->slot_waiters, 1);
      bridge_absorb_before_sleep(bridge, &poll); /* after that: what is let go from then on rings */
    }
    if (!pool_poll_waker(&poll, &bridge->pump)) {
      atomic_fetch_sub(&bridge->slot_waiters, queued);
      continue;
    }
    stages_prepare_poll(bridge, &poll);
    if (of_sessions) add_sessions(bridge, &poll);
    bridge->pump_until_ns = poll.until_ns;
    pthread_mutex_unlock(&bridge->lock);

    os_poll(poll.items, poll.count, poll.until_ns);

    pthread_mutex_lock(&bridge->lock);
    atomic_fetch_sub(&bridge->slot_waiters, queued);
    bridge->pump_until_ns = 0;
    waker_end(&bridge->pump, poll.items[0].readable);
    pool_doubt_held(&poll);
    pool_after_poll(&poll);
    stages_step(bridge, os_clock_ns());
    pool_release_held(&poll);
  }
  bridge->pump_woken = false;
  pthread_mutex_unlock(&bridge->lock);
  bridge_release(bridge);
  return LLMB_OK;
}

llmb_status llmb_pump_wake(llmb_bridge *bridge) {
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  pthread_mutex_lock(&bridge->lock);
  bridge->pump_woken = true;
  waker_ring(&bridge->pump);
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}
