/* Closing a bridge. */
#ifndef LLMB_BRIDGE_CLOSE_H
#define LLMB_BRIDGE_CLOSE_H

#include "api/bridge_object.h"

/* Ends all engines and waits for that, bounded; nobody may hold the lock. */
void bridge_end_workers(llmb_bridge *bridge);

#endif
