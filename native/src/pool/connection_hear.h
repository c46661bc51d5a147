/* What a worker's engine says of itself. */
#ifndef LLMB_CONNECTION_HEAR_H
#define LLMB_CONNECTION_HEAR_H

#include "pool/connection.h"

/* Whether the engine is listened to: only from when the keeper has told which process it is, so that a worker
 * that is ready has a number and can be killed, until its end. Never a shared one: what it says comes from its server,
 * and the process that the keeper has told of meanwhile is a candidate's. */
bool connection_heard(const struct connection *connection);

/* Takes in what the engine has said; true if anything. One that never stops talking is broken off: its listener has a
 * deadline. */
bool connection_hear_engine(struct connection *connection, uint64_t now_ns);

/* The same of one message that came by its server. */
void connection_take_message(struct connection *connection, const uint8_t *message, uint64_t size, uint64_t now_ns);

/* Stops an engine that did what none may; `what` completes "the engine broke the protocol: ". */
void connection_breach(struct connection *connection, const char *what, uint64_t now_ns);

/* What to poll for a bell of the engine's; and taking its rings after a poll. An engine that rings without end has
 * broken the protocol. */
os_handle connection_bell_polled(const struct engine_bell *bell);
void connection_clear_bell(struct connection *connection, struct engine_bell *bell);

/* The bell that the caller of a slot listens to. A shared engine's is for all slots: who clears it wakes the others
 * that it may have been rung for. */
os_handle connection_slot_polled(const struct connection *connection, const struct slot *slot);
void connection_clear_slot(struct connection *connection, struct slot *slot);

#endif
