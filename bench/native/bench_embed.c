#include "bench_embed.h"

#include <dlfcn.h>

#include "baseline/llama_embed_baseline.h"

enum { WARM_UP_CALLS = 2 };

/* What a baseline's process is to embed. */
struct job {
  struct bench_run *run;
  const struct bench_model *model;
  const struct bench_texts *texts;
};

/* The baseline module's functions, in the process that calls this. */
struct baseline {
  llama_embed_baseline_run_function *embed_all;
  struct llama_embed_baseline *loaded;
};

static bool baseline_load(struct baseline *out, const struct job *job) {
  llama_embed_baseline_open_function *open = NULL;
  void *module = bench_llama_module(job->run);
  if (module == NULL) return false;
  *(void **)&open = dlsym(module, "llama_embed_baseline_open");
  *(void **)&out->embed_all = dlsym(module, "llama_embed_baseline_run");
  if (open == NULL || out->embed_all == NULL) return false;
  const struct llama_baseline_options options = bench_llama_baseline_options(job->run, job->model, 1);
  out->loaded = open(&options);
  return out->loaded != NULL;
}

static void serve_embedding(int in, int out, const void *data) {
  const struct job *job = data;
  struct baseline baseline;
  if (!baseline_load(&baseline, job)) return;
  for (uint8_t start; bench_pipe_read(in, &start, sizeof start);) {
    const uint64_t begin_ns = llmb_clock_ns();
    if (baseline.embed_all(baseline.loaded, job->texts->at, job->texts->count) == 0) return;
    const double seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
    if (!bench_pipe_write(out, &seconds, sizeof seconds)) return;
  }
}

static void serve_first_use(int in, int out, const void *data) {
  const struct job *job = data;
  struct baseline baseline;
  (void)in;
  const uint64_t begin_ns = llmb_clock_ns();
  if (!baseline_load(&baseline, job)) return;
  if (baseline.embed_all(baseline.loaded, job->texts->at, job->texts->count) == 0) return;
  const double seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
  bench_pipe_write(out, &seconds, sizeof seconds);
}

double bench_embed_first_use(struct bench_run *run, const struct bench_model *model, const struct bench_texts *texts) {
  const struct job job = {.run = run, .model = model, .texts = texts};
  struct bench_child child;
  double seconds = 0;
  if (!bench_child_start(&child, serve_first_use, &job)) {
    bench_fail(run, "could not fork the baseline");
    return 0;
  }
  const bool came = bench_pipe_read(child.from, &seconds, sizeof seconds);
  bench_child_stop(&child);
  if (came) return seconds * 1e3;
  bench_fail(run, "libllama in-process failed to embed");
  return 0;
}

bool bench_embed(struct bench_run *run, llmb_bridge *bridge, const struct bench_texts *texts) {
  float *vectors = NULL;
  uint64_t dimension = 0;
  llmb_error error;
  llmb_error_init(&error);
  const llmb_status status = llmb_embed_texts(bridge, (const uint8_t *const *)texts->at, texts->sizes, texts->count,
                                              NULL, &vectors, &dimension, NULL, &error);
  llmb_free(vectors);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK;
}

static bool embed_round(struct bench_run *run, llmb_bridge *bridge, const struct bench_child *child,
                        const struct bench_texts *texts) {
  double seconds = 0;
  const uint8_t start = 1;
  if (!bench_pipe_write(child->to, &start, sizeof start) || !bench_pipe_read(child->from, &seconds, sizeof seconds)) {
    bench_fail(run, "libllama in-process failed to embed");
    return false;
  }
  bench_samples_add(&run->result.baseline, texts->count / seconds);
  const uint64_t begin_ns = llmb_clock_ns();
  const bool good = bench_embed(run, bridge, texts);
  bench_samples_add(&run->result.values, texts->count / ((double)(llmb_clock_ns() - begin_ns) / 1e9));
  return good;
}

enum bench_outcome bench_embed_rates(struct bench_run *run, const struct bench_model *model,
                                     const struct bench_texts *texts) {
  const struct job job = {.run = run, .model = model, .texts = texts};
  struct bench_child child;
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  if (!bench_child_start(&child, serve_embedding, &job)) return bench_fail(run, "could not fork the baseline");
  if (!bench_bridge_start(run, bench_llama_settings(run, model, "4", "1"), &bridge)) goto finish;
  for (int i = 0; i < WARM_UP_CALLS; i++) {
    if (!embed_round(run, bridge, &child, texts)) goto finish;
  }
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!embed_round(run, bridge, &child, texts)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  bench_child_stop(&child);
  return outcome;
}
