/* How a worker ended, in words. */
#ifndef LLMB_CONNECTION_END_H
#define LLMB_CONNECTION_END_H

#include "pool/connection.h"

/* Describes its end in *error: status, message, exit, log. For a death that no one intended. */
void connection_describe_end(const struct connection *connection, uint32_t phase, llmb_error *error);

#endif
