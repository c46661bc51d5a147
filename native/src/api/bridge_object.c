/* What all that use a bridge need: whether it may be used, how long it lives, and waiting for its pool. */
#include "api/bridge_object.h"

#include "api/batch_object.h"
#include "api/bridge_stage.h"
#include "api/call_object.h"
#include "api/process_state.h"
#include "core/error.h"
#include "core/memory.h"
#include "platform/os_clock.h"
#include "pool/pool.h"
#include "pool/pool_poll.h"

llmb_status bridge_check(const llmb_bridge *bridge, llmb_error *error) {
  if (bridge == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "bridge is NULL");
  }
  if (bridge->generation == process_generation()) return LLMB_OK;
  return error_set(error, LLMB_E_FORKED, LLMB_PHASE_CONFIGURE,
                   "this handle was opened in another process, before a fork; open a bridge in this one");
}

void bridge_retain(llmb_bridge *bridge) {
  atomic_fetch_add(&bridge->references, 1);
}

static void bridge_free(llmb_bridge *bridge) {
  waker_close(&bridge->pump); /* not at closing: a pump may be about to poll it */
  while (bridge->kept_first != NULL) {
    llmb_call *call = bridge->kept_first;
    bridge->kept_first = call->next;
    call_free(call);
  }
  batch_free(bridge->kept_batch);
  stages_free(bridge);
  memory_release(bridge->call_pairs);
  pthread_mutex_destroy(&bridge->lock);
  memory_release(bridge);
}

void bridge_release(llmb_bridge *bridge) {
  if (atomic_fetch_sub(&bridge->references, 1) == 1) bridge_free(bridge);
}

void bridge_abandon(llmb_bridge *bridge) {
  /* The lock may be held by a thread that does not exist here, and calls may have been in any state: only close what
   * keeps the parent's engines from noticing the parent's end, and leave the memory. */
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    pool_abandon(&stage->pool);
  }
  waker_close(&bridge->pump);
}

/* Under the lock: prepares to sleep; false if there is no need to. */
static bool prepare_sleep(struct pool *pool, struct pool_ticket *ticket, struct pool_poll *poll) {
  pool_step(pool, os_clock_ns());
  if (atomic_load(&ticket->state) != TICKET_QUEUED || !pool_poll_waker(poll, ticket->waker)) return false;
  pool_prepare_poll(pool, NULL, poll);
  return true;
}

void bridge_await_ticket(llmb_bridge *bridge, struct pool *pool, struct pool_ticket *ticket, uint64_t until_ns) {
  struct pool_poll poll;
  pool_poll_begin(&poll, until_ns);
  pthread_mutex_lock(&bridge->lock);
  const bool sleeps = prepare_sleep(pool, ticket, &poll);
  pthread_mutex_unlock(&bridge->lock);
  if (!sleeps) return;
  os_poll_or_signal(poll.items, poll.count, poll.until_ns);
  waker_end(ticket->waker, poll.items[0].readable);
  pthread_mutex_lock(&bridge->lock);
  pool_doubt_held(&poll);
  pool_after_poll(&poll);
  pool_step(pool, os_clock_ns());
  pool_release_held(&poll);
  pthread_mutex_unlock(&bridge->lock);
}
