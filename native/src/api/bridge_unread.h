/* What a bridge does for calls whose callers are elsewhere, so that their answers keep no slot from others. */
#ifndef LLMB_BRIDGE_UNREAD_H
#define LLMB_BRIDGE_UNREAD_H

#include "api/bridge_object.h"

/* Under the lock: takes the answers that nobody reads into their calls. Of all engines, or only of those that calls
 * wait for. A look at each slot, and at most a ring of bytes from it. */
void bridge_absorb_unread(llmb_bridge *bridge, bool all, uint64_t now_ns);

/* Sleeps once until something may have changed for a queued ticket or until_ns passes, driving the pool that the ticket
 * is in, and listening to the slots of calls that nobody reads. */
void bridge_await_ticket(llmb_bridge *bridge, struct pool *pool, struct pool_ticket *ticket, uint64_t until_ns);

#endif
