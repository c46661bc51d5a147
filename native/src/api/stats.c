/* Looking at a bridge: its counters, the states of the moment, its last events. */
#include <stddef.h>
#include <string.h>

#include <llmbridge/stats.h>

#include "api/bridge_object.h"
#include "api/bridge_stage.h"
#include "core/error.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/pool_stats.h"

enum { STATS_SIZE_MIN = offsetof(llmb_stats, breaker), STATS_SIZE_MAX = 1 << 16 };

/* Hosts in other languages restate them. An event has no size of its own: it stays as it is. */
_Static_assert(offsetof(llmb_stats, calls_ended) == 32, "llmb_stats' layout is frozen");
_Static_assert(sizeof(llmb_worker) == 32, "llmb_worker's layout is frozen");
_Static_assert(sizeof(llmb_event) == 240, "llmb_event's layout is frozen");

static uint32_t state_of(const struct connection *worker) {
  switch (worker->state) {
    case WORKER_STARTING:
      return LLMB_WORKER_STARTING;
    case WORKER_LOADING:
      return LLMB_WORKER_LOADING;
    case WORKER_READY:
      return LLMB_WORKER_READY;
    case WORKER_RETIRING:
      return LLMB_WORKER_RETIRING;
    case WORKER_STOPPING:
      return LLMB_WORKER_STOPPING;
    case WORKER_ENDED:
    case WORKER_STATE_COUNT:
      break;
  }
  return LLMB_WORKER_NONE;
}

static llmb_worker look_at_worker(const struct connection *worker, uint64_t now_ns) {
  if (worker == NULL) return (llmb_worker){.state = LLMB_WORKER_NONE};
  const bool ready = worker->state == WORKER_READY && now_ns > worker->ready_ns;
  return (llmb_worker){
      .state = state_of(worker),
      .calls = worker->busy_count,
      .pid = worker->process.pid,
      .served = worker->calls_given,
      .ready_ms = ready ? (double)(now_ns - worker->ready_ns) / 1e6 : 0,
  };
}

/* The workers of all engines, one engine's behind the other's. */
static void look_at_engines(llmb_bridge *bridge, uint64_t now_ns) {
  llmb_stats *figures = &bridge->stats.figures;
  uint32_t place = 0;
  figures->breaker = stage_next(bridge, NULL)->pool.restart.breaker;
  figures->calls_queued = figures->calls_active = 0;
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    figures->calls_queued += stage->pool.queue_count;
    for (uint32_t i = 0; i < stage->pool.worker_count_max; i++, place++) {
      figures->workers[place] = look_at_worker(stage->pool.workers[i], now_ns);
      figures->calls_active += figures->workers[place].calls;
    }
  }
}

llmb_status llmb_bridge_stats(llmb_bridge *bridge, llmb_stats *out_stats, llmb_error *out_error) {
  const llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  if (out_stats == NULL || out_stats->struct_size < STATS_SIZE_MIN || out_stats->struct_size > STATS_SIZE_MAX) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "out_stats is NULL, or its struct_size was not set (llmb_stats_init)");
  }
  const uint32_t size = out_stats->struct_size;
  const uint64_t now_ns = os_clock_ns();
  pthread_mutex_lock(&bridge->lock);
  stages_step(bridge, now_ns); /* else an engine that died while nobody called would still be ready */
  look_at_engines(bridge, now_ns);
  memcpy(out_stats, &bridge->stats.figures, size < sizeof *out_stats ? size : sizeof *out_stats);
  pthread_mutex_unlock(&bridge->lock);
  out_stats->struct_size = size;
  return LLMB_OK;
}

llmb_status llmb_bridge_events(llmb_bridge *bridge, uint64_t after, llmb_event *out_events, uint32_t capacity,
                               uint32_t *out_count, llmb_error *out_error) {
  const llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  if (out_count == NULL || (out_events == NULL && capacity > 0)) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_events or out_count is NULL");
  }
  pthread_mutex_lock(&bridge->lock);
  stages_step(bridge, os_clock_ns());
  *out_count = stats_copy_events(&bridge->stats, after, out_events, capacity);
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

const char *llmb_worker_state_name(uint32_t state) {
  switch ((enum llmb_worker_state)state) {
    case LLMB_WORKER_NONE:
      return "none";
    case LLMB_WORKER_STARTING:
      return "starting";
    case LLMB_WORKER_LOADING:
      return "loading";
    case LLMB_WORKER_READY:
      return "ready";
    case LLMB_WORKER_RETIRING:
      return "retiring";
    case LLMB_WORKER_STOPPING:
      return "stopping";
  }
  return "unknown";
}

const char *llmb_event_kind_name(uint32_t kind) {
  switch ((enum llmb_event_kind)kind) {
    case LLMB_EVENT_ENGINE_STARTING:
      return "engine_starting";
    case LLMB_EVENT_ENGINE_READY:
      return "engine_ready";
    case LLMB_EVENT_ENGINE_RETIRED:
      return "engine_retired";
    case LLMB_EVENT_ENGINE_FAILED:
      return "engine_failed";
    case LLMB_EVENT_START_DELAYED:
      return "start_delayed";
    case LLMB_EVENT_BREAKER:
      return "breaker";
    case LLMB_EVENT_CALL_MOVED:
      return "call_moved";
    case LLMB_EVENT_CALL_FAILED:
      return "call_failed";
    case LLMB_EVENT_CALL_REFUSED:
      return "call_refused";
    case LLMB_EVENT_SESSION:
      return "session";
    case LLMB_EVENT_SANDBOX_INCOMPLETE:
      return "sandbox_incomplete";
  }
  return "unknown";
}
