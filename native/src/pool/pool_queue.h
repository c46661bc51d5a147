/* The calls that wait, and the worker that the next one gets. Under the bridge's lock. */
#ifndef LLMB_POOL_QUEUE_H
#define LLMB_POOL_QUEUE_H

#include "pool/pool.h"

void queue_append(struct pool *pool, struct pool_ticket *ticket);
/* Before those that never had a slot; behind those that begin apart, which hold up nobody for long. */
void queue_prepend(struct pool *pool, struct pool_ticket *ticket);
void queue_remove(struct pool *pool, struct pool_ticket *ticket);

/* All that wait get this failure. */
void queue_fail(struct pool *pool, const llmb_error *failure);

/* Those who sleep in the queue do not know yet what they now wait for: a slot that drains, and the time of its kill. */
void queue_ring(struct pool *pool);

/* Wakes whoever waits with this ticket. */
void ticket_ring(struct pool *pool, struct pool_ticket *ticket);

/* The worker with the fewest calls that takes this one too; NULL if none does. `reserved` takes none. */
struct connection *pool_least_loaded(const struct pool *pool, const struct pool_ticket *ticket,
                                     const struct connection *reserved);

/* The worker that will be empty first if it gets nothing more; NULL if none is ready. */
struct connection *pool_soonest_empty(const struct pool *pool);

/* Gives a call one of the worker's free slots. */
void pool_place(struct connection *worker, struct pool_ticket *ticket);

#endif
