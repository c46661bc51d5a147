#include <stdio.h>

#include "bench_report.h"

/* Names, units and baselines are this program's own texts, without a character that JSON would escape. */
void bench_json_print(const struct bench_run *run, const struct bench_summary *summary) {
  const struct bench_metric *metric = run->metric;
  printf("{\"metric\":\"%s\",\"unit\":\"%s\",\"p50\":%.6g,\"p99\":%.6g,\"n\":%zu,", metric->name, metric->unit,
         summary->p50, summary->p99, run->result.values.count);
  if (metric->baseline != NULL) {
    printf("\"baseline\":\"%s\",\"baseline_p50\":%.6g,\"ratio\":%.6g}\n", metric->baseline, summary->baseline_p50,
           summary->ratio);
  } else {
    puts("\"baseline\":null,\"baseline_p50\":null,\"ratio\":null}");
  }
  fflush(stdout);
}
