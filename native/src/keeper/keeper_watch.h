/* The guards of all engines. */
#ifndef LLMB_KEEPER_WATCH_H
#define LLMB_KEEPER_WATCH_H

#include "keeper/keeper_engine.h"

/* Kills the engines with a guard that has passed; returns until when the keeper may sleep, which the others have been
 * told. */
uint64_t keeper_watch_guards(struct engine_table *table);

#endif
