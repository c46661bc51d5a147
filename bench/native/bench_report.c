#include "bench_report.h"

#include <stdio.h>

static bool meets_target(const struct bench_metric *metric, const struct bench_summary *summary) {
  const bool tail_met =
      metric->ratio_p99_at_most <= 0 || summary->p99 <= metric->ratio_p99_at_most * summary->baseline_p99;
  switch (metric->kind) {
    case BENCH_RATIO_AT_MOST:
      return summary->ratio <= metric->target && tail_met;
    case BENCH_RATIO_AT_LEAST:
      return summary->ratio >= metric->target;
    case BENCH_ADDS_AT_MOST:
      return summary->p50 - summary->baseline_p50 <= metric->target;
    case BENCH_VALUE_AT_MOST:
      return summary->p50 <= metric->target;
    case BENCH_TARGET_NONE:
      break;
  }
  return true;
}

struct bench_summary bench_summary_of(const struct bench_metric *metric, struct bench_result *result) {
  const double tail = metric->kind == BENCH_RATIO_AT_LEAST ? 0.01 : 0.99;
  bench_samples_sort(&result->values);
  bench_samples_sort(&result->baseline);
  struct bench_summary summary = {
      .p50 = bench_samples_share(&result->values, 0.5),
      .p99 = bench_samples_share(&result->values, tail),
      .baseline_p50 = bench_samples_share(&result->baseline, 0.5),
      .baseline_p99 = bench_samples_share(&result->baseline, tail),
  };
  if (summary.baseline_p50 > 0) summary.ratio = summary.p50 / summary.baseline_p50;
  summary.within = meets_target(metric, &summary);
  return summary;
}

void bench_target_print(const struct bench_metric *metric, char *text, size_t capacity) {
  text[0] = 0;
  switch (metric->kind) {
    case BENCH_RATIO_AT_MOST:
      if (metric->ratio_p99_at_most > 0) {
        snprintf(text, capacity, "<= %g x, p99 %g x", metric->target, metric->ratio_p99_at_most);
      } else {
        snprintf(text, capacity, "<= %g x", metric->target);
      }
      break;
    case BENCH_RATIO_AT_LEAST:
      snprintf(text, capacity, ">= %g x", metric->target);
      break;
    case BENCH_ADDS_AT_MOST:
      snprintf(text, capacity, "<= +%g %s", metric->target, metric->unit);
      break;
    case BENCH_VALUE_AT_MOST:
      snprintf(text, capacity, "<= %g %s", metric->target, metric->unit);
      break;
    case BENCH_TARGET_NONE:
      break;
  }
}
