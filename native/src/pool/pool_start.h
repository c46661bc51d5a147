/* Starting workers: as many as the queue can use and the policies allow. Under the bridge's lock. */
#ifndef LLMB_POOL_START_H
#define LLMB_POOL_START_H

#include "pool/pool.h"

/* Whether a worker is ready, or one is on its way. */
bool pool_ready(const struct pool *pool);
bool pool_starting(const struct pool *pool);

/* Has as many workers started as the queue can use and the policy allows. */
void pool_start_as_needed(struct pool *pool, uint64_t now_ns);

/* A worker has ended: what its calls find, they find themselves; here it only makes room. */
void pool_bury(struct pool *pool, uint32_t index, uint64_t now_ns);

#endif
