/* What a bridge does for calls whose callers are elsewhere, so that their answers keep no slot from others. */
#ifndef LLMB_BRIDGE_UNREAD_H
#define LLMB_BRIDGE_UNREAD_H

#include "api/bridge_object.h"

/* Under the lock: takes the answers that nobody reads into their calls. Of all engines, or only of those that calls
 * wait for. A look at each slot, and at most a ring of bytes from it. */
void bridge_absorb_unread(llmb_bridge *bridge, bool all, uint64_t now_ns);

#endif
