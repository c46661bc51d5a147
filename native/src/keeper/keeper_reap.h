/* Ended processes, and those that an ended engine left behind. */
#ifndef LLMB_KEEPER_REAP_H
#define LLMB_KEEPER_REAP_H

#include "keeper/keeper_engine.h"

/* Reaps every ended child, tells the hosts of engines, and kills what they left. True when some of that was still
 * there, so that another look is due. */
bool keeper_reap(struct engine_table *table);

/* Kills every engine and all that they started, and waits for it, at most KEEPER_REAP_TIMEOUT_NS. `signals` is readable
 * when a child has ended. */
void keeper_reap_all(struct engine_table *table, os_handle signals);

#endif
