/* Named maxima and policy numbers of the pool. */
#ifndef LLMB_POOL_LIMITS_H
#define LLMB_POOL_LIMITS_H

#include <stdint.h>

enum {
  POOL_WORKERS_MAX = 64,
  POOL_MESSAGES_MAX = 64, /* an engine may send at once; a well-behaved one sends four in its life */
  POOL_ATTEMPTS_MAX = 6,  /* engines one call is given to, whatever the reason */
  POOL_POLL_ITEMS_MAX = 2 * POOL_WORKERS_MAX + 64
};

/* How long after its socket closed an engine may take to end by itself, so that its true exit status is learnt. */
#define POOL_LAST_BREATH_NS UINT64_C(1000000000)

/* How long after a kill the keeper may take to report the end, before it is held to have stopped working itself. */
#define POOL_KILLED_NS UINT64_C(2000000000)

/* How long the keeper may take to start an engine's process (not to load a model), for the same reason. */
#define KEEPER_SPAWN_TIMEOUT_NS UINT64_C(10000000000)

/* What a call may overrun its deadline for the start of a keeper, which otherwise takes a millisecond. */
#define POOL_KEEPER_PATIENCE_NS UINT64_C(1000000000)

/* How long a close waits for workers to end before it kills them, and then for their deaths to be reported. */
#define POOL_CLOSE_IDLE_NS UINT64_C(500000000)
#define POOL_CLOSE_KILLED_NS UINT64_C(2000000000)

/* Restarts: full jitter between a floor and a doubling ceiling, so that hosts do not march in step. */
#define POOL_BACKOFF_FIRST_NS UINT64_C(250000000)
#define POOL_BACKOFF_MIN_NS UINT64_C(100000000)
#define POOL_BACKOFF_MAX_NS UINT64_C(30000000000)
#define POOL_WELL_AFTER_NS UINT64_C(10000000000) /* ready this long, or a call answered: restarted at once */
#define POOL_GOOD_SPELL_NS UINT64_C(60000000000) /* ready this long and a call answered: all is forgotten */
#define POOL_BREAKER_FIRST_NS UINT64_C(5000000000)
#define POOL_BREAKER_MAX_NS UINT64_C(60000000000)
#define POOL_BREAKER_SPREAD_DIVISOR 5 /* plus or minus a fifth */

#endif
