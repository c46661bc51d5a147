/* The end of a request. */
#ifndef LLMB_ENGINE_SLOT_H
#define LLMB_ENGINE_SLOT_H

#include "channel/engine_channel.h"

/* Whether the host has no use for this request's answer any more. */
bool engine_is_unwanted(const struct llmb_request *request);

/* Gives the slot back after the request's last frame was written. */
void engine_request_reset(struct llmb_request *request);

#endif
