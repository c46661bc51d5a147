/* A client of an engine: one host's connection. */
#ifndef LLMB_ENGINE_CLIENT_H
#define LLMB_ENGINE_CLIENT_H

#include "channel/engine_channel.h"

/* Links the client's requests to its region. */
void engine_client_prepare(llmb_engine *engine, struct engine_client *client);

/* Nothing of it is wanted any more. */
void engine_client_lose(struct engine_client *client);

/* Closes and frees what it has, but not itself. */
void engine_client_clear(struct engine_client *client);

/* What decides whose turn it is. */
struct fair_seat engine_client_seat(const struct engine_client *client, uint64_t now_ns);

#endif
