/* jsonrpc_call: 64 bytes to a daemon that answers with them, call after call, beside 64 bytes through two pipes and
 * back. */
#include <stdio.h>
#include <string.h>

#include "bench_bridge.h"
#include "bench_child.h"

enum { MESSAGE_SIZE = BENCH_PONG_SIZE, ROUND_CALLS = 500, PATH_SIZE = 8192 };

static double since_us(uint64_t begin_ns) {
  return (double)(llmb_clock_ns() - begin_ns) / 1e3;
}

static bool round_of_pipes(struct bench_run *run, const struct bench_child *child) {
  char message[MESSAGE_SIZE];
  memset(message, 'x', sizeof message);
  for (unsigned i = 0; i < ROUND_CALLS; i++) {
    const uint64_t begin_ns = llmb_clock_ns();
    if (!bench_pipe_write(child->to, message, sizeof message) ||
        !bench_pipe_read(child->from, message, sizeof message)) {
      bench_fail(run, "the pipes' other end is gone");
      return false;
    }
    bench_samples_add(&run->result.baseline, since_us(begin_ns));
  }
  return true;
}

static bool round_of_calls(struct bench_run *run, llmb_bridge *bridge) {
  char prompt[MESSAGE_SIZE];
  memset(prompt, 'x', sizeof prompt);
  for (unsigned i = 0; i < ROUND_CALLS; i++) {
    const uint64_t begin_ns = llmb_clock_ns();
    if (!bench_ask(run, bridge, prompt, sizeof prompt, NULL)) return false;
    bench_samples_add(&run->result.values, since_us(begin_ns));
  }
  return true;
}

enum bench_outcome measure_jsonrpc_call(struct bench_run *run) {
  char program[PATH_SIZE];
  snprintf(program, sizeof program, "%s/bench-echo-daemon", run->options->helpers);
  const char *const settings[] = {"engine", "jsonrpc", "command", program, NULL};
  struct bench_child child;
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_child_start(&child, bench_pong, NULL)) return bench_fail(run, "could not fork the pipes' other end");
  if (!bench_bridge_start(run, settings, &bridge)) goto finish;
  if (!round_of_pipes(run, &child) || !round_of_calls(run, bridge)) goto finish;
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!round_of_pipes(run, &child) || !round_of_calls(run, bridge)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  bench_child_stop(&child);
  return outcome;
}
