/* The places of a shared engine: whose request is in which, and what its work is counted for. */
#ifndef LLMB_ENGINE_TURN_H
#define LLMB_ENGINE_TURN_H

#include "channel/engine_channel.h"

/* A request of a shared engine was accepted; work was done for it; it is over. */
void engine_turn_accepted(struct llmb_request *request, bool has_guard);
void engine_turn_charge(struct llmb_request *request, uint64_t tokens);
void engine_turn_over(struct llmb_request *request);

/* Whether the server has called it off. */
bool engine_is_called_off(const struct llmb_request *request);

#endif
