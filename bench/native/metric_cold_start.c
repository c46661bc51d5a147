/* cold_start: nothing runs, and then there is a first token: bridge, keeper, engine, model, one token; beside the same
 * libllama loaded into a fresh process; cold_start_large_model with 4.3 GB to map. recover: an idle engine is killed,
 * and then there is an answer; beside a cold start for which the keeper runs already. */
#include <signal.h>

#include "bench_llama.h"

static bool start_cold(struct bench_run *run, const struct bench_model *model, double *out_ms) {
  llmb_bridge *bridge = NULL;
  const uint64_t begin_ns = llmb_clock_ns();
  bool good = bench_bridge_open(run, bench_llama_settings(run, model, "4", "1"), &bridge);
  good = good && bench_ask(run, bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, NULL);
  *out_ms = (double)(llmb_clock_ns() - begin_ns) / 1e6;
  llmb_bridge_close(bridge);
  return good;
}

static enum bench_outcome measure_start(struct bench_run *run, const struct bench_model *model) {
  double ms = 0;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  if (!start_cold(run, model, &ms)) return BENCH_FAILED; /* so that the files are in memory */
  while (bench_run_next(run)) {
    const double baseline_ms = bench_llama_first_use(run, model);
    if (baseline_ms <= 0 || !start_cold(run, model, &ms)) return BENCH_FAILED;
    bench_samples_add(&run->result.baseline, baseline_ms);
    bench_samples_add(&run->result.values, ms);
  }
  return BENCH_MEASURED;
}

enum bench_outcome measure_cold_start(struct bench_run *run) {
  return measure_start(run, &run->options->models.tiny);
}

enum bench_outcome measure_cold_start_large_model(struct bench_run *run) {
  return measure_start(run, &run->options->models.sparse);
}

static bool kill_and_ask(struct bench_run *run, llmb_bridge *bridge, double *out_ms) {
  int engine = 0;
  if (!bench_bridge_engine(run, bridge, &engine)) return false;
  const uint64_t begin_ns = llmb_clock_ns();
  kill(engine, SIGKILL);
  const bool good = bench_ask(run, bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, NULL);
  *out_ms = (double)(llmb_clock_ns() - begin_ns) / 1e6;
  return good;
}

enum bench_outcome measure_recover(struct bench_run *run) {
  static const char *const fake[] = {"engine", "fake", NULL};
  llmb_bridge *holder = NULL, *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  double cold_ms = 0, recover_ms = 0;
  const struct bench_model *model = &run->options->models.tiny;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  if (!bench_bridge_start(run, fake, &holder)) return BENCH_FAILED; /* its worker keeps the keeper running */
  if (!start_cold(run, model, &cold_ms)) goto finish;
  while (bench_run_next(run)) {
    if (!start_cold(run, model, &cold_ms)) goto finish;
    /* A bridge of its own for each kill: how restarts are limited over time is not the question here. */
    if (!bench_bridge_start(run, bench_llama_settings(run, model, "4", "1"), &bridge)) goto finish;
    if (!bench_ask(run, bridge, BENCH_LLAMA_PROMPT, sizeof BENCH_LLAMA_PROMPT - 1, NULL)) goto finish;
    if (!kill_and_ask(run, bridge, &recover_ms)) goto finish;
    llmb_bridge_close(bridge);
    bridge = NULL;
    bench_samples_add(&run->result.baseline, cold_ms);
    bench_samples_add(&run->result.values, recover_ms);
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  llmb_bridge_close(holder);
  return outcome;
}
