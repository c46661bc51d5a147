/* How results are shown: a table to read, or JSON lines. */
#ifndef LLMB_BENCH_REPORT_H
#define LLMB_BENCH_REPORT_H

#include "bench_metric.h"

/* What a sorted result comes to. */
struct bench_summary {
  double p50, p99, baseline_p50, baseline_p99;
  double ratio; /* of the medians; 0 without a baseline */
  bool within;  /* the target is met, or there is none */
};

/* Sorts the result's values and sums them up. For a rate p99 is what 99 of 100 values reach. */
struct bench_summary bench_summary_of(const struct bench_metric *metric, struct bench_result *result);

/* The target in words, such as "<= 0.25 x". */
void bench_target_print(const struct bench_metric *metric, char *text, size_t capacity);

void bench_json_print(const struct bench_run *run, const struct bench_summary *summary);

void bench_table_begin(void);
void bench_table_print(const struct bench_run *run, const struct bench_summary *summary);
void bench_table_print_unmeasured(const struct bench_run *run, enum bench_outcome outcome);

/* Processor, processors, kernel, date, load: what a figure means nothing without. */
void bench_machine_print(void);

#endif
