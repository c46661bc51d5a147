/* host_memory: how much private memory a process gains by using the library. keeper_memory: what the keeper has. */
#include <string.h>
#include <unistd.h>

#include "bench_bridge.h"
#include "bench_child.h"
#include "bench_llama.h"
#include "bench_memory.h"

enum { CALLS = 500 };

static const char *const fake[] = {"engine", "fake", NULL};

/* What this process has gained by opening a bridge and using it; below 0 on failure. */
static double gain_kib(struct bench_run *run) {
  llmb_bridge *bridge = NULL;
  double gain = -1;
  const bool llama = bench_llama_present(run);
  const double before = bench_memory_private_kib(getpid());
  if (!bench_bridge_start(run, llama ? bench_llama_settings(run, "4", "1") : fake, &bridge)) return gain;
  bool good = true;
  for (int i = 0; good && i < CALLS; i++) {
    good = bench_ask(run, bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, NULL);
  }
  if (good) gain = bench_memory_private_kib(getpid()) - before;
  llmb_bridge_close(bridge);
  return before > 0 ? gain : -1;
}

struct report {
  double gain_kib;
  char problem[sizeof((struct bench_run *)0)->problem];
};

/* A fresh child each time: what one use leaves behind would hide the next one's growth. Pages that it must copy from
 * its parent count as growth, so the figure errs on the high side. */
static void serve_gain(int in, int out, const void *data) {
  struct bench_run run = *(const struct bench_run *)data;
  struct report report = {.gain_kib = gain_kib(&run)};
  (void)in;
  memcpy(report.problem, run.problem, sizeof report.problem);
  bench_pipe_write(out, &report, sizeof report);
}

enum bench_outcome measure_host_memory(struct bench_run *run) {
  while (bench_run_next(run)) {
    struct bench_child child;
    struct report report;
    if (!bench_child_start(&child, serve_gain, run)) return bench_fail(run, "could not fork a host");
    const bool came = bench_pipe_read(child.from, &report, sizeof report);
    bench_child_stop(&child);
    if (!came) return bench_fail(run, "the forked host ended early");
    if (report.gain_kib < 0) return bench_fail(run, "%s", report.problem);
    bench_samples_add(&run->result.values, report.gain_kib);
  }
  return BENCH_MEASURED;
}

enum bench_outcome measure_keeper_memory(struct bench_run *run) {
  llmb_bridge *bridge = NULL;
  int engine = 0;
  if (!bench_bridge_start(run, fake, &bridge)) return BENCH_FAILED;
  enum bench_outcome outcome = BENCH_MEASURED;
  while (outcome == BENCH_MEASURED && bench_run_next(run)) {
    double kib = 0;
    if (bench_bridge_engine(run, bridge, &engine)) kib = bench_memory_private_kib(bench_process_parent(engine));
    if (kib > 0) bench_samples_add(&run->result.values, kib);
    if (kib <= 0) outcome = bench_fail(run, "the keeper's memory cannot be read");
    usleep(10000);
  }
  llmb_bridge_close(bridge);
  return outcome;
}
