/* How a host finds the server of a shared engine: it connects, or has a candidate started and then connects. */
#ifndef LLMB_CONNECTION_FIND_H
#define LLMB_CONNECTION_FIND_H

#include "pool/connection.h"

/* Tries to connect; orders a candidate where nobody can be connected to. True if anything changed. */
bool connection_look(struct connection *connection, uint64_t now_ns);

/* Listens to the candidate, and sees to it that it is started. True if anything changed. */
bool connection_await_candidate(struct connection *connection, uint64_t now_ns);

/* There will be no engine. */
void connection_fail_start(struct connection *connection, llmb_status status, const char *reason, uint64_t now_ns);

#endif
