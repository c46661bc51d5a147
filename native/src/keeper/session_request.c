#include "keeper/session_request.h"

#include <string.h>

#include "core/json_check.h"
#include "core/json_writer.h"
#include "keeper/session_log.h"
#include "keeper/session_talk.h"
#include "platform/os_clock.h"

bool session_request_take(struct session_request *out) {
  static char model[PATH_MAX];
  uint64_t size = 0;
  char overflow[16], *text = NULL;
  if (session_hear(LLMB_NEVER, &text, &size) != SESSION_MESSAGE_OPEN || text == NULL) return false;
  if (json_check((const uint8_t *)text, size, NULL, NULL) != LLMB_OK) return false;
  out->json = json_read(text, size);
  session_text(out->json, "folder", out->folder, sizeof out->folder);
  session_text(out->json, "session", out->name, sizeof out->name);
  session_text(out->json, "fork", out->fork, sizeof out->fork);
  session_text(out->json, "id", out->id, sizeof out->id);
  session_text(out->json, "engine", out->engine, sizeof out->engine);
  session_text(out->json, "library", out->library, sizeof out->library);
  session_text(out->json, "model", model, sizeof model);
  session_text(out->json, "overflow", overflow, sizeof overflow);
  out->may_drop = strcmp(overflow, "drop_oldest") == 0;
  out->deadline_ns = session_number(out->json, "deadline_ns", LLMB_NEVER);
  if (model[0] != 0) session_model_name(model, out->model);
  return out->folder[0] == '/' && session_name_is_good(out->name);
}

char *session_request_header(const struct session_request *request) {
  struct json_writer writer;
  char *text = NULL;
  json_writer_begin(&writer);
  json_object_open(&writer);
  json_key(&writer, "llmbridge_session");
  json_integer(&writer, SESSION_FORMAT);
  json_key(&writer, "library");
  json_text(&writer, request->library);
  json_key(&writer, "created");
  json_integer(&writer, os_clock_wall_seconds());
  json_key(&writer, "engine");
  json_text(&writer, request->engine);
  json_key(&writer, "model");
  json_text(&writer, request->model);
  if (request->fork[0] != 0) {
    json_key(&writer, "fork");
    json_text(&writer, request->fork);
  }
  json_object_close(&writer);
  (void)json_writer_finish(&writer, &text);
  return text;
}

char *session_request_answer(const struct session_request *request, struct json_value answer, uint64_t dropped) {
  struct json_writer writer;
  struct json_value name, value;
  char key[64], *text = NULL;
  json_writer_begin(&writer);
  json_object_open(&writer);
  for (uint64_t at = 0; json_next(answer, &at, &name, &value);) {
    if (name.size >= sizeof key) continue;
    json_string_copy(name, key);
    json_key(&writer, key);
    json_verbatim(&writer, value.text, value.size);
  }
  json_key(&writer, "model");
  json_text(&writer, request->model);
  json_key(&writer, "dropped");
  json_integer(&writer, (int64_t)dropped);
  json_key(&writer, "time");
  json_integer(&writer, os_clock_wall_seconds());
  json_object_close(&writer);
  (void)json_writer_finish(&writer, &text);
  return text;
}
