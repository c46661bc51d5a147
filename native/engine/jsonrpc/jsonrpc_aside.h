/* What a daemon's result has beside the answer's text: `reasoning`, a string, and `tool_calls`. */
#ifndef LLMB_JSONRPC_ASIDE_H
#define LLMB_JSONRPC_ASIDE_H

#include <llmbridge/engine.h>

#include "core/json_reader.h"
#include "engine/tool/tool_buffer.h"

struct answer_aside {
  struct tool_buffer reasoning;
  char *calls; /* a JSON array as the host wants it; NULL for none */
};

/* Takes both out of a result. Calls are [{"id", "name", "arguments"}], arguments an object or the text of one, or as
 * servers say them, with name and arguments in `function`. False with *out_wrong where they are neither, or without
 * memory (*out_wrong is NULL then). */
bool aside_take(struct answer_aside *aside, struct json_value result, const char **out_wrong);

/* Hands on to the host what comes before the text, or behind it. LLMB_E_NOT_READY: there is more. */
llmb_status aside_write_reasoning(struct answer_aside *aside, llmb_request *request);
llmb_status aside_write_calls(struct answer_aside *aside, llmb_request *request);

void aside_clear(struct answer_aside *aside);

#endif
