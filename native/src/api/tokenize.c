/* Texts to tokens and back, as the engine's model divides them. Tokens travel as a JSON array of numbers. */
#include <string.h>

#include "api/call_object.h"
#include "api/call_read.h"
#include "api/call_start.h"
#include "core/error.h"
#include "core/json_check.h"
#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/memory.h"

llmb_status llmb_tokenize_start(llmb_bridge *bridge, const uint8_t *text, uint64_t size, const llmb_settings *settings,
                                llmb_call **out_call, llmb_error *out_error) {
  const struct call_input input = {
      .kind = LLMB_REQUEST_TOKENIZE, .items = &text, .sizes = &size, .count = 1, .what = "text"};
  return call_start(bridge, &input, settings, out_call, out_error);
}

llmb_status llmb_detokenize_start(llmb_bridge *bridge, const int32_t *tokens, uint64_t count,
                                  const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error) {
  if (out_call != NULL) *out_call = NULL;
  if ((tokens == NULL && count > 0) || count > CHANNEL_INPUT_SIZE_MAX) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "tokens is NULL, or %llu tokens are more than can be told", (unsigned long long)count);
  }
  struct json_writer writer;
  char *text = NULL;
  json_writer_begin(&writer);
  json_array_open(&writer);
  for (uint64_t i = 0; i < count; i++) json_integer(&writer, tokens[i]);
  json_array_close(&writer);
  llmb_status status = json_writer_finish(&writer, &text);
  if (status != LLMB_OK) return error_set(out_error, status, LLMB_PHASE_CONFIGURE, "no memory for the tokens");
  const uint8_t *item = (const uint8_t *)text;
  const uint64_t size = strlen(text);
  const struct call_input input = {
      .kind = LLMB_REQUEST_DETOKENIZE, .items = &item, .sizes = &size, .count = 1, .what = "tokens"};
  status = call_start(bridge, &input, settings, out_call, out_error);
  memory_release(text);
  return status;
}

/* A token's number; false for what is none. */
static bool read_token(struct json_value value, int32_t *out) {
  int64_t number = 0;
  if (value.kind != JSON_NUMBER || value.size > 10) return false;
  for (uint64_t i = 0; i < value.size; i++) {
    if (value.text[i] < '0' || value.text[i] > '9') return false;
    number = number * 10 + value.text[i] - '0';
  }
  *out = (int32_t)number;
  return number <= INT32_MAX;
}

/* What the engine has said becomes an array; no token has less than two bytes, its comma or bracket counted. */
static llmb_status read_tokens(const char *text, uint64_t size, int32_t **out_tokens, uint64_t *out_count,
                               llmb_error *error) {
  void *memory = NULL;
  struct json_value token;
  uint64_t count = 0;
  llmb_status status = memory_allocate((size / 2 + 1) * sizeof **out_tokens, &memory);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_VALIDATE, "no memory for the tokens");
  int32_t *tokens = memory;
  const bool is_json = json_check((const uint8_t *)text, size, NULL, NULL) == LLMB_OK;
  const struct json_value list = is_json ? json_read(text, size) : (struct json_value){0};
  bool is_list = list.kind == JSON_ARRAY;
  for (uint64_t at = 0; is_list && json_next(list, &at, NULL, &token);) is_list = read_token(token, &tokens[count++]);
  if (!is_list) {
    memory_release(memory);
    return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, "the engine's answer is no array of tokens");
  }
  *out_tokens = tokens;
  *out_count = count;
  return LLMB_OK;
}

llmb_status llmb_tokenize(llmb_bridge *bridge, const uint8_t *text, uint64_t size, const llmb_settings *settings,
                          int32_t **out_tokens, uint64_t *out_count, llmb_error *out_error) {
  if (out_tokens == NULL || out_count == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_tokens or out_count is NULL");
  }
  *out_tokens = NULL;
  *out_count = 0;
  char *json = NULL;
  uint64_t json_size = 0;
  llmb_call *call = NULL;
  llmb_status status = llmb_tokenize_start(bridge, text, size, settings, &call, out_error);
  if (status == LLMB_OK) status = call_read_all(call, &json, &json_size, out_error);
  if (status == LLMB_OK) status = read_tokens(json, json_size, out_tokens, out_count, out_error);
  memory_release(json);
  llmb_call_close(call);
  return status;
}

llmb_status llmb_detokenize(llmb_bridge *bridge, const int32_t *tokens, uint64_t count, const llmb_settings *settings,
                            char **out_text, uint64_t *out_size, llmb_error *out_error) {
  if (out_text == NULL || out_size == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_text or out_size is NULL");
  }
  *out_text = NULL;
  *out_size = 0;
  llmb_call *call = NULL;
  llmb_status status = llmb_detokenize_start(bridge, tokens, count, settings, &call, out_error);
  if (status == LLMB_OK) status = call_read_all(call, out_text, out_size, out_error);
  llmb_call_close(call);
  return status;
}
