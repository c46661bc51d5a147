/* The error object of the contract, made from the struct. */
#include <string.h>

#include "core/error.h"
#include "core/json_writer.h"

static const char *exit_kind_name(int32_t kind) {
  switch ((enum llmb_exit_kind)kind) {
    case LLMB_EXIT_NONE:
      return NULL;
    case LLMB_EXIT_CODE:
      return "exit";
    case LLMB_EXIT_SIGNAL:
      return "signal";
    case LLMB_EXIT_UNKNOWN:
      return "unknown";
  }
  return "unknown";
}

static void exit_write(struct json_writer *writer, const llmb_error *error) {
  const char *kind = exit_kind_name(error->exit_kind);
  json_key(writer, "exit");
  if (kind == NULL) {
    json_null(writer);
    return;
  }
  json_object_open(writer);
  json_key(writer, "kind");
  json_text(writer, kind);
  json_key(writer, "value");
  json_integer(writer, error->exit_value);
  json_object_close(writer);
}

llmb_status llmb_error_to_json(const llmb_error *error, char **out_json) {
  if (out_json == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out_json = NULL;
  if (error == NULL) return LLMB_E_INVALID_ARGUMENT;
  llmb_error whole;
  error_read(error, &whole);

  struct json_writer writer;
  json_writer_begin(&writer);
  json_object_open(&writer);
  json_key(&writer, "code");
  json_text(&writer, llmb_status_name(whole.status));
  json_key(&writer, "status");
  json_integer(&writer, whole.status);
  json_key(&writer, "message");
  json_text(&writer, whole.message);
  json_key(&writer, "phase");
  json_text(&writer, llmb_phase_name(whole.phase));
  json_key(&writer, "engine");
  json_text(&writer, whole.engine);
  json_key(&writer, "os_code");
  json_integer(&writer, whole.os_code);
  exit_write(&writer, &whole);
  json_key(&writer, "retry_safe");
  json_boolean(&writer, whole.retry_safe != 0);
  json_key(&writer, "attempts");
  json_integer(&writer, whole.attempts);
  json_key(&writer, "elapsed_ms");
  json_number(&writer, whole.elapsed_ms, 1);
  json_key(&writer, "engine_log");
  json_text(&writer, whole.engine_log);
  json_object_close(&writer);
  return json_writer_finish(&writer, out_json);
}
