/* A metric: what is measured, against what, and what it should be. One file each, or one for a family. */
#ifndef LLMB_BENCH_METRIC_H
#define LLMB_BENCH_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "bench_options.h"
#include "bench_samples.h"

enum bench_target_kind {
  BENCH_TARGET_NONE,
  BENCH_RATIO_AT_MOST,  /* to the baseline's median */
  BENCH_RATIO_AT_LEAST, /* the same, where more is better: values are rates */
  BENCH_ADDS_AT_MOST,   /* above the baseline's median, in the metric's unit */
  BENCH_VALUE_AT_MOST   /* no baseline */
};

struct bench_result {
  struct bench_samples values, baseline;
};

/* A metric while it is measured. */
struct bench_run {
  const struct bench_options *options;
  const struct bench_metric *metric;
  struct bench_result result;
  uint64_t end_ns;
  unsigned rounds;
  char problem[512]; /* why it could not be measured */
};

enum bench_outcome {
  BENCH_MEASURED,
  BENCH_SKIPPED, /* something it needs is not here; problem says what */
  BENCH_FAILED   /* something went wrong; problem says what */
};

struct bench_metric {
  const char *name, *unit;
  const char *baseline; /* what it is compared with, NULL for nothing */
  enum bench_target_kind kind;
  double target;
  double ratio_p99_at_most; /* a limit of the p99 values' ratio too; 0 for none */
  double seconds;           /* its share of a default run */
  unsigned rounds_min;
  enum bench_outcome (*measure)(struct bench_run *run);
};

extern const struct bench_metric bench_metrics[];
extern const unsigned bench_metric_count;

/* Whether another round of baseline and measurement is to follow; shows progress on a terminal. */
bool bench_run_next(struct bench_run *run);

/* Ends a metric: notes why and returns the outcome. */
enum bench_outcome bench_skip(struct bench_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum bench_outcome bench_fail(struct bench_run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The metrics' own files. */
enum bench_outcome measure_host_memory(struct bench_run *run);
enum bench_outcome measure_host_memory_large_model(struct bench_run *run);
enum bench_outcome measure_keeper_memory(struct bench_run *run);
enum bench_outcome measure_engine_memory(struct bench_run *run);
enum bench_outcome measure_warm_call(struct bench_run *run);
enum bench_outcome measure_warm_call_idle(struct bench_run *run);
enum bench_outcome measure_warm_call_shared(struct bench_run *run);
enum bench_outcome measure_warm_call_shared_8(struct bench_run *run);
enum bench_outcome measure_attach_shared(struct bench_run *run);
enum bench_outcome measure_shared_client_memory(struct bench_run *run);
enum bench_outcome measure_spawn_keeper(struct bench_run *run);
enum bench_outcome measure_oneshot_call(struct bench_run *run);
enum bench_outcome measure_oneshot_call_large_host(struct bench_run *run);
enum bench_outcome measure_jsonrpc_call(struct bench_run *run);
enum bench_outcome measure_batch(struct bench_run *run);
enum bench_outcome measure_payload(struct bench_run *run);
enum bench_outcome measure_concurrent(struct bench_run *run);
enum bench_outcome measure_stream_token(struct bench_run *run);
enum bench_outcome measure_cold_start(struct bench_run *run);
enum bench_outcome measure_cold_start_large_model(struct bench_run *run);
enum bench_outcome measure_recover(struct bench_run *run);
enum bench_outcome measure_llama_one_token(struct bench_run *run);
enum bench_outcome measure_llama_tokens_per_s(struct bench_run *run);
enum bench_outcome measure_llama_tokens_per_s_8(struct bench_run *run);
enum bench_outcome measure_llama_embed_batch(struct bench_run *run);
enum bench_outcome measure_embed_minilm(struct bench_run *run);
enum bench_outcome measure_embed_minilm_10(struct bench_run *run);
enum bench_outcome measure_embed_minilm_cold_start(struct bench_run *run);
enum bench_outcome measure_embed_minilm_restart(struct bench_run *run);
enum bench_outcome measure_embed_minilm_host(struct bench_run *run);
enum bench_outcome measure_prompt_gap(struct bench_run *run);
enum bench_outcome measure_prefix_reuse(struct bench_run *run);
enum bench_outcome measure_schema_tokens(struct bench_run *run);
enum bench_outcome measure_schema_check(struct bench_run *run);
enum bench_outcome measure_turn_tokens(struct bench_run *run);
enum bench_outcome measure_turn_first_token(struct bench_run *run);
enum bench_outcome measure_session_turn(struct bench_run *run);

#endif
