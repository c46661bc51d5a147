/* libllama used directly, in the process that wants the answer: what the llama metrics are compared with. A module of
 * its own, so that a fresh process can load it and count the loading too. */
#ifndef LLMB_BENCH_LLAMA_BASELINE_H
#define LLMB_BENCH_LLAMA_BASELINE_H

#include <stdint.h>

#define LLAMA_BASELINE_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

struct llama_baseline_options {
  const char *model;
  uint32_t context;   /* tokens of one sequence */
  uint32_t threads;   /* 0: as many as the engine takes by itself with one worker */
  uint32_t sequences; /* as the engine's slots: they share the context's memory */
};

struct llama_baseline;

/* Loads the model as the engine does: same CPU variant, threads, batch sizes. NULL after a line on stderr. */
typedef struct llama_baseline *llama_baseline_open_function(const struct llama_baseline_options *options);
LLAMA_BASELINE_API llama_baseline_open_function llama_baseline_open;

/* Answers the prompt greedily in `streams` sequences at once, up to max_tokens in each; returns the tokens of all
 * together, 0 on failure. */
typedef uint64_t llama_baseline_generate_function(struct llama_baseline *baseline, const char *prompt,
                                                  uint32_t max_tokens, uint32_t streams);
LLAMA_BASELINE_API llama_baseline_generate_function llama_baseline_generate;

/* What the first sequence of the last generation said; valid until the next. */
typedef const char *llama_baseline_text_function(const struct llama_baseline *baseline);
LLAMA_BASELINE_API llama_baseline_text_function llama_baseline_text;

#ifdef __cplusplus
}
#endif

#endif
