/* What a shared engine's server says to it: who its clients are. */
#ifndef LLMB_ENGINE_ORDERS_H
#define LLMB_ENGINE_ORDERS_H

#include "channel/engine_channel.h"

/* Whether the server has said something, or taken a client away, since engine_take_orders. */
bool engine_has_orders(const llmb_engine *engine);
void engine_take_orders(llmb_engine *engine);

#endif
