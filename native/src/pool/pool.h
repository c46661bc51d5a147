/* The workers of a bridge and the calls that wait for them. Everything here is called under the bridge's lock. */
#ifndef LLMB_POOL_H
#define LLMB_POOL_H

#include "pool/connection.h"
#include "pool/pool_limits.h"
#include "pool/pool_stats.h"
#include "pool/death_case.h"
#include "pool/death_row.h"
#include "pool/restart_policy.h"
#include "pool/retry_budget.h"
#include "pool/ticket.h"

struct pool {
  struct launch launch;
  struct keeper_hold *keeper; /* held from the first start on, so that the keeper outlives its engines */
  struct waker *pump;         /* wakes the bridge's pump; not this struct's own */
  struct connection *workers[POOL_WORKERS_MAX];
  uint32_t worker_count_max, queue_count_max, queue_count;
  struct pool_ticket *queue_first, *queue_last;
  char *info;                    /* what the last ready engine said of itself */
  uint32_t layers;               /* of its sandbox */
  struct recycle_limits recycle; /* filled by the caller too */
  struct restart_policy restart;
  struct retry_budget retries;
  struct death_row deaths;  /* of engines that had got ready */
  struct death_cases cases; /* of those that had several calls */
  bool start_forgiven;      /* the last start failed of what may pass, and is tried once more */
  uint64_t start_at_ns;     /* when a worker that is needed may be started; LLMB_NEVER if none is put off */
  llmb_error start_failure; /* of the last start that failed; status LLMB_OK if the last one did not */
  struct pool_stats *stats;
};

/* Prepares the queue; launch, limits and policies are filled by the caller, waker and counters are the caller's. */
void pool_open(struct pool *pool, struct waker *pump, struct pool_stats *stats);

/* Finds a slot for the ticket, or queues it (and sees to it that a worker is started), or says LLMB_E_OVERLOADED. When
 * no worker can be started its failure is returned. */
llmb_status pool_enter(struct pool *pool, struct pool_ticket *ticket, uint64_t now_ns, llmb_error *error);

/* A ticket that had to be alone need not be any more: its worker takes others again. */
void pool_share(struct pool *pool, struct pool_ticket *ticket, uint64_t now_ns);

/* Takes a ticket out of the queue or out of its slot. A slot whose call the engine has not ended yet (ended false)
 * drains: the engine is asked to cancel, and killed when its grace is over. */
void pool_leave(struct pool *pool, struct pool_ticket *ticket, bool ended, uint64_t now_ns);

/* Takes in what has happened to the workers and acts on it: places queued tickets, fails them, starts workers. */
void pool_step(struct pool *pool, uint64_t now_ns);

/* A call of this worker has succeeded: it is well. */
void pool_note_success(struct pool *pool, struct connection *worker, uint64_t now_ns);

/* Whether the calls that this worker had accepted before it died may be begun again. All of them are one to the budget:
 * their engine died once. */
bool pool_may_repeat(struct pool *pool, struct connection *worker, uint64_t now_ns);

/* In a forked child: closes the descriptors of the parent's workers, and ends nothing. */
void pool_abandon(struct pool *pool);

#endif
