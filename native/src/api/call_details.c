/* What is known of a call beyond its result, as JSON: it can grow without changing a struct that hosts have compiled
 * in. */
#include "api/call_object.h"
#include "api/bridge_object.h"
#include "api/schema_use.h"
#include "api/session_use.h"
#include "core/error.h"
#include "core/json_writer.h"

#include <llmbridge/engine.h>

llmb_status llmb_call_details(const llmb_call *call, char **out_json) {
  if (out_json == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out_json = NULL;
  if (call == NULL) return LLMB_E_INVALID_ARGUMENT;
  llmb_status status = bridge_check(call->bridge, NULL);
  if (status != LLMB_OK) return status;
  if (!call->ended) return LLMB_E_NOT_READY;
  struct json_writer writer;
  const bool succeeded = call->outcome == LLMB_OK;
  json_writer_begin(&writer);
  json_object_open(&writer);
  json_key(&writer, "cached_prompt_tokens");
  json_integer(&writer, succeeded ? call->cached_prompt_tokens : 0);
  json_key(&writer, "replaced");
  json_integer(&writer, succeeded ? call->replaced : 0);
  if (call->was_resumed) {
    json_key(&writer, "resumed");
    json_text(&writer, call->origin_lost ? "otherwise" : "alike");
  }
  const uint32_t constrained = succeeded ? call->constrained : LLMB_CONSTRAINED_NONE;
  if (call->schema != NULL || constrained != LLMB_CONSTRAINED_NONE) {
    json_key(&writer, "constrained");
    json_text(&writer, constrained == LLMB_CONSTRAINED_FULL      ? "full"
                       : constrained == LLMB_CONSTRAINED_PARTIAL ? "partial"
                                                                 : "none");
  }
  if (call->schema != NULL) {
    json_key(&writer, "truncated");
    json_boolean(&writer, call->schema->is_truncated);
  }
  if (succeeded && call->tool_parse != LLMB_TOOL_PARSE_NONE) {
    json_key(&writer, "tool_parse");
    json_text(&writer, call->tool_parse == LLMB_TOOL_PARSE_FAILED ? "failed" : "parsed");
  }
  if (succeeded && call->aside[LLMB_ASIDE_REASONING - 1].size > 0) {
    json_key(&writer, "reasoning");
    json_boolean(&writer, true);
  }
  if (succeeded && call->logprobs.count > 0) {
    json_key(&writer, "logprobs");
    json_boolean(&writer, true);
  }
  if (call->session != NULL) session_use_write(call->session, &writer);
  json_object_close(&writer);
  return json_writer_finish(&writer, out_json);
}
