/* Starting an engine. */
#ifndef LLMB_KEEPER_SPAWN_H
#define LLMB_KEEPER_SPAWN_H

#include <sys/resource.h>

#include "keeper/keeper_engine.h"
#include "keeper/keeper_protocol.h"

/* Starts it, and adds it to the table; or tells the host why not. Takes both handles over. */
void keeper_spawn_engine(struct engine_table *table, const struct keeper_spawn_request *request, os_handle socket,
                         os_handle events, const struct rlimit *descriptor_limit);

#endif
