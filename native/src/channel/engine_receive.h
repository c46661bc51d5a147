/* Requests as they come in. */
#ifndef LLMB_ENGINE_RECEIVE_H
#define LLMB_ENGINE_RECEIVE_H

#include "channel/engine_channel.h"

/* Takes in what has come for the slot; *out_complete says that the engine can have the request. A request that breaks
 * the protocol is LLMB_E_PROTOCOL_ERROR: the host is not one of ours. */
llmb_status engine_receive(struct llmb_request *request, bool *out_complete);

/* The engine gets a request that is complete. */
void engine_receive_begin(struct llmb_request *request);

#endif
