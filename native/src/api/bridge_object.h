/* What stands behind llmb_bridge. */
#ifndef LLMB_BRIDGE_OBJECT_H
#define LLMB_BRIDGE_OBJECT_H

#include <pthread.h>
#include <stdbool.h>

#include <llmbridge/bridge.h>
#include <llmbridge/call.h>

#include "api/bridge_stage.h"
#include "api/poison_list.h"
#include "api/schema_cache.h"
#include "core/settings_set.h"
#include "pool/pool.h"

enum { BRIDGE_CALLS_KEPT_MAX = 16 }; /* closed call objects that are kept for the next calls */

struct llmb_bridge {
  pthread_mutex_t lock;        /* guards all below, and the workers */
  _Atomic uint32_t references; /* the handle, each call, each thread inside */
  uint64_t generation;         /* of the process that opened it: see process_state.h */
  _Atomic uint32_t closing;
  char *call_pairs; /* the call settings of the bridge, encoded; constant */
  uint64_t call_pairs_size;
  struct bridge_stage *stages; /* the first is the engine that was chosen */
  uint32_t stage_count;
  struct waker pump;
  struct pool_stats stats;
  struct poison_list poison;
  struct schema_cache schemas; /* has a lock of its own */
  bool pump_woken;
  uint64_t pump_until_ns; /* when the pump will wake by itself; 0 while it is awake */
  struct llmb_call *watched_first;
  struct llmb_call *kept_first;
  uint32_t kept_count;
  _Atomic uint32_t slot_waiters;      /* threads that sleep until a slot is free */
  _Atomic uint64_t unread_size;       /* bytes that calls keep for callers who have not read them */
  struct keeper_hold *session_keeper; /* so that it stays from one session's call to the next; NULL if there was none */
  struct llmb_batch *kept_batch;      /* one that was closed, for the next */
};

/* LLMB_OK if the handle may be used in this process. */
llmb_status bridge_check(const llmb_bridge *bridge, llmb_error *error);

void bridge_retain(llmb_bridge *bridge);
void bridge_release(llmb_bridge *bridge);

/* In a forked child: closes the descriptors of a bridge of the parent's, and ends nothing. */
void bridge_abandon(llmb_bridge *bridge);

#endif
