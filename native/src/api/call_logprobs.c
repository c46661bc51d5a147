#include "api/call_logprobs.h"

#include "api/bridge_object.h"
#include "core/json_check.h"
#include "core/json_logprobs.h"
#include "core/json_writer.h"

/* The comma at its beginning and the blank at its end make room for the brackets. */
bool call_logprobs_close(const llmb_call *call) {
  const uint64_t size = call->logprobs.count * sizeof *call->logprobs.items;
  char *text = (char *)call->logprobs.items;
  if (size == 0) return true;
  text[0] = '[';
  text[size - 1] = ']';
  return json_check((const uint8_t *)text, size, NULL, NULL) == LLMB_OK && json_is_logprobs(json_read(text, size));
}

llmb_status llmb_call_logprobs(const llmb_call *call, char **out_json) {
  if (out_json == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out_json = NULL;
  if (call == NULL) return LLMB_E_INVALID_ARGUMENT;
  llmb_status status = bridge_check(call->bridge, NULL);
  if (status != LLMB_OK) return status;
  if (!call->ended) return LLMB_E_NOT_READY;
  struct json_writer writer;
  const uint64_t size = call->logprobs.count * sizeof *call->logprobs.items;
  const bool has_any = size > 0 && call->outcome == LLMB_OK;
  json_writer_begin(&writer);
  json_verbatim(&writer, has_any ? (const char *)call->logprobs.items : "[]", has_any ? size : 2);
  return json_writer_finish(&writer, out_json);
}
