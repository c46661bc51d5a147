/* warm_call_shared and warm_call_shared_8: a call of 64 bytes to an engine that is shared, with one and with eight
 * programs attached, beside the same to an engine of one's own. attach_shared: a program's first call, bridge and all,
 * where the engine is loaded already. shared_client_memory: what the second program costs the engine. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench_bridge.h"
#include "bench_child.h"
#include "bench_memory.h"
#include "bench_pin.h"

enum {
  MESSAGE_SIZE = 64,
  ROUND_CALLS = 500,
  WARM_UP_CALLS = 1000,
  OTHERS_MAX = 7,
  NAME_SIZE = 32,
  ATTACH_PAUSE_NS = 50000000
};

/* A server of this run's own, which goes soon after it. */
struct shared {
  char name[NAME_SIZE];
  const char *settings[9];
};

static const char *const *shared_settings(struct shared *shared, pid_t of) {
  snprintf(shared->name, sizeof shared->name, "bench %d", (int)of);
  const char *const settings[] = {"engine",     "fake",    "isolation", "shared", "name",
                                  shared->name, "idle_ms", "10000",     NULL};
  memcpy(shared->settings, settings, sizeof settings);
  return shared->settings;
}

static double since_us(uint64_t begin_ns) {
  return (double)(llmb_clock_ns() - begin_ns) / 1e3;
}

static bool ask(struct bench_run *run, llmb_bridge *bridge) {
  char prompt[MESSAGE_SIZE];
  memset(prompt, 'x', sizeof prompt);
  return bench_ask(run, bridge, prompt, sizeof prompt, NULL);
}

static bool round_of_calls(struct bench_run *run, llmb_bridge *bridge, struct bench_samples *samples, unsigned calls) {
  int engine = 0;
  if (!bench_bridge_engine(run, bridge, &engine)) return false;
  bench_pin_pair(run, engine);
  for (unsigned i = 0; i < calls; i++) {
    const uint64_t begin_ns = llmb_clock_ns();
    if (!ask(run, bridge)) return false;
    bench_samples_add(samples, since_us(begin_ns));
  }
  return true;
}

/* Another program: it attaches, asks once, says so, and stays until its pipe ends. */
static void serve_attached(int in, int out, const void *data) {
  const struct bench_run *given = data;
  struct bench_run run = *given;
  struct shared shared;
  llmb_bridge *bridge = NULL;
  char word = 0;
  if (bench_bridge_start(&run, shared_settings(&shared, getppid()), &bridge) && ask(&run, bridge) &&
      bench_pipe_write(out, &word, 1)) {
    (void)bench_pipe_read(in, &word, 1);
  }
  llmb_bridge_close(bridge);
}

static unsigned start_others(struct bench_run *run, struct bench_child *others, unsigned count) {
  unsigned started = 0;
  for (char word = 0; started < count; started++) {
    if (!bench_child_start(&others[started], serve_attached, run)) break;
    if (bench_pipe_read(others[started].from, &word, 1)) continue;
    bench_child_stop(&others[started]);
    break;
  }
  if (started < count) bench_fail(run, "another program could not attach");
  return started;
}

static enum bench_outcome measure_calls(struct bench_run *run, unsigned other_count) {
  static const char *const own[] = {"engine", "fake", NULL};
  struct bench_child others[OTHERS_MAX];
  struct shared shared;
  llmb_bridge *bridge = NULL, *private_one = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  const unsigned started = start_others(run, others, other_count);
  if (started < other_count) goto finish;
  if (!bench_bridge_start(run, shared_settings(&shared, getpid()), &bridge)) goto finish;
  if (!bench_bridge_start(run, own, &private_one)) goto finish;
  if (!round_of_calls(run, bridge, &run->result.values, WARM_UP_CALLS)) goto finish;
  if (!round_of_calls(run, private_one, &run->result.baseline, WARM_UP_CALLS)) goto finish;
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!round_of_calls(run, private_one, &run->result.baseline, ROUND_CALLS)) goto finish;
    if (!round_of_calls(run, bridge, &run->result.values, ROUND_CALLS)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  bench_pin_release(run);
  llmb_bridge_close(private_one);
  llmb_bridge_close(bridge);
  for (unsigned i = 0; i < started; i++) bench_child_stop(&others[i]);
  return outcome;
}

enum bench_outcome measure_warm_call_shared(struct bench_run *run) {
  return measure_calls(run, 0);
}

enum bench_outcome measure_warm_call_shared_8(struct bench_run *run) {
  return measure_calls(run, OTHERS_MAX);
}

enum bench_outcome measure_attach_shared(struct bench_run *run) {
  struct shared shared;
  llmb_bridge *holder = NULL, *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_bridge_start(run, shared_settings(&shared, getpid()), &holder)) goto finish;
  if (!round_of_calls(run, holder, &run->result.baseline, WARM_UP_CALLS)) goto finish;
  run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    const struct timespec pause = {.tv_nsec = ATTACH_PAUSE_NS}; /* programs come now and then */
    nanosleep(&pause, NULL);
    if (!round_of_calls(run, holder, &run->result.baseline, 1)) goto finish;
    nanosleep(&pause, NULL);
    const uint64_t begin_ns = llmb_clock_ns();
    if (!bench_bridge_open(run, shared_settings(&shared, getpid()), &bridge) || !ask(run, bridge)) goto finish;
    bench_samples_add(&run->result.values, since_us(begin_ns));
    llmb_bridge_close(bridge);
    bridge = NULL;
  }
  outcome = BENCH_MEASURED;

finish:
  bench_pin_release(run);
  llmb_bridge_close(bridge);
  llmb_bridge_close(holder);
  return outcome;
}

enum bench_outcome measure_shared_client_memory(struct bench_run *run) {
  struct shared shared;
  llmb_bridge *holder = NULL;
  int engine = 0;
  if (!bench_bridge_start(run, shared_settings(&shared, getpid()), &holder)) return BENCH_FAILED;
  enum bench_outcome outcome = BENCH_MEASURED;
  for (unsigned i = 0; i < WARM_UP_CALLS && outcome == BENCH_MEASURED; i++) {
    if (!ask(run, holder)) outcome = BENCH_FAILED;
  }
  if (outcome == BENCH_MEASURED && !bench_bridge_engine(run, holder, &engine)) outcome = BENCH_FAILED;
  while (outcome == BENCH_MEASURED && bench_run_next(run)) {
    struct bench_child other;
    const double before_kib = bench_memory_private_kib(engine);
    if (start_others(run, &other, 1) != 1) outcome = BENCH_FAILED;
    const double after_kib = bench_memory_private_kib(engine);
    if (outcome != BENCH_MEASURED) break;
    bench_child_stop(&other);
    /* What it has freed is used again: only the first one grows it. */
    bench_samples_add(&run->result.values, after_kib > before_kib ? after_kib - before_kib : 0);
  }
  llmb_bridge_close(holder);
  return outcome;
}
