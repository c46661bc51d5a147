/* What all that use a bridge need: whether it may be used, how long it lives. */
#include "api/bridge_object.h"

#include "api/batch_object.h"
#include "api/bridge_stage.h"
#include "api/call_object.h"
#include "api/process_state.h"
#include "core/error.h"
#include "core/memory.h"
#include "pool/pool.h"

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
  schema_cache_close(&bridge->schemas);
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
