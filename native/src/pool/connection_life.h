/* The steps of a worker's life. */
#ifndef LLMB_CONNECTION_LIFE_H
#define LLMB_CONNECTION_LIFE_H

#include "pool/connection.h"

/* Performs one step of the worker's life and its action. */
void connection_apply(struct connection *connection, enum worker_event event, uint64_t now_ns);

/* Stops it for a reason that its calls will be told. */
void connection_fail(struct connection *connection, enum worker_event event, llmb_status failure, const char *reason,
                     uint64_t now_ns);

/* It is ready: from here on its growth counts. */
void connection_note_ready(struct connection *connection, uint64_t now_ns);

/* A slot's call is over for both sides. A worker that is to be replaced is dismissed with its last one. */
void connection_free_slot(struct connection *connection, struct slot *slot, uint64_t now_ns);

/* The engine does not give the slot's call up, and is others' too: the slot is left to it. The worker gets nothing
 * more, and is left with its last call. */
void connection_abandon_slot(struct connection *connection, struct slot *slot, uint64_t now_ns);

#endif
