/* A request of the host's as a JSON-RPC request. */
#ifndef LLMB_JSONRPC_REQUEST_H
#define LLMB_JSONRPC_REQUEST_H

#include <llmbridge/engine.h>

#include "core/json_writer.h"

void request_write(struct json_writer *writer, llmb_request *request, uint64_t id);

/* A request without parameters. */
void request_write_bare(struct json_writer *writer, const char *method, uint64_t id);

/* The notification that nobody wants the answer any more. */
void request_write_cancel(struct json_writer *writer, uint64_t id);

#endif
