#include "engine/jsonrpc/jsonrpc_request.h"

#include <stdbool.h>
#include <string.h>

#include "core/json_check.h"
#include "core/json_reader.h"
#include "core/number_text.h"
#include "core/settings_set.h"

/* What is JSON in the setting stays JSON: the messages, several stop strings, biases. */
static bool is_json(const struct setting *setting, const char *text, uint64_t size) {
  const enum json_kind wanted = setting == &settings_table[SETTING_LOGIT_BIAS] ? JSON_OBJECT : JSON_ARRAY;
  return json_read(text, size).kind == wanted && json_check((const uint8_t *)text, size, NULL, NULL) == LLMB_OK;
}

static void write_number(struct json_writer *writer, const char *text, uint64_t size) {
  double value = 0;
  if (json_check((const uint8_t *)text, size, NULL, NULL) == LLMB_OK) {
    json_verbatim(writer, text, size);
  } else if (number_parse(text, &value)) { /* such as 007 */
    json_number(writer, value, NUMBER_DECIMALS_MAX);
  } else {
    json_null(writer);
  }
}

static void write_setting(struct json_writer *writer, const struct setting *setting, const char *text) {
  const uint64_t size = strlen(text);
  json_key(writer, setting->name);
  if (setting->type == SETTING_INTEGER || setting->type == SETTING_NUMBER) {
    write_number(writer, text, size);
  } else if (setting->type == SETTING_TEXT && is_json(setting, text, size)) {
    json_verbatim(writer, text, size);
  } else {
    json_text_sized(writer, text, size);
  }
}

static bool concerns(uint32_t kind, enum setting_id id) {
  if (settings_table[id].scope & SETTING_OF_BRIDGE) return false; /* the limits, which the library keeps itself */
  const bool of_vectors = id == SETTING_POOLING || id == SETTING_NORMALIZE;
  if (kind == LLMB_REQUEST_TOKENIZE || kind == LLMB_REQUEST_DETOKENIZE) return id == SETTING_SPECIAL;
  return (kind == LLMB_REQUEST_EMBED) == of_vectors;
}

static void write_settings(struct json_writer *writer, const llmb_request *request) {
  const char *text = NULL;
  for (uint32_t i = 0;; i++) {
    const char *name = llmb_request_setting_given(request, i, &text);
    if (name == NULL) return;
    const enum setting_id id = settings_find(name);
    if (id < SETTING_COUNT && text != NULL && concerns(llmb_request_kind(request), id)) {
      write_setting(writer, &settings_table[id], text);
    }
  }
}

static void write_texts(struct json_writer *writer, llmb_request *request) {
  json_array_open(writer);
  for (uint32_t i = 0; i < llmb_request_item_count(request); i++) {
    uint64_t size = 0;
    const char *text = llmb_request_item(request, i, &size);
    json_text_sized(writer, text, size);
  }
  json_array_close(writer);
}

static void open_request(struct json_writer *writer, const char *method, const uint64_t *id) {
  json_object_open(writer);
  json_key(writer, "jsonrpc");
  json_text(writer, "2.0");
  if (id != NULL) {
    json_key(writer, "id");
    json_integer(writer, (int64_t)*id);
  }
  json_key(writer, "method");
  json_text(writer, method);
}

static void write_params(struct json_writer *writer, llmb_request *request) {
  uint64_t size = 0;
  const char *input = llmb_request_input(request, &size);
  json_key(writer, "params");
  json_object_open(writer);
  switch (llmb_request_kind(request)) {
    case LLMB_REQUEST_EMBED:
      json_key(writer, "texts");
      write_texts(writer, request);
      write_settings(writer, request);
      break;
    case LLMB_REQUEST_TOKENS:
      json_key(writer, "text");
      json_text_sized(writer, input, size);
      break;
    case LLMB_REQUEST_TOKENIZE:
      json_key(writer, "text");
      json_text_sized(writer, input, size);
      write_settings(writer, request);
      break;
    case LLMB_REQUEST_DETOKENIZE:
      json_key(writer, "tokens");
      json_verbatim(writer, input, size);
      write_settings(writer, request);
      break;
    default:
      json_key(writer, "prompt");
      json_text_sized(writer, input, size);
      write_settings(writer, request);
      break;
  }
  json_object_close(writer);
}

static void write_invoked(struct json_writer *writer, llmb_request *request, uint64_t id) {
  uint64_t size = 0;
  open_request(writer, llmb_request_item(request, 0, NULL), &id);
  const char *params = llmb_request_item(request, 1, &size);
  if (params != NULL) {
    json_key(writer, "params");
    json_verbatim(writer, params, size);
  }
  json_object_close(writer);
}

void request_write(struct json_writer *writer, llmb_request *request, uint64_t id) {
  static const char *const methods[] = {[LLMB_REQUEST_GENERATE] = "generate",
                                        [LLMB_REQUEST_EMBED] = "embed",
                                        [LLMB_REQUEST_TOKENS] = "tokens",
                                        [LLMB_REQUEST_TOKENIZE] = "tokenize",
                                        [LLMB_REQUEST_DETOKENIZE] = "detokenize"};
  const uint32_t kind = llmb_request_kind(request);
  if (kind == LLMB_REQUEST_INVOKE) {
    write_invoked(writer, request, id);
    return;
  }
  open_request(writer, methods[kind], &id);
  write_params(writer, request);
  json_object_close(writer);
}

void request_write_bare(struct json_writer *writer, const char *method, uint64_t id) {
  open_request(writer, method, &id);
  json_object_close(writer);
}

void request_write_cancel(struct json_writer *writer, uint64_t id) {
  open_request(writer, "$/cancel", NULL);
  json_key(writer, "params");
  json_object_open(writer);
  json_key(writer, "id");
  json_integer(writer, (int64_t)id);
  json_object_close(writer);
  json_object_close(writer);
}
