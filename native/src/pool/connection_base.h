/* The object of a worker, from its making to its end. */
#ifndef LLMB_CONNECTION_BASE_H
#define LLMB_CONNECTION_BASE_H

#include "pool/connection.h"

/* The object of a worker that has nothing yet; and its slots, once it has a region. */
llmb_status connection_create(uint32_t slot_count, struct connection **out);
void connection_make_slots(struct connection *connection);

/* Closes what a worker that is a shared engine has of its server's: the engine loses this host, and goes on. */
void connection_part(struct connection *connection);

struct connection *connection_retain(struct connection *connection);
struct connection *connection_release(struct connection *connection); /* returns NULL */

/* In a forked child: closes the descriptors of a worker of the parent's, and ends nothing. */
void connection_abandon(struct connection *connection);

#endif
