#include "api/call_schema.h"

#include <stdio.h>

#include "api/call_tell.h"
#include "api/schema_use.h"
#include "api/tools_use.h"
#include "core/error.h"
#include "schema/schema_stream.h"

enum { TOLD_SIZE_MAX = 1024 }; /* bytes of what an engine is told of its answer */

llmb_status call_schema_begin(llmb_call *call, const llmb_settings *settings, llmb_error *error) {
  const struct setting_value *schema = &settings->values[SETTING_JSON_SCHEMA];
  const struct setting_value *retries = &settings->values[SETTING_SCHEMA_RETRIES];
  struct tools_use *tools = NULL;
  if (call->kind != LLMB_REQUEST_GENERATE) return LLMB_OK;
  const bool is_strict = settings->values[SETTING_SCHEMA_MODE].integer == CHOICE_SCHEMA_STRICT;
  struct schema_entry *entry = NULL;
  llmb_error inner;
  llmb_error_init(&inner);
  llmb_status status = tools_use_open(settings, &call->bridge->schemas, &tools, error);
  if (status != LLMB_OK) return status;
  if (schema->source != SETTING_FROM_DEFAULT) {
    status = schema_cache_get(&call->bridge->schemas, schema->text, is_strict, &entry, &inner);
    if (status != LLMB_OK) {
      tools_use_close(tools);
      return error_set(error, status, LLMB_PHASE_CONFIGURE, "json_schema: %s", inner.message);
    }
  } else if (tools == NULL) {
    return LLMB_OK;
  }
  status = schema_use_open(entry, tools, &call->schema);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the schema");
  call->schema->retries_left = (uint32_t)retries->integer;
  call->schema->retries_were_asked = retries->source != SETTING_FROM_DEFAULT;
  return LLMB_OK;
}

static bool refuse(const llmb_call *call, const char *what, const llmb_error *error, bool engine_ended,
                   struct call_verdict *verdict) {
  call->schema->is_refused = error->status == LLMB_E_OUTPUT_INVALID;
  verdict_fail(verdict, error->status, LLMB_PHASE_VALIDATE, engine_ended, "the answer (%s): %s", what, error->message);
  return false;
}

bool call_schema_take(const llmb_call *call, const uint8_t *text, uint64_t size, struct call_verdict *verdict) {
  llmb_error error;
  if (call->schema == NULL || call->schema->stream == NULL) return true;
  llmb_error_init(&error);
  const llmb_status status = schema_stream_take(call->schema->stream, (const char *)text, size, false, &error);
  return status == LLMB_OK || refuse(call, "json_schema", &error, false, verdict);
}

bool call_tools_end(const llmb_call *call, uint32_t finish_reason, struct call_verdict *verdict) {
  const struct call_aside *reasoning = &call->aside[LLMB_ASIDE_REASONING - 1];
  const struct call_aside *calls = &call->aside[LLMB_ASIDE_TOOL_CALLS - 1];
  const struct tools_use *tools = call->schema != NULL ? call->schema->tools : NULL;
  llmb_error error;
  uint64_t valid_size = 0;
  if (utf8_check((const uint8_t *)reasoning->text, reasoning->size, &valid_size) != UTF8_VALID) {
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, true, "the reasoning is not UTF-8");
  } else if ((calls->size > 0) != (finish_reason == LLMB_FINISH_TOOL_CALLS)) {
    verdict_break(verdict, LLMB_PHASE_GENERATE, "a finish reason that does not fit the calls of tools");
  } else if (tools == NULL && calls->size > 0) {
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, true, "a tool is called, and there are no tools");
  } else if (tools != NULL) {
    llmb_error_init(&error);
    const llmb_status status = tools_use_check(tools, calls->text, calls->size, &error);
    if (status == LLMB_OK) return true;
    if (finish_reason == LLMB_FINISH_LENGTH) call->schema->is_truncated = true;
    refuse(call, finish_reason == LLMB_FINISH_LENGTH ? "tools, truncated" : "tools", &error, true, verdict);
    if (call->schema->is_truncated) call->schema->is_refused = false;
  }
  return verdict->finding == CALL_DONE;
}

bool call_schema_end(const llmb_call *call, uint32_t finish_reason, struct call_verdict *verdict) {
  llmb_error error;
  struct schema_use *use = call->schema;
  if (use == NULL || use->stream == NULL) return true;
  llmb_error_init(&error);
  if (finish_reason == LLMB_FINISH_LENGTH && schema_stream_is_open(use->stream)) {
    use->is_truncated = true;
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, true,
                 "the answer (json_schema) is truncated: it ends inside its value, for want of tokens (max_tokens, "
                 "context)");
    return false;
  }
  const llmb_status status = schema_stream_take(use->stream, "", 0, true, &error);
  return status == LLMB_OK || refuse(call, "json_schema", &error, true, verdict);
}

/* Whether nobody has seen any of the answer. */
static bool is_unseen(const llmb_call *call) {
  return !call->delivered || call->is_told_whole;
}

bool call_schema_asks_again(llmb_call *call, bool acts, uint64_t now_ns) {
  struct schema_use *use = call->schema;
  char told[TOLD_SIZE_MAX];
  if (use == NULL || !use->is_refused || use->retries_left == 0 || !is_unseen(call)) return false;
  /* A command may have effects: it is run again only where the caller has asked for that. */
  if (acts && !use->retries_were_asked) return false;
  if (now_ns >= call->deadline_ns || atomic_load(&call->cancel_requested) || atomic_load(&call->bridge->closing)) {
    return false;
  }
  snprintf(told, sizeof told, "Your last answer was refused: %s. Answer again, %s.", call->error.message,
           use->tools != NULL ? "and call tools as they are described" : "with nothing but valid JSON");
  if (schema_use_begin_anew(use) != LLMB_OK || call_tell(&call->request, told) != LLMB_OK) return false;
  use->retries_left--;
  return true;
}

bool call_schema_has_begun_anew(const llmb_call *call) {
  if (call->schema == NULL || !call->schema->has_begun_anew) return false;
  call->schema->has_begun_anew = false;
  return true;
}
