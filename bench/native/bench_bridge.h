/* Bridges as the metrics use them. All return false after noting in run->problem what went wrong. */
#ifndef LLMB_BENCH_BRIDGE_H
#define LLMB_BENCH_BRIDGE_H

#include <llmbridge/llmbridge.h>

#include "bench_metric.h"

/* Opens a bridge without starting anything. `pairs` are names and values of settings, NULL at the end. */
bool bench_bridge_open(struct bench_run *run, const char *const *pairs, llmb_bridge **out);

/* The same, and waits until its engine is ready. */
bool bench_bridge_start(struct bench_run *run, const char *const *pairs, llmb_bridge **out);

/* One call of the blocking kind; its answer is dropped. out_result may be NULL. */
bool bench_ask(struct bench_run *run, llmb_bridge *bridge, const char *prompt, size_t size, llmb_result *out_result);

/* Starts a call with settings of its own; the one here that notes nothing. */
llmb_status bench_call_start(llmb_bridge *bridge, const char *prompt, const char *const *pairs, llmb_call **out,
                             llmb_error *error);

/* The process number of the bridge's engine. */
bool bench_bridge_engine(struct bench_run *run, llmb_bridge *bridge, int *out_pid);

#endif
