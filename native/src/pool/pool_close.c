#include "pool/pool_close.h"

#include <stddef.h>

#include "core/error.h"
#include "core/memory.h"
#include "platform/os_socket.h"
#include "pool/connection.h"
#include "pool/connection_base.h"
#include "pool/connection_life.h"
#include "pool/pool_queue.h"

void pool_close_begin(struct pool *pool, uint64_t now_ns) {
  llmb_error closed;
  llmb_error_init(&closed);
  error_set(&closed, LLMB_E_CANCELLED, LLMB_PHASE_STOP, "the bridge was closed");
  queue_fail(pool, &closed);
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    struct connection *worker = pool->workers[i];
    if (worker == NULL) continue;
    if (worker->share.stage != SHARE_NONE) {
      /* It goes on for others. */
      if (worker->failure == LLMB_OK) worker->dismissed = true;
      connection_fail(worker, WORKER_TIMED_OUT, LLMB_E_CANCELLED, "the bridge was closed", now_ns);
      continue;
    }
    /* An idle engine that finds its host gone ends by itself, properly; a busy one might take its time. */
    if (worker->state == WORKER_READY && worker->busy_count == 0) {
      os_socket_end(worker->socket);
    } else {
      connection_fail(worker, WORKER_TIMED_OUT, LLMB_E_CANCELLED, "the bridge was closed", now_ns);
    }
    connection_ring_owners(worker);
  }
}

void pool_close_kill(struct pool *pool, uint64_t now_ns) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) connection_apply(pool->workers[i], WORKER_TIMED_OUT, now_ns);
  }
}

void pool_close_finish(struct pool *pool, uint64_t now_ns) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] == NULL) continue;
    /* The keeper will see to it; here nobody waits for it any more. */
    pool->workers[i]->end.exit_kind = LLMB_EXIT_UNKNOWN;
    connection_apply(pool->workers[i], WORKER_EXITED, now_ns);
    pool->workers[i] = connection_release(pool->workers[i]);
  }
  pool->keeper = keeper_hold_release(pool->keeper);
  pool->info = memory_release(pool->info);
}

bool pool_has_workers(const struct pool *pool) {
  for (uint32_t i = 0; i < pool->worker_count_max; i++) {
    if (pool->workers[i] != NULL) return true;
  }
  return false;
}
