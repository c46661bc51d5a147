/* Named maxima and policy numbers of the pool. */
#ifndef LLMB_POOL_LIMITS_H
#define LLMB_POOL_LIMITS_H

#include <stdint.h>

enum {
  POOL_WORKERS_MAX = 64,
  POOL_ATTEMPTS_MAX = 6, /* engines one call is given to, whatever the reason */
  POOL_POLL_ITEMS_MAX = 2 * POOL_WORKERS_MAX + 64
};

/* How long after its socket closed an engine may take to end by itself, so that its true exit status is learnt. */
#define POOL_LAST_BREATH_NS UINT64_C(1000000000)

/* How long a close waits for workers to end before it kills them, and then for their deaths to be reported. */
#define POOL_CLOSE_IDLE_NS UINT64_C(500000000)
#define POOL_CLOSE_KILLED_NS UINT64_C(2000000000)

#endif
