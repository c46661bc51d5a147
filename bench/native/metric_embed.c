/* llama_embed_batch: texts embedded in one call, beside libllama in a process that uses it directly and packs as many
 * texts into each decode. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "baseline/llama_embed_baseline.h"
#include "bench_llama.h"

enum { TEXTS = 64, TEXT_WORDS = 12, TEXT_SIZE_MAX = TEXT_WORDS * 4 + 1, WARM_UP_CALLS = 2 };

struct texts {
  char bytes[TEXTS][TEXT_SIZE_MAX];
  const char *at[TEXTS];
  uint64_t sizes[TEXTS];
};

/* Different words of one syllable: the made models have a token for each, others two or three. */
static void texts_make(struct texts *out) {
  static const char onsets[] = "bdfgklmnprst", vowels[] = "aeiou", codas[] = "lnrs";
  for (int i = 0; i < TEXTS; i++) {
    char *end = out->bytes[i];
    for (int word = 0; word < TEXT_WORDS; word++) {
      const int n = i * TEXT_WORDS + word;
      end += sprintf(end, "%s%c%c%c", word > 0 ? " " : "", onsets[n % 12], vowels[n % 5], codas[n / 12 % 4]);
    }
    out->at[i] = out->bytes[i];
    out->sizes[i] = (uint64_t)(end - out->bytes[i]);
  }
}

static void serve_embedding(int in, int out, const void *data) {
  const struct bench_run *run = data;
  llama_embed_baseline_open_function *open = NULL;
  llama_embed_baseline_run_function *embed_all = NULL;
  struct texts texts;
  texts_make(&texts);
  void *module = bench_llama_module(run);
  if (module == NULL) return;
  *(void **)&open = dlsym(module, "llama_embed_baseline_open");
  *(void **)&embed_all = dlsym(module, "llama_embed_baseline_run");
  if (open == NULL || embed_all == NULL) return;
  const struct llama_baseline_options options = bench_llama_baseline_options(run, &run->options->models.embed, 1);
  struct llama_embed_baseline *baseline = open(&options);
  if (baseline == NULL) return;
  for (uint8_t start; bench_pipe_read(in, &start, sizeof start);) {
    const uint64_t begin_ns = llmb_clock_ns();
    if (embed_all(baseline, texts.at, TEXTS) == 0) return;
    const double seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
    if (!bench_pipe_write(out, &seconds, sizeof seconds)) return;
  }
}

static bool embed_round(struct bench_run *run, llmb_bridge *bridge, const struct bench_child *child,
                        const struct texts *texts) {
  double seconds = 0;
  const uint8_t start = 1;
  float *vectors = NULL;
  uint64_t dimension = 0;
  llmb_error error;
  llmb_error_init(&error);
  if (!bench_pipe_write(child->to, &start, sizeof start) || !bench_pipe_read(child->from, &seconds, sizeof seconds)) {
    bench_fail(run, "libllama in-process failed to embed");
    return false;
  }
  bench_samples_add(&run->result.baseline, TEXTS / seconds);
  const uint64_t begin_ns = llmb_clock_ns();
  const llmb_status status = llmb_embed_texts(bridge, (const uint8_t *const *)texts->at, texts->sizes, TEXTS, NULL,
                                              &vectors, &dimension, NULL, &error);
  bench_samples_add(&run->result.values, TEXTS / ((double)(llmb_clock_ns() - begin_ns) / 1e9));
  llmb_free(vectors);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK;
}

enum bench_outcome measure_llama_embed_batch(struct bench_run *run) {
  const struct bench_model *model = &run->options->models.embed;
  struct bench_child child;
  struct texts texts;
  llmb_bridge *bridge = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  texts_make(&texts);
  if (!bench_child_start(&child, serve_embedding, run)) return bench_fail(run, "could not fork the baseline");
  if (!bench_bridge_start(run, bench_llama_settings(run, model, "4", "1"), &bridge)) goto finish;
  for (int i = 0; i < WARM_UP_CALLS; i++) {
    if (!embed_round(run, bridge, &child, &texts)) goto finish;
  }
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    if (!embed_round(run, bridge, &child, &texts)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  bench_child_stop(&child);
  return outcome;
}
