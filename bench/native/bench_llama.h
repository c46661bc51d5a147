/* What the llama metrics share: the bridge's settings, and libllama in a process of its own as the baseline. */
#ifndef LLMB_BENCH_LLAMA_H
#define LLMB_BENCH_LLAMA_H

#include "baseline/llama_baseline.h"
#include "bench_bridge.h"
#include "bench_child.h"

#define BENCH_LLAMA_PROMPT "Once upon a time there was"

/* Whether the engine, the baseline and the model are there; else run->problem says what is not. */
bool bench_llama_present(struct bench_run *run, const struct bench_model *model);

/* Settings of a llama bridge; valid until the next call. `slots` and `max_tokens` are texts. */
const char *const *bench_llama_settings(const struct bench_run *run, const struct bench_model *model, const char *slots,
                                        const char *max_tokens);

/* The same with another context, a text too. */
const char *const *bench_llama_settings_in(const struct bench_run *run, const struct bench_model *model,
                                           const char *slots, const char *max_tokens, const char *context);

/* The baseline's module, loaded into the process that calls this; NULL after a line on stderr. */
void *bench_llama_module(const struct bench_run *run);

/* The baseline's options that say the same as the settings. */
struct llama_baseline_options bench_llama_baseline_options(const struct bench_run *run, const struct bench_model *model,
                                                           unsigned slots);

/* Milliseconds from before libllama is in a process until its first token is there, in a fresh process; 0 after noting
 * a problem. */
double bench_llama_first_use(struct bench_run *run, const struct bench_model *model);

/* Starts a process that has the model loaded and answers bench_llama_generate. `slots` are its sequences. */
bool bench_llama_start(struct bench_run *run, const struct bench_model *model, unsigned slots, struct bench_child *out);

/* Has the process answer in `streams` sequences at once; false after noting a problem. */
bool bench_llama_generate(struct bench_run *run, const struct bench_child *child, unsigned max_tokens, unsigned streams,
                          double *out_seconds, uint64_t *out_tokens);

#endif
