#include <string.h>

#include "api/bridge_object.h"
#include "api/bridge_stage.h"
#include "api/bridge_unread.h"
#include "api/process_state.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/settings_pairs.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/pool.h"
#include "pool/pool_start.h"
#include "pool/pool_stats.h"

static llmb_status configure(llmb_bridge *bridge, const llmb_settings *given, llmb_error *error) {
  stats_open(&bridge->stats);
  poison_list_init(&bridge->poison);
  llmb_status status = stages_open(bridge, given, error);
  if (status != LLMB_OK) return status;
  status = settings_encode(&bridge->stages[0].settings, SETTING_OF_CALL, &bridge->call_pairs, &bridge->call_pairs_size);
  return status == LLMB_OK ? status : error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the settings");
}

llmb_status llmb_bridge_open(const llmb_settings *settings, llmb_bridge **out_bridge, llmb_error *out_error) {
  if (out_bridge == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_bridge is NULL");
  }
  *out_bridge = NULL;
  process_enter();
  void *memory = NULL;
  llmb_status status = memory_allocate(sizeof(llmb_bridge), &memory);
  if (status != LLMB_OK) return error_set(out_error, status, LLMB_PHASE_CONFIGURE, "no memory for the bridge");
  llmb_bridge *bridge = memory;
  bridge->generation = process_generation();
  waker_init(&bridge->pump);
  atomic_store(&bridge->references, 1);
  if (pthread_mutex_init(&bridge->lock, NULL) != 0) {
    memory_release(bridge);
    return error_set(out_error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "could not make the bridge's lock");
  }
  if (!schema_cache_open(&bridge->schemas)) {
    pthread_mutex_destroy(&bridge->lock);
    memory_release(bridge);
    return error_set(out_error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "could not make the bridge's lock");
  }
  llmb_error failure;
  llmb_error_init(&failure);
  status = configure(bridge, settings, &failure);
  if (status != LLMB_OK) {
    error_copy(out_error, &failure);
    bridge_release(bridge);
    return status;
  }
  *out_bridge = bridge;
  return LLMB_OK;
}

/* Starts a worker of one engine and waits for it. */
static llmb_status start_engine(llmb_bridge *bridge, struct pool *pool, uint64_t deadline_ns, llmb_error *failure) {
  struct waker waker;
  waker_init(&waker);
  struct pool_ticket ticket = {.waker = &waker, .failure = failure};
  const uint64_t start_ns = os_clock_ns();
  llmb_status status = LLMB_OK;
  pthread_mutex_lock(&bridge->lock);
  bool ready = false;
  if (atomic_load(&bridge->closing)) {
    status = error_set(failure, LLMB_E_CANCELLED, LLMB_PHASE_STOP, "the bridge was closed");
  } else {
    pool_step(pool, start_ns);
    ready = pool_ready(pool);
    if (!ready) status = pool_enter(pool, &ticket, start_ns, failure);
  }
  pthread_mutex_unlock(&bridge->lock);
  if (ready) return LLMB_OK;

  while (status == LLMB_OK && !ready && atomic_load(&ticket.state) == TICKET_QUEUED) {
    if (deadline_ns != LLMB_NEVER && os_clock_ns() >= deadline_ns) {
      status = LLMB_E_NOT_READY;
    } else {
      bridge_await_ticket(bridge, pool, &ticket, OS_HANDLE_NONE, deadline_ns);
      pthread_mutex_lock(&bridge->lock);
      ready = pool_ready(pool); /* others may have all its slots */
      pthread_mutex_unlock(&bridge->lock);
    }
  }
  pthread_mutex_lock(&bridge->lock);
  if (status == LLMB_E_NOT_READY && atomic_load(&ticket.state) == TICKET_QUEUED) {
    error_set(failure, LLMB_E_DEADLINE_EXCEEDED, LLMB_PHASE_LOAD,
              "the engine was not ready in time; its start goes on");
    failure->retry_safe = 1;
  }
  if (atomic_load(&ticket.state) == TICKET_FAILED) failure->elapsed_ms = (double)(os_clock_ns() - start_ns) / 1e6;
  pool_leave(pool, &ticket, true, os_clock_ns());
  pthread_mutex_unlock(&bridge->lock);
  waker_close(&waker);
  return failure->status;
}

llmb_status llmb_bridge_start(llmb_bridge *bridge, uint64_t deadline_ns, llmb_error *out_error) {
  llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  llmb_error failure;
  bridge_retain(bridge);
  /* One that stands in will do where the first cannot be started. */
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    llmb_error_init(&failure);
    status = start_engine(bridge, &stage->pool, deadline_ns, &failure);
    if (status == LLMB_OK || status == LLMB_E_CANCELLED || status == LLMB_E_DEADLINE_EXCEEDED) break;
  }
  bridge_release(bridge);
  if (status != LLMB_OK) error_copy(out_error, &failure);
  return status;
}

/* The engine whose workers are ready, or else the first. */
static struct pool *speaking_pool(llmb_bridge *bridge) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    if (pool_ready(&stage->pool)) return &stage->pool;
  }
  return &stage_next(bridge, NULL)->pool;
}

llmb_status llmb_bridge_info(llmb_bridge *bridge, char **out_json, llmb_error *out_error) {
  llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  if (out_json == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  }
  pthread_mutex_lock(&bridge->lock);
  const struct pool *pool = speaking_pool(bridge);
  const char *info = pool->info != NULL ? pool->info : "{}";
  status = memory_copy_text(info, strlen(info), out_json);
  pthread_mutex_unlock(&bridge->lock);
  if (status != LLMB_OK) return error_set(out_error, status, LLMB_PHASE_NONE, "no memory for the information");
  return LLMB_OK;
}

llmb_status llmb_bridge_sandbox(llmb_bridge *bridge, uint32_t *out_layers) {
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  if (out_layers == NULL) return LLMB_E_INVALID_ARGUMENT;
  pthread_mutex_lock(&bridge->lock);
  *out_layers = speaking_pool(bridge)->layers;
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

static uint32_t load_permille(const struct connection *worker) {
  if (worker->state == WORKER_READY) return 1000;
  const uint32_t permille = atomic_load_explicit(&worker->region->load_permille, memory_order_relaxed);
  return permille < 1000 ? permille : 999; /* it is the ready message that makes it whole */
}

llmb_status llmb_bridge_load_progress(llmb_bridge *bridge, uint32_t *out_permille) {
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  if (out_permille == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out_permille = 0;
  pthread_mutex_lock(&bridge->lock);
  stages_step(bridge, os_clock_ns());
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    for (uint32_t i = 0; i < stage->pool.worker_count_max; i++) {
      const struct connection *worker = stage->pool.workers[i];
      const uint32_t permille = worker != NULL ? load_permille(worker) : 0;
      if (permille > *out_permille) *out_permille = permille;
    }
  }
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

llmb_status llmb_bridge_worker_pid(llmb_bridge *bridge, int64_t *out_pid) {
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  if (out_pid == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out_pid = 0;
  pthread_mutex_lock(&bridge->lock);
  stages_step(bridge, os_clock_ns());
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    for (uint32_t i = 0; i < stage->pool.worker_count_max; i++) {
      const struct connection *worker = stage->pool.workers[i];
      if (worker != NULL && worker->state != WORKER_ENDED && worker->process.pid != 0) *out_pid = worker->process.pid;
    }
  }
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}
