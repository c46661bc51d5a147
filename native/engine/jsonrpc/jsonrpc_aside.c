#include "engine/jsonrpc/jsonrpc_aside.h"

#include <stdio.h>
#include <string.h>

#include "core/json_check.h"
#include "core/json_writer.h"
#include "core/memory.h"

/* Arguments may come as a string that holds them; one that holds no JSON stays a string, which the host refuses. */
static bool write_arguments(struct json_writer *writer, struct json_value arguments) {
  void *block = NULL;
  json_key(writer, "arguments");
  if (arguments.kind != JSON_STRING) {
    json_verbatim(writer, arguments.text, arguments.size);
    return true;
  }
  if (memory_allocate(arguments.size + 1, &block) != LLMB_OK) return false;
  const uint64_t size = json_string_copy(arguments, block);
  const bool is_json = json_check(block, size, NULL, NULL) == LLMB_OK;
  json_verbatim(writer, is_json ? block : arguments.text, is_json ? size : arguments.size);
  memory_release(block);
  return true;
}

static bool write_call(struct json_writer *writer, struct json_value call, unsigned number) {
  char made[32];
  const struct json_value function = json_member(call, "function"), id = json_member(call, "id");
  const struct json_value of = function.kind == JSON_OBJECT ? function : call;
  const struct json_value name = json_member(of, "name"), arguments = json_member(of, "arguments");
  if (call.kind != JSON_OBJECT || name.kind != JSON_STRING) return false;
  json_object_open(writer);
  json_key(writer, "id");
  snprintf(made, sizeof made, "call_%u", number);
  if (id.kind == JSON_STRING && id.size > 2) {
    json_verbatim(writer, id.text, id.size);
  } else {
    json_text(writer, made);
  }
  json_key(writer, "name");
  json_verbatim(writer, name.text, name.size);
  const bool is_written = arguments.kind == JSON_ABSENT || write_arguments(writer, arguments);
  if (arguments.kind == JSON_ABSENT) {
    json_key(writer, "arguments");
    json_verbatim(writer, "{}", 2);
  }
  json_object_close(writer);
  return is_written;
}

static bool take_calls(struct answer_aside *aside, struct json_value calls, const char **out_wrong) {
  struct json_writer writer;
  struct json_value call;
  uint64_t at = 0;
  unsigned count = 0;
  if (calls.kind == JSON_ABSENT || calls.kind == JSON_NULL) return true;
  *out_wrong = "tool_calls that are no array of {\"id\", \"name\", \"arguments\"}";
  if (calls.kind != JSON_ARRAY) return false;
  if (!json_next(calls, &at, NULL, &call)) return true; /* there are none */
  json_writer_begin(&writer);
  json_array_open(&writer);
  bool is_good = true;
  for (at = 0; is_good && json_next(calls, &at, NULL, &call);) is_good = write_call(&writer, call, ++count);
  json_array_close(&writer);
  if (json_writer_finish(&writer, &aside->calls) != LLMB_OK) *out_wrong = NULL;
  if (!is_good) aside->calls = memory_release(aside->calls);
  return aside->calls != NULL;
}

bool aside_take(struct answer_aside *aside, struct json_value result, const char **out_wrong) {
  const struct json_value reasoning = json_member(result, "reasoning");
  *out_wrong = NULL;
  if (reasoning.kind == JSON_STRING && reasoning.size > 2) {
    if (tool_buffer_reserve(&aside->reasoning, reasoning.size) != LLMB_OK) return false;
    aside->reasoning.size = json_string_copy(reasoning, aside->reasoning.bytes);
  }
  return take_calls(aside, json_member(result, "tool_calls"), out_wrong);
}

llmb_status aside_write_reasoning(struct answer_aside *aside, llmb_request *request) {
  if (aside->reasoning.size == 0) return LLMB_OK;
  const llmb_status status =
      llmb_request_write_aside(request, LLMB_ASIDE_REASONING, aside->reasoning.bytes, aside->reasoning.size);
  if (status == LLMB_OK) tool_buffer_clear(&aside->reasoning);
  return status;
}

llmb_status aside_write_calls(struct answer_aside *aside, llmb_request *request) {
  if (aside->calls == NULL) return LLMB_OK;
  const llmb_status status =
      llmb_request_write_aside(request, LLMB_ASIDE_TOOL_CALLS, aside->calls, strlen(aside->calls));
  if (status == LLMB_OK) aside->calls = memory_release(aside->calls);
  return status;
}

void aside_clear(struct answer_aside *aside) {
  tool_buffer_clear(&aside->reasoning);
  aside->calls = memory_release(aside->calls);
}
