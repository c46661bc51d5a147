#include "pool/pool_start.h"

#include <string.h>

#include "core/error.h"
#include "core/policy.h"
#include "core/status_rows.h"
#include "pool/connection.h"
#include "pool/connection_base.h"
#include "pool/connection_end.h"
#include "pool/connection_share.h"
#include "pool/pool_blame.h"
#include "pool/pool_queue.h"
#include "pool/pool_stats.h"
#include "pool/recycle.h"
#include "pool/restart_policy.h"

bool pool_ready(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL && pool->workers[i]->state == WORKER_READY) return true;
  }
  return false;
}

static uint32_t starting_count(const struct pool *pool) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    const struct connection *worker = pool->workers[i];
    if (worker == NULL) continue;
    count += worker->state == WORKER_STARTING || worker->state == WORKER_LOADING;
  }
  return count;
}

bool pool_starting(const struct pool *pool) {
  return starting_count(pool) > 0;
}

/* What a failed start means for the next one. */
static enum restart_end end_of_start(llmb_status failure) {
  return status_is(failure, STATUS_ENDS_FOR_GOOD) ? RESTART_END_PERMANENT : RESTART_END_FAILED;
}

/* Whether those who wait get the failure of a start: not while another worker may still serve them, but others that are
 * starting would only fail in the same way if it is one that lasts. */
static bool fails_all(const struct pool *pool, enum restart_end end) {
  return !pool_ready(pool) && (end == RESTART_END_PERMANENT || !pool_starting(pool));
}

/* A failure that lasts needs no pause where it is told: nobody waits then. Else it would be tried on and on. */
static void note_end(struct pool *pool, const struct restart_worker *worker, enum restart_end end, uint64_t now_ns) {
  const bool untold = end == RESTART_END_PERMANENT && !fails_all(pool, end);
  restart_note_end(&pool->restart, worker, untold ? RESTART_END_FAILED : end, now_ns);
}

/* The keeper that a worker has from now on is the pool's too. */
static void hold_keeper(struct pool *pool, const struct connection *worker) {
  if (worker->keeper == NULL || worker->keeper == pool->keeper) return;
  keeper_hold_release(pool->keeper); /* it has died */
  pool->keeper = keeper_hold_retain(worker->keeper);
}

/* Starts a worker if there may be another one. */
static llmb_status start_one(struct pool *pool, uint64_t now_ns, llmb_error *error) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) continue;
    stats_note_start(pool->stats, pool->queue_count, pool->restart.follows_death, now_ns);
    restart_note_start(&pool->restart, now_ns);
    const llmb_status status = pool->launch.share != NULL
                                   ? connection_share_open(&pool->launch, &pool->workers[i], error)
                                   : connection_open(&pool->launch, &pool->workers[i], error);
    if (status != LLMB_OK) {
      error->retry_safe = 1; /* nothing was started */
      note_end(pool, &(struct restart_worker){0}, end_of_start(status), now_ns);
      stats_note_failure(pool->stats, 0, false, error, now_ns);
      stats_note_breaker(pool->stats, &pool->restart, now_ns);
      return status;
    }
    hold_keeper(pool, pool->workers[i]);
    pool->workers[i]->recycle = recycle_begin(&pool->recycle, &pool->restart.chance);
    waker_ring(pool->pump); /* a pump has more to poll now */
    return LLMB_OK;
  }
  return LLMB_OK; /* as many as may be are there, and one of them will have room or end */
}

static void refuse_queue(struct pool *pool, uint64_t now_ns, uint64_t until_ns) {
  llmb_error refused;
  llmb_error_init(&refused);
  error_set(&refused, LLMB_E_UNAVAILABLE, LLMB_PHASE_START,
            "the engine failed too often (restart_limit is %u in %llu ms); the next try is in %llu ms. Last: %s",
            pool->restart.limit, (unsigned long long)(pool->restart.window_ns / 1000000u),
            (unsigned long long)((until_ns - now_ns) / 1000000u), pool->start_failure.message);
  refused.retry_safe = 1;
  queue_fail(pool, &refused);
}

