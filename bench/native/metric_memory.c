/* host_memory: how much private memory a process gains by using the library; host_memory_large_model: the same with a
 * model of 4.3 GB. keeper_memory: what the keeper has. engine_memory: what the engine has written to, beside a process
 * that uses libllama directly, with the same buffers. */
#include <string.h>
#include <unistd.h>

#include "bench_bridge.h"
#include "bench_child.h"
#include "bench_llama.h"
#include "bench_memory.h"

enum { CALLS = 500, LARGE_MODEL_CALLS = 20, LOOK_EVERY_US = 10000 };

static const char *const fake[] = {"engine", "fake", NULL};

/* A program that uses the library, as a host of its own. */
struct host {
  struct bench_run *run;
  const struct bench_model *model; /* NULL: the fake engine */
  int calls;
};

/* What this process has gained by opening a bridge and using it; below 0 on failure. */
static double gain_kib(const struct host *host) {
  llmb_bridge *bridge = NULL;
  double gain = -1;
  const char *const *settings = host->model != NULL ? bench_llama_settings(host->run, host->model, "4", "1") : fake;
  const double before = bench_memory_private_kib(getpid());
  if (!bench_bridge_start(host->run, settings, &bridge)) return gain;
  bool good = true;
  for (int i = 0; good && i < host->calls; i++) {
    good = bench_ask(host->run, bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, NULL);
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
  const struct host *host = data;
  struct report report = {.gain_kib = gain_kib(host)};
  (void)in;
  memcpy(report.problem, host->run->problem, sizeof report.problem);
  bench_pipe_write(out, &report, sizeof report);
}

static enum bench_outcome measure_gain(const struct host *host) {
  struct bench_run *run = host->run;
  while (bench_run_next(run)) {
    struct bench_child child;
    struct report report;
    if (!bench_child_start(&child, serve_gain, host)) return bench_fail(run, "could not fork a host");
    const bool came = bench_pipe_read(child.from, &report, sizeof report);
    bench_child_stop(&child);
    if (!came) return bench_fail(run, "the forked host ended early");
    if (report.gain_kib < 0) return bench_fail(run, "%s", report.problem);
    bench_samples_add(&run->result.values, report.gain_kib);
  }
  return BENCH_MEASURED;
}

enum bench_outcome measure_host_memory(struct bench_run *run) {
  const struct bench_model *tiny = &run->options->models.tiny;
  const struct host host = {run, bench_llama_present(run, tiny) ? tiny : NULL, CALLS};
  return measure_gain(&host);
}

enum bench_outcome measure_host_memory_large_model(struct bench_run *run) {
  const struct host host = {run, &run->options->models.sparse, LARGE_MODEL_CALLS};
  if (!bench_llama_present(run, host.model)) return BENCH_SKIPPED;
  return measure_gain(&host);
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
    usleep(LOOK_EVERY_US);
  }
  llmb_bridge_close(bridge);
  return outcome;
}

/* Both after an answer of the same length, so that what grows by being used has grown. */
static bool engine_and_baseline_kib(struct bench_run *run, llmb_bridge *bridge, const struct bench_child *baseline) {
  enum { TOKENS = 16 };
  double seconds = 0;
  uint64_t tokens = 0;
  int engine = 0;
  if (!bench_llama_generate(run, baseline, TOKENS, 1, &seconds, &tokens)) return false;
  if (!bench_ask(run, bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, NULL)) return false;
  if (!bench_bridge_engine(run, bridge, &engine)) return false;
  bench_samples_add(&run->result.values, bench_memory_dirty_kib(engine));
  bench_samples_add(&run->result.baseline, bench_memory_dirty_kib(baseline->pid));
  return true;
}

enum bench_outcome measure_engine_memory(struct bench_run *run) {
  const struct bench_model *model = &run->options->models.speed;
  struct bench_child baseline;
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  if (!bench_llama_start(run, model, 4, &baseline)) return BENCH_FAILED;
  if (!bench_bridge_start(run, bench_llama_settings(run, model, "4", "16"), &bridge)) goto finish;
  while (bench_run_next(run)) {
    if (!engine_and_baseline_kib(run, bridge, &baseline)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  bench_child_stop(&baseline);
  return outcome;
}
