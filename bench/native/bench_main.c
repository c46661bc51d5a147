/* llmbridge-bench: what a call costs on this machine, each figure beside a baseline measured in the same run. */
#include <stdio.h>
#include <string.h>

#include <llmbridge/llmbridge.h>

#include "bench_metric.h"
#include "bench_report.h"

enum { EXIT_USAGE = 2 };

static bool wanted(const struct bench_options *options, const struct bench_metric *metric) {
  if (options->filter == NULL) return true;
  return options->exact ? strcmp(metric->name, options->filter) == 0 : strstr(metric->name, options->filter) != NULL;
}

static void list_metrics(void) {
  for (unsigned i = 0; i < bench_metric_count; i++) {
    const struct bench_metric *metric = &bench_metrics[i];
    char target[64];
    bench_target_print(metric, target, sizeof target);
    printf("%-23s %-9s %-26s %s\n", metric->name, metric->unit, metric->baseline != NULL ? metric->baseline : "-",
           target);
  }
}

/* False if the metric failed. */
static bool run_metric(const struct bench_options *options, const struct bench_metric *metric) {
  struct bench_run run = {
      .options = options,
      .metric = metric,
      .end_ns = llmb_clock_ns() + (uint64_t)(metric->seconds * options->scale * 1e9),
  };
  enum bench_outcome outcome = metric->measure(&run);
  if (outcome == BENCH_MEASURED && run.result.values.count == 0) outcome = bench_fail(&run, "nothing was measured");
  if (outcome == BENCH_MEASURED) {
    const struct bench_summary summary = bench_summary_of(metric, &run.result);
    if (options->json) {
      bench_json_print(&run, &summary);
    } else {
      bench_table_print(&run, &summary);
    }
  } else if (options->json) {
    fprintf(stderr, "llmbridge-bench: %s: %s\n", metric->name, run.problem);
  } else {
    bench_table_print_unmeasured(&run, outcome);
  }
  bench_samples_free(&run.result.values);
  bench_samples_free(&run.result.baseline);
  return outcome != BENCH_FAILED;
}

int main(int argc, char **argv) {
  struct bench_options options;
  if (!bench_options_read(&options, argc, argv)) return EXIT_USAGE;
  if (options.help) {
    bench_options_print_usage();
    return 0;
  }
  if (options.list) {
    list_metrics();
    return 0;
  }
  if (!options.json) {
    bench_machine_print();
    bench_table_begin();
  }
  unsigned matched = 0, failed = 0;
  for (unsigned i = 0; i < bench_metric_count; i++) {
    if (!wanted(&options, &bench_metrics[i])) continue;
    matched++;
    failed += !run_metric(&options, &bench_metrics[i]);
  }
  if (matched == 0) {
    fprintf(stderr, "llmbridge-bench: no metric is called %s; --list names them\n", options.filter);
    return EXIT_USAGE;
  }
  return failed != 0;
}
