/* What a bridge does for calls whose callers are elsewhere, so that their answers keep no slot from others. */
#ifndef LLMB_BRIDGE_UNREAD_H
#define LLMB_BRIDGE_UNREAD_H

#include "api/bridge_object.h"
#include "pool/pool_poll.h"

/* Under the lock: takes the answers that nobody reads into their calls. Of all engines, or only of those that calls
 * wait for. A look at each slot, and at most a ring of bytes from it. Returns when a limit of one of these calls passes
 * at the earliest: nothing else may tell of it. */
uint64_t bridge_absorb_unread(llmb_bridge *bridge, bool all, uint64_t now_ns);

/* The same for those that calls wait for, before a sleep: it ends at that limit at the latest. */
void bridge_absorb_before_sleep(llmb_bridge *bridge, struct pool_poll *poll);

/* Sleeps once until something may have changed for a queued ticket, or `other` has news (OS_HANDLE_NONE: there is
 * none), or until_ns passes, driving the pool that the ticket is in, and listening to the slots of calls that nobody
 * reads. */
void bridge_await_ticket(llmb_bridge *bridge, struct pool *pool, struct pool_ticket *ticket, os_handle other,
                         uint64_t until_ns);

#endif
