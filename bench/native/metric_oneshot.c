/* oneshot_call: a program that does nothing as an engine, one process a call, from the call to its answer; beside
 * posix_spawn and waitpid of the same program in a small process. oneshot_call_large_host: the same from a host that
 * holds 2 GiB, beside itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_bridge.h"
#include "bench_spawn.h"

enum { ROUND_CALLS = 20, PATH_SIZE = 8192 };
static const size_t large_size = (size_t)2 << 30;

static bool ask_once(struct bench_run *run, llmb_bridge *bridge, struct bench_samples *samples) {
  const uint64_t begin_ns = llmb_clock_ns();
  if (!bench_ask(run, bridge, "x", 1, NULL)) return false;
  bench_samples_add(samples, (double)(llmb_clock_ns() - begin_ns) / 1e3);
  return true;
}

static bool ask_round(struct bench_run *run, llmb_bridge *bridge, struct bench_samples *samples) {
  for (int i = 0; i < ROUND_CALLS; i++) {
    if (!ask_once(run, bridge, samples)) return false;
  }
  return true;
}

static bool open_exec(struct bench_run *run, char *program, llmb_bridge **out) {
  snprintf(program, PATH_SIZE, "%s/bench-noop", run->options->helpers);
  const char *const settings[] = {"engine", "exec", "command", program, NULL};
  return bench_bridge_start(run, settings, out);
}

enum bench_outcome measure_oneshot_call(struct bench_run *run) {
  char program[PATH_SIZE];
  struct bench_child child;
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  snprintf(program, sizeof program, "%s/bench-noop", run->options->helpers);
  if (!bench_child_start(&child, bench_spawn_server, program))
    return bench_fail(run, "could not fork the small process");
  if (!open_exec(run, program, &bridge) || !ask_round(run, bridge, &run->result.values)) goto finish;
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    for (int i = 0; i < ROUND_CALLS; i++) {
      if (!bench_spawn_directly(run, &child)) goto finish;
    }
    if (!ask_round(run, bridge, &run->result.values)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  bench_child_stop(&child);
  return outcome;
}

/* The baseline is measured in the small host first: a host cannot be small again once it was large. */
enum bench_outcome measure_oneshot_call_large_host(struct bench_run *run) {
  char program[PATH_SIZE];
  llmb_bridge *bridge = NULL;
  void *large = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!open_exec(run, program, &bridge) || !ask_round(run, bridge, &run->result.values)) goto finish;
  run->result.values.count = 0;
  while (bench_run_next(run)) {
    if (!ask_round(run, bridge, &run->result.baseline)) goto finish;
    large = malloc(large_size);
    if (large == NULL) {
      bench_fail(run, "no 2 GiB of memory");
      goto finish;
    }
    memset(large, 1, large_size);
    if (!ask_round(run, bridge, &run->result.values)) goto finish;
    free(large);
    large = NULL;
  }
  outcome = BENCH_MEASURED;

finish:
  free(large);
  llmb_bridge_close(bridge);
  return outcome;
}
