#include "api/bridge_stage.h"

#include <string.h>

#include "api/bridge_object.h"
#include "api/launch.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/settings_resolve.h"
#include "platform/os_clock.h"
#include "pool/demotion.h"
#include "pool/pool.h"
#include "pool/pool_poll.h"
#include "pool/restart_policy.h"

static void configure_pool(struct bridge_stage *stage, struct waker *pump, struct pool_stats *stats) {
  const struct setting_value *values = stage->settings.values;
  struct pool *pool = &stage->pool;
  const int64_t workers = values[SETTING_WORKERS].integer;
  pool->worker_count_max = workers > 0 ? (uint32_t)workers : 1; /* 0: a process per call, but one to run them */
  pool->queue_count_max = (uint32_t)values[SETTING_QUEUE].integer;
  restart_policy_init(&pool->restart, (uint32_t)values[SETTING_RESTART_LIMIT].integer,
                      (uint64_t)values[SETTING_RESTART_WINDOW_MS].integer * 1000000u, os_clock_ns());
  pool->recycle.calls = (uint64_t)values[SETTING_RECYCLE_CALLS].integer;
  pool->recycle.growth_bytes = (uint64_t)values[SETTING_RECYCLE_MB].integer << 20;
  if (pool->launch.share != NULL) pool->recycle = (struct recycle_limits){.calls = 0}; /* it is others' too */
  pool_open(pool, pump, stats);
  stage->is_open = true;
}

void stage_name_engine(llmb_error *error, const llmb_settings *settings) {
  const char *engine = settings->values[SETTING_ENGINE].text;
  if (engine != NULL) error_copy_text(error->engine, sizeof error->engine, engine, strlen(engine), 0);
}

/* A wrong setting is its author's to mend; what is missing on this machine is what fallback is for. */
static llmb_status open_stage(llmb_bridge *bridge, struct bridge_stage *stage, llmb_status resolved) {
  llmb_status status = resolved;
  if (status == LLMB_OK) status = launch_prepare(&stage->settings, &stage->pool.launch, &stage->unusable);
  if (status != LLMB_OK) {
    stage_name_engine(&stage->unusable, &stage->settings);
    return status;
  }
  configure_pool(stage, &bridge->pump, &bridge->stats);
  return LLMB_OK;
}

/* All their workers and slots can be polled together. */
static llmb_status check_workers(const llmb_bridge *bridge, llmb_error *error) {
  uint32_t workers = 0;
  for (uint32_t i = 0; i < bridge->stage_count; i++) workers += bridge->stages[i].pool.worker_count_max;
  if (workers <= POOL_WORKERS_MAX) return LLMB_OK;
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                   "workers: with fallback the engines have %u together, allowed are %d", workers, POOL_WORKERS_MAX);
}

static llmb_status make_stages(llmb_bridge *bridge, const struct fallback_list *list, llmb_error *error) {
  void *memory = NULL;
  const uint32_t count = 1 + list->count;
  const llmb_status status = memory_allocate(count * sizeof *bridge->stages, &memory);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the engines");
  bridge->stages = memory;
  bridge->stage_count = count;
  for (uint32_t i = 0; i < count; i++) llmb_error_init(&bridge->stages[i].unusable);
  return LLMB_OK;
}

llmb_status stages_open(llmb_bridge *bridge, const llmb_settings *given, llmb_error *error) {
  struct fallback_list list = {.count = 0};
  llmb_settings first;
  llmb_status status = settings_resolve_bridge(given, &first, error);
  if (status == LLMB_OK) {
    status = fallback_parse(first.values[SETTING_FALLBACK].text, first.values[SETTING_ENGINE].text, &list, error);
  }
  if (status == LLMB_OK) status = make_stages(bridge, &list, error);
  if (status != LLMB_OK) {
    stage_name_engine(error, &first);
    settings_clear(&first);
    return status;
  }
  bridge->stages[0].settings = first;
  bool any = false;
  for (uint32_t i = 0; i < bridge->stage_count; i++) {
    struct bridge_stage *stage = &bridge->stages[i];
    if (i > 0) status = fallback_resolve(given, list.names[i - 1], &stage->settings, &stage->unusable);
    status = open_stage(bridge, stage, status);
    any |= status == LLMB_OK;
    const bool is_authors =
        status == LLMB_E_INVALID_ARGUMENT || status == LLMB_E_UNSUPPORTED || status == LLMB_E_OUT_OF_MEMORY;
    if (status == LLMB_OK || (!is_authors && bridge->stage_count > 1)) continue;
    error_copy(error, &stage->unusable);
    return status;
  }
  if (any) return check_workers(bridge, error);
  error_copy(error, &bridge->stages[0].unusable);
  return error->status;
}

void stages_free(llmb_bridge *bridge) {
  for (uint32_t i = 0; i < bridge->stage_count; i++) {
    launch_clear(&bridge->stages[i].pool.launch);
    settings_clear(&bridge->stages[i].settings);
  }
  bridge->stages = memory_release(bridge->stages);
}

struct bridge_stage *stage_next(llmb_bridge *bridge, struct bridge_stage *stage) {
  struct bridge_stage *end = bridge->stages + bridge->stage_count;
  for (stage = stage == NULL ? bridge->stages : stage + 1; stage < end; stage++) {
    if (stage->is_open) return stage;
  }
  return NULL;
}

struct bridge_stage *stage_first(llmb_bridge *bridge, uint64_t now_ns) {
  struct bridge_stage *last = NULL;
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    if (bridge->stage_count == 1 || demotion_allows(&stage->demotion, now_ns)) return stage;
    last = stage;
  }
  return last; /* better one that failed than none */
}

void stages_step(llmb_bridge *bridge, uint64_t now_ns) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) pool_step(&stage->pool, now_ns);
}

bool stages_intact(llmb_bridge *bridge) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    if (!pool_intact(&stage->pool)) return false;
  }
  return true;
}

void stages_prepare_poll(llmb_bridge *bridge, struct pool_poll *out) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    pool_prepare_poll(&stage->pool, NULL, out);
  }
}

bool stages_queue(llmb_bridge *bridge) {
  for (struct bridge_stage *stage = NULL; (stage = stage_next(bridge, stage)) != NULL;) {
    if (stage->pool.queue_first != NULL) return true;
  }
  return false;
}
