/* What an engine tells its host of itself. */
#ifndef LLMB_ENGINE_SAY_H
#define LLMB_ENGINE_SAY_H

#include "channel/engine_channel.h"

/* Sends the host one message; waits for one that is behind, up to a limit. */
llmb_status engine_post(const llmb_engine *engine, const void *message, uint64_t size);

/* Tells the host that nothing more is accepted here. */
void engine_retire(llmb_engine *engine);

#endif
