#include "keeper/session_request.h"

#include <stdio.h>
#include <string.h>

#include <llmbridge/call.h>

#include "core/json_check.h"
#include "core/json_reader.h"
#include "core/json_writer.h"
#include "core/settings_pairs.h"
#include "keeper/session_log.h"
#include "keeper/session_talk.h"
#include "platform/os_clock.h"

static void write_text(struct json_writer *writer, const char *key, const char *text) {
  if (text == NULL || text[0] == 0) return;
  json_key(writer, key);
  json_text(writer, text);
}

/* What the call adds, as JSON. */
static char *make_json(const struct session_request *request, const char *prompt, uint64_t prompt_size) {
  const char *const messages = request->settings.values[SETTING_MESSAGES].text;
  struct json_writer writer;
  char *text = NULL;
  json_writer_begin(&writer);
  json_object_open(&writer);
  write_text(&writer, "system", request->settings.values[SETTING_SYSTEM].text);
  if (prompt_size > 0) {
    json_key(&writer, "prompt");
    json_text_sized(&writer, prompt, prompt_size);
  } else if (messages != NULL) {
    const bool is_json = json_check((const uint8_t *)messages, strlen(messages), NULL, NULL) == LLMB_OK;
    json_key(&writer, "messages");
    json_verbatim(&writer, is_json ? messages : "0", is_json ? strlen(messages) : 1);
  }
  json_object_close(&writer);
  (void)json_writer_finish(&writer, &text);
  return text;
}

bool session_request_take(struct session_request *out) {
  char *bytes = NULL;
  struct session_message *asked = &out->asked;
  if (session_hear(LLMB_NEVER, asked, &bytes) != SESSION_MESSAGE_OPEN || bytes == NULL) return false;
  if (asked->first_size > asked->size) return false;
  if (settings_decode(bytes, asked->first_size, &out->settings, NULL) != LLMB_OK) return false;
  const struct setting_value *values = out->settings.values;
  const char *json = make_json(out, bytes + asked->first_size, asked->size - asked->first_size);
  if (json == NULL) return false;
  out->json = json_read(json, strlen(json));
  out->folder = values[SETTING_SESSION_DIR].text;
  out->name = values[SETTING_SESSION].text;
  out->fork = values[SETTING_SESSION_FORK].text != NULL ? values[SETTING_SESSION_FORK].text : "";
  out->may_drop = values[SETTING_SESSION_OVERFLOW].integer == CHOICE_OVERFLOW_DROP_OLDEST;
  snprintf(out->id, sizeof out->id, "%016llx", (unsigned long long)asked->id);
  if (values[SETTING_MODEL].text != NULL) session_model_name(values[SETTING_MODEL].text, out->model);
  if (out->folder == NULL || out->folder[0] == 0 || out->name == NULL) return false;
  if (session_name_is_good(out->name)) return true;
  session_refuse(LLMB_E_INVALID_ARGUMENT, 0,
                 "session: '%.80s' is no name; allowed are 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', no dot first",
                 out->name);
  return false;
}

char *session_request_header(const struct session_request *request) {
  struct json_writer writer;
  char *text = NULL;
  json_writer_begin(&writer);
  json_object_open(&writer);
  json_key(&writer, "llmbridge_session");
  json_integer(&writer, SESSION_FORMAT);
  write_text(&writer, "library", llmb_version());
  json_key(&writer, "created");
  json_integer(&writer, os_clock_wall_seconds());
  write_text(&writer, "engine", request->settings.values[SETTING_ENGINE].text);
  write_text(&writer, "model", request->model);
  write_text(&writer, "fork", request->fork);
  json_object_close(&writer);
  (void)json_writer_finish(&writer, &text);
  return text;
}

/* As engines and servers take them in `messages`. The host has checked what they are. */
static void write_calls(struct json_writer *writer, struct json_value calls) {
  struct json_value call;
  json_key(writer, "tool_calls");
  json_array_open(writer);
  for (uint64_t at = 0; json_next(calls, &at, NULL, &call);) {
    const struct json_value id = json_member(call, "id"), name = json_member(call, "name");
    const struct json_value arguments = json_member(call, "arguments");
    json_object_open(writer);
    json_key(writer, "id");
    json_verbatim(writer, id.text, id.size);
    json_key(writer, "type");
    json_text(writer, "function");
    json_key(writer, "function");
    json_object_open(writer);
    json_key(writer, "name");
    json_verbatim(writer, name.text, name.size);
    json_key(writer, "arguments");
    json_text_sized(writer, arguments.text, arguments.size);
    json_object_close(writer);
    json_object_close(writer);
  }
  json_array_close(writer);
}

char *session_request_answer(const struct session_request *request, const struct session_message *message,
                             const char *bytes, uint64_t dropped) {
  struct json_writer writer;
  char *text = NULL;
  const uint64_t size = message->size, reasoning_size = message->aside_sizes[0], calls_size = message->aside_sizes[1];
  if (message->first_size > size || reasoning_size > size - message->first_size ||
      calls_size > size - message->first_size - reasoning_size) {
    return NULL;
  }
  const char *calls = bytes + size - calls_size, *reasoning = calls - reasoning_size;
  const char *content = bytes + message->first_size;
  json_writer_begin(&writer);
  json_object_open(&writer);
  json_key(&writer, "message");
  json_object_open(&writer);
  json_key(&writer, "role");
  json_text(&writer, "assistant");
  json_key(&writer, "content");
  json_text_sized(&writer, content, (uint64_t)(reasoning - content));
  if (reasoning_size > 0) {
    json_key(&writer, "reasoning_content");
    json_text_sized(&writer, reasoning, reasoning_size);
  }
  if (calls_size > 0) write_calls(&writer, json_read(calls, calls_size));
  json_object_close(&writer);
  write_text(&writer, "finish_reason", llmb_finish_reason_name((uint32_t)message->status));
  write_text(&writer, "engine", message->text);
  write_text(&writer, "model", request->model);
  json_key(&writer, "dropped");
  json_integer(&writer, (int64_t)dropped);
  json_key(&writer, "time");
  json_integer(&writer, os_clock_wall_seconds());
  json_key(&writer, "tokens");
  json_array_open(&writer);
  for (uint64_t i = 0; i < message->first_size / sizeof(int32_t); i++) {
    int32_t token;
    memcpy(&token, bytes + i * sizeof token, sizeof token);
    json_integer(&writer, token);
  }
  json_array_close(&writer);
  json_object_close(&writer);
  (void)json_writer_finish(&writer, &text);
  return text;
}
