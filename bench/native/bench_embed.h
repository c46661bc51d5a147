/* What the metrics of embeddings share: the same texts through a bridge, and through libllama in a process that uses it
 * directly. */
#ifndef LLMB_BENCH_EMBED_H
#define LLMB_BENCH_EMBED_H

#include "bench_llama.h"

struct bench_texts {
  const char *const *at;
  const uint64_t *sizes;
  uint32_t count;
};

/* Embeds the texts in one call; false after noting a problem. */
bool bench_embed(struct bench_run *run, llmb_bridge *bridge, const struct bench_texts *texts);

/* Measures texts a second, in turn with the baseline, which packs as many texts into each decode. */
enum bench_outcome bench_embed_rates(struct bench_run *run, const struct bench_model *model,
                                     const struct bench_texts *texts);

/* Milliseconds from before libllama is in a process until the texts' vectors are there, in a fresh process; 0 after
 * noting a problem. */
double bench_embed_first_use(struct bench_run *run, const struct bench_model *model, const struct bench_texts *texts);

#endif
