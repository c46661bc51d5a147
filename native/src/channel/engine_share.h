/* An engine of several hosts: its places go from one to the other. */
#ifndef LLMB_ENGINE_SHARE_H
#define LLMB_ENGINE_SHARE_H

#include "channel/engine_channel.h"

/* Takes in what has come for all clients, and gives the engine the request whose turn it is, if it has a place. */
llmb_status engine_share_look(llmb_engine *engine, llmb_request **out_request);

#endif
