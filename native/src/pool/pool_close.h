/* Ending the workers of a pool, in steps between which whoever closes it waits without the bridge's lock. Each step is
 * called under the lock. */
#ifndef LLMB_POOL_CLOSE_H
#define LLMB_POOL_CLOSE_H

#include "pool/pool.h"

/* Fails all that wait; asks idle engines to end, and kills the others. */
void pool_close_begin(struct pool *pool, uint64_t now_ns);

/* Kills the engines that were asked and have not ended. */
void pool_close_kill(struct pool *pool, uint64_t now_ns);

/* Lets go of the workers whose end is still not known, and of the keeper. */
void pool_close_finish(struct pool *pool, uint64_t now_ns);

/* Whether the end of a worker is not known yet. */
bool pool_has_workers(const struct pool *pool);

#endif
