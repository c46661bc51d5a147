#include "api/call_hold.h"

#include "api/bridge_stage.h"
#include "pool/pool_queue.h"

static bool hold(llmb_call *call, enum ticket_holder holder) {
  uint32_t nobody = TICKET_HELD_BY_NOBODY;
  return atomic_compare_exchange_strong_explicit(&call->ticket.holder, &nobody, (uint32_t)holder, memory_order_acquire,
                                                 memory_order_relaxed);
}

bool call_hold(llmb_call *call) {
  while (!hold(call, TICKET_HELD_BY_CALLER)) {
    if (atomic_load_explicit(&call->ticket.holder, memory_order_relaxed) == TICKET_HELD_BY_CALLER) return false;
    pthread_mutex_lock(&call->bridge->lock); /* whoever has it lets go before the lock is free */
    pthread_mutex_unlock(&call->bridge->lock);
  }
  return true;
}

void call_let_go(llmb_call *call, bool held) {
  if (!held) return;
  llmb_bridge *bridge = call->bridge;
  atomic_store_explicit(&call->ticket.holder, TICKET_HELD_BY_NOBODY, memory_order_seq_cst);
  /* Those who wait for a slot did not listen to this one's while its caller did. */
  if (atomic_load(&bridge->slot_waiters) == 0) return;
  pthread_mutex_lock(&bridge->lock);
  queue_ring(&call->stage->pool);
  pthread_mutex_unlock(&bridge->lock);
}

bool call_hold_idle(llmb_call *call) {
  return hold(call, TICKET_HELD_BY_NEIGHBOUR);
}

void call_let_go_locked(llmb_call *call) {
  atomic_store_explicit(&call->ticket.holder, TICKET_HELD_BY_NOBODY, memory_order_release);
}
