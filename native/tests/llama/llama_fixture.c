#include "tests/llama/llama_fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void give_up(const char *what, const llmb_error *error) {
  fprintf(stderr, "%s: %s\n%s", what, error->message, error->engine_log);
  exit(1);
}

const char *fixture_model(const char *name) {
  static char path[4096];
  const char *folder = getenv("LLMB_TEST_MODELS");
  snprintf(path, sizeof path, "%s/%s.gguf", folder != NULL ? folder : "", name);
  if (folder == NULL || access(path, R_OK) != 0) {
    fprintf(stderr, "skipped: no model %s\n", path);
    exit(FIXTURE_SKIP);
  }
  return path;
}

static llmb_settings *make_settings(const char *first, va_list rest) {
  llmb_error error;
  llmb_error_init(&error);
  llmb_settings *settings = NULL;
  if (llmb_settings_create(&settings, &error) != LLMB_OK) give_up("settings", &error);
  for (const char *name = first; name != NULL; name = va_arg(rest, const char *)) {
    const char *value = va_arg(rest, const char *);
    if (llmb_settings_set(settings, name, value, &error) != LLMB_OK) give_up(name, &error);
  }
  return settings;
}

llmb_bridge *fixture_open(const char *model, ...) {
  llmb_error error;
  llmb_error_init(&error);
  va_list rest;
  va_start(rest, model);
  llmb_settings *settings = make_settings(va_arg(rest, const char *), rest);
  va_end(rest);
  llmb_bridge *bridge = NULL;
  if (llmb_settings_set(settings, "model", fixture_model(model), &error) != LLMB_OK) give_up("model", &error);
  if (llmb_bridge_open(settings, &bridge, &error) != LLMB_OK) give_up("llmb_bridge_open", &error);
  llmb_settings_close(settings);
  return bridge;
}

llmb_call *fixture_start(llmb_bridge *bridge, const char *prompt, ...) {
  llmb_error error;
  llmb_error_init(&error);
  va_list rest;
  va_start(rest, prompt);
  llmb_settings *settings = make_settings(va_arg(rest, const char *), rest);
  va_end(rest);
  llmb_call *call = NULL;
  if (llmb_call_start(bridge, (const uint8_t *)prompt, strlen(prompt), settings, &call, &error) != LLMB_OK) {
    give_up("llmb_call_start", &error);
  }
  llmb_settings_close(settings);
  return call;
}

llmb_status fixture_read_all(llmb_call *call, char *answer, llmb_error *error) {
  const uint64_t deadline_ns = llmb_deadline_after_ms(FIXTURE_DEADLINE_MS);
  uint64_t size = 0, piece = 0;
  llmb_status status = LLMB_OK;
  llmb_error_init(error);
  do {
    status = llmb_call_read(call, (uint8_t *)answer + size, FIXTURE_ANSWER_SIZE - 1 - size, deadline_ns, &piece, error);
    if (status == LLMB_OK) size += piece;
  } while (status == LLMB_OK && piece > 0);
  answer[size] = 0;
  return status;
}

llmb_status fixture_ask(llmb_bridge *bridge, const char *prompt, const char *name, const char *value, char *answer,
                        llmb_result *result, llmb_error *error) {
  llmb_call *call = fixture_start(bridge, prompt, name, value, NULL);
  llmb_status status = fixture_read_all(call, answer, error);
  llmb_result_init(result);
  if (status == LLMB_OK) status = llmb_call_finish(call, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), result, error);
  llmb_call_close(call);
  return status;
}