void pool_start_as_needed(struct pool *pool, uint64_t now_ns) {
  pool->start_at_ns = LLMB_NEVER;
  while ((uint64_t)starting_count(pool) * pool->launch.slot_count < pool->queue_count) {
    const uint32_t before = starting_count(pool);
    const bool others = pool_ready(pool) || before > 0;
    uint64_t at_ns = 0;
    const enum restart_verdict verdict = restart_ask(&pool->restart, now_ns, &at_ns);
    stats_note_breaker(pool->stats, &pool->restart, now_ns);
    if (verdict == RESTART_REFUSED && !others) refuse_queue(pool, now_ns, at_ns);
    if (verdict == RESTART_LATER) pool->start_at_ns = at_ns;
    if (verdict == RESTART_LATER) stats_note_delay(pool->stats, at_ns, now_ns);
    if (verdict != RESTART_NOW) return;
    llmb_error error;
    llmb_error_init(&error);
    if (start_one(pool, now_ns, &error) != LLMB_OK) {
      error_copy(&pool->start_failure, &error);
      if (fails_all(pool, end_of_start(error.status))) queue_fail(pool, &error);
      return;
    }
    if (starting_count(pool) == before) return;
  }
}

static enum restart_end end_of(const struct connection *worker) {
  if (worker->dismissed) return RESTART_END_CLEAN;
  const bool clean = worker->end.exit_kind == LLMB_EXIT_CODE && worker->end.exit_value == 0;
  if (worker->served) return worker->retired && clean ? RESTART_END_CLEAN : RESTART_END_FAILED;
  if (worker->failure != LLMB_OK) return end_of_start(worker->failure);
  return worker->end.kind == KEEPER_EVENT_SPAWN_FAILED ? end_of_start(worker->end.status) : RESTART_END_FAILED;
}

/* Whether a start that failed may go well when it is tried once more: what else is using the memory may be gone in a
 * moment, a signal may have been meant for that process alone, and another keeper may do what this one did not. */
static bool may_pass(struct pool *pool, const struct connection *worker, const llmb_error *failure, uint64_t now_ns) {
  uint64_t at_ns = 0;
  const bool crashed = failure->status == LLMB_E_ENGINE_CRASHED && failure->exit_kind != LLMB_EXIT_CODE;
  if (!crashed && !worker->keeper_stalled && failure->status != LLMB_E_OUT_OF_MEMORY) return false;
  return restart_ask(&pool->restart, now_ns, &at_ns) != RESTART_REFUSED;
}

/* What the end of a worker means for the next start. */
static enum restart_end charge_end(struct pool *pool, const struct connection *worker, uint64_t now_ns) {
  const enum restart_end end = end_of(worker);
  return end == RESTART_END_FAILED && worker->served ? pool_charge_death(pool, worker, now_ns) : end;
}

void pool_bury(struct pool *pool, uint32_t index, uint64_t now_ns) {
  struct connection *worker = pool->workers[index];
  pool->workers[index] = NULL;
  const enum restart_end end = charge_end(pool, worker, now_ns);
  note_end(pool, &worker->restart, end, now_ns);
  if (end == RESTART_END_CLEAN) {
    stats_note_retirement(pool->stats, worker->process.pid, worker->calls_given, now_ns);
  } else {
    const uint32_t phase = worker->served         ? LLMB_PHASE_GENERATE
                           : worker->name[0] == 0 ? LLMB_PHASE_START
                                                  : LLMB_PHASE_LOAD;
    llmb_error failure;
    llmb_error_init(&failure);
    connection_describe_end(worker, phase, &failure);
    error_copy_text(failure.engine, sizeof failure.engine, pool->launch.engine, strlen(pool->launch.engine), 0);
    failure.retry_safe = 1;
    error_copy(&pool->start_failure, &failure);
    stats_note_failure(pool->stats, worker->process.pid, worker->served, &failure, now_ns);
    pool->start_forgiven = !worker->served && !pool->start_forgiven && may_pass(pool, worker, &failure, now_ns);
    /* Those who wait for this start get its failure, unless another worker may still serve them. */
    if (!pool->start_forgiven && !worker->served && fails_all(pool, end)) queue_fail(pool, &failure);
  }
  stats_note_breaker(pool->stats, &pool->restart, now_ns);
  connection_release(worker);
}
