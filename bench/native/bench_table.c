#include <stdio.h>

#include "bench_report.h"

/* Four significant digits, without an exponent. */
static void number_print(double number, char *text, size_t capacity) {
  const double size = number < 0 ? -number : number;
  const int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  snprintf(text, capacity, "%.*f", decimals, number);
}

void bench_table_begin(void) {
  printf("%-23s %-9s %9s %9s %8s  %-26s %9s %9s %7s  %-18s\n", "metric", "unit", "p50", "p99", "n", "baseline", "p50",
         "p99", "ratio", "target");
}

void bench_table_print(const struct bench_run *run, const struct bench_summary *summary) {
  const struct bench_metric *metric = run->metric;
  char p50[32], p99[32], base50[32] = "", base99[32] = "", ratio[32] = "", target[64];
  number_print(summary->p50, p50, sizeof p50);
  number_print(summary->p99, p99, sizeof p99);
  if (metric->baseline != NULL) {
    number_print(summary->baseline_p50, base50, sizeof base50);
    number_print(summary->baseline_p99, base99, sizeof base99);
    snprintf(ratio, sizeof ratio, "%.3f", summary->ratio);
  }
  bench_target_print(metric, target, sizeof target);
  printf("%-23s %-9s %9s %9s %8zu  %-26s %9s %9s %7s  %-18s %s\n", metric->name, metric->unit, p50, p99,
         run->result.values.count, metric->baseline != NULL ? metric->baseline : "-", base50, base99, ratio, target,
         summary->within ? "ok" : "short");
  fflush(stdout);
}

void bench_table_print_unmeasured(const struct bench_run *run, enum bench_outcome outcome) {
  printf("%-23s %s: %s\n", run->metric->name, outcome == BENCH_SKIPPED ? "skipped" : "failed", run->problem);
  fflush(stdout);
}
