/* Who pays for the death of an engine that had got ready: the pool, or the requests that it worked on. */
#ifndef LLMB_POOL_BLAME_H
#define LLMB_POOL_BLAME_H

#include "pool/pool.h"

/* Charges the death: what it is to the restart policy. */
enum restart_end pool_charge_death(struct pool *pool, const struct connection *worker, uint64_t now_ns);

/* It is known whether the call has ended an engine that it shared: cleared if it got on since, or ends with an answer.
 */
void pool_settle_suspect(struct pool *pool, struct pool_ticket *ticket, bool cleared, uint64_t now_ns);

#endif
