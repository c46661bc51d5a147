#include "api/bridge_unread.h"

#include "api/bridge_stage.h"
#include "api/call_absorb.h"
#include "api/call_hold.h"
#include "api/call_settle.h"
#include "pool/connection.h"
#include "pool/slot.h"

static void absorb_worker(struct connection *worker, uint64_t now_ns) {
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
    call_let_go_locked(call);
  }
}

void bridge_absorb_unread(llmb_bridge *bridge, bool all, uint64_t now_ns) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    struct pool *pool = &stage->pool;
    for (uint32_t i = 0; i < pool->worker_count_max; i++) {
      if (!all && pool->queue_first == NULL) break;
      if (pool->workers[i] != NULL) absorb_worker(pool->workers[i], now_ns);
    }
  }
}
