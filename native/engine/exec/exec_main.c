/* The engine exec: any command line, one process for each call. The prompt is its stdin or one of its arguments, its
 * stdout the answer, its stderr the log. No shell has a part in it. */
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <llmbridge/engine.h>

#include "engine/exec/exec_run.h"
#include "engine/tool/tool_reaper.h"
#include "engine/tool/tool_watch.h"

enum { RUNS_MAX = 64 };

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);
LLMB_API const char *llmb_engine_module_version(void);

const char *llmb_engine_module_version(void) {
  return "exec 1";
}

struct runs {
  struct exec_run at[RUNS_MAX]; /* by slot */
};

static uint64_t next_look_ns(const struct runs *runs) {
  uint64_t next_ns = reapers_are_sweeping() ? llmb_clock_ns() + TOOL_SWEEP_AGAIN_NS : LLMB_NEVER;
  for (unsigned i = 0; i < RUNS_MAX; i++) {
    if (runs->at[i].request == NULL) continue;
    const uint64_t run_ns = exec_run_next_ns(&runs->at[i]);
    if (run_ns < next_ns) next_ns = run_ns;
  }
  return next_ns;
}

static void step_all(struct runs *runs, int waiter) {
  const uint64_t now_ns = llmb_clock_ns();
  tool_watch_look(waiter);
  reapers_step();
  for (unsigned i = 0; i < RUNS_MAX; i++) {
    if (runs->at[i].request != NULL) exec_run_step(&runs->at[i], now_ns);
  }
}

static void serve(llmb_engine *engine, const struct tool_command *command, int waiter) {
  static struct runs runs;
  llmb_engine_watch(engine, waiter);
  for (;;) {
    llmb_request *request = NULL;
    if (llmb_engine_next(engine, next_look_ns(&runs), &request) != LLMB_OK) return;
    if (request != NULL) exec_run_begin(&runs.at[llmb_request_slot(request)], command, waiter, request);
    step_all(&runs, waiter);
  }
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  static struct tool_command command;
  llmb_error error;
  llmb_error_init(&error);
  struct command_prompt place;
  if (tool_command_prepare(engine, &command, &error) != LLMB_OK ||
      command_find_prompt(&command.command, &place, &error) != LLMB_OK) {
    llmb_engine_refuse(engine, error.status, error.message);
    return 1;
  }
  const int waiter = epoll_create1(EPOLL_CLOEXEC);
  if (waiter < 0) {
    llmb_engine_refuse(engine, LLMB_E_OUT_OF_MEMORY, "could not make a descriptor to wait with");
    return 1;
  }
  llmb_engine_declare(engine, LLMB_ENGINE_ACTS);
  if (llmb_engine_ready(engine, "{\"engine\":\"exec\"}", NULL) == LLMB_OK) serve(engine, &command, waiter);
  close(waiter);
  return 0;
}
