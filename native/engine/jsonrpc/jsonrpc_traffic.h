/* What goes to a session's daemon, and what comes from it. */
#ifndef LLMB_JSONRPC_TRAFFIC_H
#define LLMB_JSONRPC_TRAFFIC_H

#include "engine/jsonrpc/jsonrpc_session.h"

/* Sends what waits, as far as the daemon may have more; accepts each request as its line is about to be written. */
void traffic_send_waiting(struct session *session, uint64_t now_ns);

void traffic_send_ping(struct session *session, uint64_t now_ns);

void traffic_send_cancel(struct session *session, const struct call *call);

/* Takes the lines that have come; sets session->more. NULL, or how the daemon broke the protocol: session->breach. */
const char *traffic_receive(struct session *session, uint64_t now_ns);

#endif
