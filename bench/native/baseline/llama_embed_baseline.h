/* Embedding with libllama directly: llama.cpp pools, as many texts in each decode as fit. */
#ifndef LLMB_BENCH_LLAMA_EMBED_BASELINE_H
#define LLMB_BENCH_LLAMA_EMBED_BASELINE_H

#include "llama_baseline.h"

#ifdef __cplusplus
extern "C" {
#endif

struct llama_embed_baseline;

/* Loads the model as the engine does. NULL after a line on stderr. */
typedef struct llama_embed_baseline *llama_embed_baseline_open_function(const struct llama_baseline_options *options);
LLAMA_BASELINE_API llama_embed_baseline_open_function llama_embed_baseline_open;

/* Computes a vector of length 1 for each text; returns how many numbers a vector has, 0 on failure. */
typedef uint64_t llama_embed_baseline_run_function(struct llama_embed_baseline *baseline, const char *const *texts,
                                                   uint32_t count);
LLAMA_BASELINE_API llama_embed_baseline_run_function llama_embed_baseline_run;

/* The vector of one of the texts of the last run, which succeeded; valid until the next. */
typedef const float *llama_embed_baseline_vector_function(const struct llama_embed_baseline *baseline, uint32_t index);
LLAMA_BASELINE_API llama_embed_baseline_vector_function llama_embed_baseline_vector;

#ifdef __cplusplus
}
#endif

#endif
