/* A worker that is a shared engine: found, or started, through its server. The host only connects, sends one greeting
 * and listens; all descriptors come from the server. It never ends an engine: it leaves. */
#ifndef LLMB_CONNECTION_SHARE_H
#define LLMB_CONNECTION_SHARE_H

#include "pool/connection.h"

/* Makes a worker whose engine is looked for. */
llmb_status connection_share_open(const struct launch *launch, struct connection **out, llmb_error *error);

/* Takes in what server and candidate have said; true if anything changed. Never blocks. */
bool connection_share_step(struct connection *connection, uint64_t now_ns);

/* What to poll for them. */
os_handle connection_share_polled(const struct connection *connection);

/* When it next needs a look. */
uint64_t connection_share_next_look_ns(const struct connection *connection);

#endif
