/* warm_call and warm_call_idle: 64 bytes to the fake engine and back, beside 64 bytes through two pipes and back. */
#include <string.h>
#include <time.h>

#include "bench_bridge.h"
#include "bench_child.h"
#include "bench_pin.h"

enum { MESSAGE_SIZE = 64, ROUND_CALLS = 500, ROUND_CALLS_IDLE = 50, WARM_UP_CALLS = 1000, PAUSE_NS = 2000000 };

static void pong(int in, int out, const void *data) {
  char message[MESSAGE_SIZE];
  (void)data;
  while (bench_pipe_read(in, message, sizeof message) && bench_pipe_write(out, message, sizeof message)) continue;
}

static void pause_for(uint64_t pause_ns) {
  const struct timespec pause = {.tv_nsec = (long)pause_ns};
  if (pause_ns > 0) nanosleep(&pause, NULL);
}

static double since_us(uint64_t begin_ns) {
  return (double)(llmb_clock_ns() - begin_ns) / 1e3;
}

static bool round_of_pipes(struct bench_run *run, const struct bench_child *child, unsigned calls, uint64_t pause_ns) {
  char message[MESSAGE_SIZE];
  memset(message, 'x', sizeof message);
  bench_pin_pair(run, child->pid);
  for (unsigned i = 0; i < calls; i++) {
    pause_for(pause_ns);
    const uint64_t begin_ns = llmb_clock_ns();
    if (!bench_pipe_write(child->to, message, sizeof message)) return false;
    if (!bench_pipe_read(child->from, message, sizeof message)) return false;
    bench_samples_add(&run->result.baseline, since_us(begin_ns));
  }
  return true;
}

static bool round_of_calls(struct bench_run *run, llmb_bridge *bridge, int engine, unsigned calls, uint64_t pause_ns) {
  char prompt[MESSAGE_SIZE];
  memset(prompt, 'x', sizeof prompt);
  bench_pin_pair(run, engine);
  for (unsigned i = 0; i < calls; i++) {
    pause_for(pause_ns);
    const uint64_t begin_ns = llmb_clock_ns();
    if (!bench_ask(run, bridge, prompt, sizeof prompt, NULL)) return false;
    bench_samples_add(&run->result.values, since_us(begin_ns));
  }
  return true;
}

static enum bench_outcome measure_rounds(struct bench_run *run, unsigned calls, uint64_t pause_ns) {
  static const char *const settings[] = {"engine", "fake", NULL};
  struct bench_child child;
  llmb_bridge *bridge = NULL;
  int engine = 0;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_child_start(&child, pong, NULL)) return bench_fail(run, "could not fork the pipes' other end");
  if (!bench_bridge_start(run, settings, &bridge)) goto finish;
  if (!bench_bridge_engine(run, bridge, &engine)) goto finish;
  if (!round_of_pipes(run, &child, WARM_UP_CALLS, 0)) goto finish;
  if (!round_of_calls(run, bridge, engine, WARM_UP_CALLS, 0)) goto finish;
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!round_of_pipes(run, &child, calls, pause_ns)) {
      bench_fail(run, "the pipes' other end is gone");
      goto finish;
    }
    if (!round_of_calls(run, bridge, engine, calls, pause_ns)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  bench_pin_release(run);
  llmb_bridge_close(bridge);
  bench_child_stop(&child);
  return outcome;
}

enum bench_outcome measure_warm_call(struct bench_run *run) {
  return measure_rounds(run, ROUND_CALLS, 0);
}

enum bench_outcome measure_warm_call_idle(struct bench_run *run) {
  return measure_rounds(run, ROUND_CALLS_IDLE, PAUSE_NS);
}
