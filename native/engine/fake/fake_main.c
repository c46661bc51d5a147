/* The fake engine: deterministic and scriptable, so that hosts can test how they bear slow, dying and lying engines. */
#include <stdio.h>
#include <time.h>

#include <llmbridge/engine.h>

#include "engine/fake/fake_run.h"

enum { RUNS_MAX = 64 };

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);
LLMB_API const char *llmb_engine_module_version(void);

const char *llmb_engine_module_version(void) {
  return "fake 1";
}

static void do_at_start(llmb_engine *engine, const struct fake_script *script) {
  for (unsigned i = 0; i < script->count; i++) {
    const struct fake_step *step = &script->steps[i];
    if (step->moment != FAKE_AT_START || fake_do_plain(step)) continue;
    if (step->verb != FAKE_SLOW_START && step->verb != FAKE_SLEEP) continue;
    /* Slow, but showing that it goes on. */
    const uint64_t total_ms = step->numbers[0];
    for (uint64_t done_ms = 0; done_ms < total_ms; done_ms += 10) {
      const struct timespec nap = {0, 10000000};
      nanosleep(&nap, NULL);
      llmb_engine_loading(engine, (uint32_t)(done_ms * 1000 / total_ms));
    }
  }
}

/* When the first of the runs wants to go on. */
static uint64_t next_wake_ns(const struct fake_run *runs) {
  uint64_t next_ns = LLMB_NEVER;
  for (unsigned i = 0; i < RUNS_MAX; i++) {
    if (runs[i].request == NULL) continue;
    if (runs[i].wake_ns < next_ns) next_ns = runs[i].wake_ns;
    const uint64_t deadline_ns = llmb_request_deadline(runs[i].request);
    if (deadline_ns < next_ns) next_ns = deadline_ns;
  }
  return next_ns;
}

static void serve(llmb_engine *engine, const struct fake_script *script) {
  struct fake_run runs[RUNS_MAX] = {0};
  for (;;) {
    llmb_request *request = NULL;
    if (llmb_engine_next(engine, next_wake_ns(runs), &request) != LLMB_OK) return;
    if (request != NULL) {
      struct fake_run *run = &runs[llmb_request_slot(request)];
      fake_run_begin(run, script, request);
      fake_run_step(run);
      continue;
    }
    const uint64_t now_ns = llmb_clock_ns();
    for (unsigned i = 0; i < RUNS_MAX; i++) {
      if (runs[i].request == NULL) continue;
      const bool due = runs[i].wake_ns == LLMB_NEVER || now_ns >= runs[i].wake_ns;
      if (due || llmb_request_cancelled(runs[i].request)) fake_run_step(&runs[i]);
    }
  }
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  struct fake_script script;
  char problem[256];
  if (llmb_engine_in_process(engine)) fake_run_keep_quiet();
  if (!fake_script_parse(llmb_engine_setting(engine, "command"), &script, problem, sizeof problem)) {
    char message[320];
    snprintf(message, sizeof message, "command: %s", problem);
    llmb_engine_refuse(engine, LLMB_E_INVALID_ARGUMENT, message);
    return 1;
  }
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_engine_confine_profile(engine, LLMB_PROFILE_LOAD | LLMB_PROFILE_OWN_SIGNALS, NULL, &error) != LLMB_OK) {
    llmb_engine_refuse(engine, error.status, error.message);
    return 1;
  }
  do_at_start(engine, &script);
  if (llmb_engine_confine_profile(engine, LLMB_PROFILE_SERVE | LLMB_PROFILE_OWN_SIGNALS, NULL, &error) != LLMB_OK) {
    llmb_engine_refuse(engine, error.status, error.message);
    return 1;
  }
  if (llmb_engine_ready(engine, "{\"engine\":\"fake\"}", NULL) != LLMB_OK) return 0;
  serve(engine, &script);
  return 0;
}
