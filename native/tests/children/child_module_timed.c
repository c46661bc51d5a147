#include "tests/children/child_module_timed.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS_MAX = 64, VERB_SIZE = 16 };

struct run {
  llmb_request *request;
  char verb[VERB_SIZE];
  uint64_t due_ns;
};

static bool is(const struct run *run, const char *verb) {
  return strcmp(run->verb, verb) == 0;
}

static void begin(struct run *run, llmb_request *request) {
  unsigned milliseconds = 0;
  *run = (struct run){.request = request};
  if (sscanf(llmb_request_input(request, NULL), "%15s %u", run->verb, &milliseconds) != 2) abort();
  llmb_request_accept(request);
  run->due_ns = llmb_deadline_after_ms(milliseconds);
  if (is(run, "half") || is(run, "stop")) {
    if (llmb_request_write(request, "half", 4) != LLMB_OK) abort();
  }
  if (is(run, "stop")) run->due_ns = LLMB_NEVER;
}

static void act(struct run *run) {
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP, .completion_tokens = 1};
  static const char garbage[64] = "no frame begins like this one";
  if (is(run, "abort")) abort();
  if (is(run, "kill")) raise(SIGKILL);
  if (is(run, "half")) {
    if (llmb_request_write_raw(run->request, garbage, sizeof garbage) != LLMB_OK) abort();
    run->due_ns = LLMB_NEVER;
    return;
  }
  if (llmb_request_write(run->request, "answered", 8) != LLMB_OK) abort();
  llmb_request_done(run->request, &usage);
  run->request = NULL;
}

static void give_up(struct run *run) {
  if (is(run, "stop")) return;
  llmb_request_fail(run->request, LLMB_E_CANCELLED, LLMB_PHASE_PROMPT, "cancelled");
  run->request = NULL;
}

int32_t timed_serve(llmb_engine *engine) {
  static struct run runs[RUNS_MAX];
  for (;;) {
    llmb_request *request = NULL;
    uint64_t next_ns = LLMB_NEVER;
    for (int i = 0; i < RUNS_MAX; i++) {
      if (runs[i].request != NULL && runs[i].due_ns < next_ns) next_ns = runs[i].due_ns;
    }
    if (llmb_engine_next(engine, next_ns, &request) != LLMB_OK) return 0;
    if (request != NULL) begin(&runs[llmb_request_slot(request)], request);
    for (int i = 0; i < RUNS_MAX; i++) {
      if (runs[i].request == NULL) continue;
      if (llmb_clock_ns() >= runs[i].due_ns) {
        act(&runs[i]);
      } else if (llmb_request_cancelled(runs[i].request)) {
        give_up(&runs[i]);
      }
    }
  }
}
