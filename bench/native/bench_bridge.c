#include "bench_bridge.h"

#include <string.h>

enum { START_LIMIT_MS = 60000 };

static llmb_status settings_fill(llmb_settings *settings, const char *const *pairs, llmb_error *error) {
  llmb_status status = LLMB_OK;
  for (; status == LLMB_OK && pairs[0] != NULL; pairs += 2) {
    status = llmb_settings_set(settings, pairs[0], pairs[1], error);
  }
  return status;
}

bool bench_bridge_open(struct bench_run *run, const char *const *pairs, llmb_bridge **out) {
  llmb_settings *settings = NULL;
  llmb_error error;
  llmb_error_init(&error);
  *out = NULL;
  llmb_status status = llmb_settings_create(&settings, &error);
  if (status == LLMB_OK) status = settings_fill(settings, pairs, &error);
  if (status == LLMB_OK) status = llmb_bridge_open(settings, out, &error);
  llmb_settings_close(settings);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK;
}

bool bench_bridge_start(struct bench_run *run, const char *const *pairs, llmb_bridge **out) {
  llmb_error error;
  llmb_error_init(&error);
  if (!bench_bridge_open(run, pairs, out)) return false;
  const llmb_status status = llmb_bridge_start(*out, llmb_deadline_after_ms(START_LIMIT_MS), &error);
  if (status == LLMB_OK) return true;
  bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  llmb_bridge_close(*out);
  *out = NULL;
  return false;
}

bool bench_ask(struct bench_run *run, llmb_bridge *bridge, const char *prompt, size_t size, llmb_result *out_result) {
  char *answer = NULL;
  uint64_t answer_size = 0;
  llmb_error error;
  llmb_error_init(&error);
  const llmb_status status =
      llmb_generate(bridge, (const uint8_t *)prompt, size, NULL, &answer, &answer_size, out_result, &error);
  llmb_free(answer);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK;
}

llmb_status bench_call_start(llmb_bridge *bridge, const char *prompt, const char *const *pairs, llmb_call **out,
                             llmb_error *error) {
  llmb_settings *settings = NULL;
  llmb_status status = llmb_settings_create(&settings, error);
  if (status == LLMB_OK) status = settings_fill(settings, pairs, error);
  if (status == LLMB_OK) {
    status = llmb_call_start(bridge, (const uint8_t *)prompt, strlen(prompt), settings, out, error);
  }
  llmb_settings_close(settings);
  return status;
}

bool bench_bridge_engine(struct bench_run *run, llmb_bridge *bridge, int *out_pid) {
  int64_t pid = 0;
  const llmb_status status = llmb_bridge_worker_pid(bridge, &pid);
  if (status != LLMB_OK || pid == 0) bench_fail(run, "the engine's process number is not known");
  *out_pid = (int)pid;
  return status == LLMB_OK && pid != 0;
}
