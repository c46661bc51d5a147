/* What happens to a worker. */
#ifndef LLMB_CONNECTION_EVENTS_H
#define LLMB_CONNECTION_EVENTS_H

#include "pool/connection.h"

/* Takes in what the engine and the keeper have said; true if anything changed. Never blocks. */
bool connection_step(struct connection *connection, uint64_t now_ns);

/* What to poll for the greeting of the keeper that is to start the engine; OS_HANDLE_NONE if that is not waited for. */
os_handle connection_greeting(const struct connection *connection);

/* When it next needs a look without anything having happened; LLMB_NEVER if never. */
uint64_t connection_next_look_ns(const struct connection *connection);

#endif
