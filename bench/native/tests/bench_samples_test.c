#include "tests/check.h"

#include "bench_report.h"

static void fill(struct bench_samples *samples, double first, double last) {
  for (double value = last; value >= first; value -= 1) bench_samples_add(samples, value);
}

static void samples__give_nearest_ranks(void) {
  struct bench_samples samples = {0};
  fill(&samples, 1, 100);
  bench_samples_sort(&samples);
  CHECK_INT(50, bench_samples_share(&samples, 0.5));
  CHECK_INT(99, bench_samples_share(&samples, 0.99));
  CHECK_INT(100, bench_samples_share(&samples, 1));
  CHECK_INT(1, bench_samples_share(&samples, 0));
  bench_samples_free(&samples);
}

static void samples__of_one_value_are_that_value(void) {
  struct bench_samples samples = {0};
  bench_samples_add(&samples, 7);
  bench_samples_sort(&samples);
  CHECK_INT(7, bench_samples_share(&samples, 0.5));
  CHECK_INT(7, bench_samples_share(&samples, 0.99));
  bench_samples_free(&samples);
}

static void samples__keep_more_than_the_first_capacity(void) {
  struct bench_samples samples = {0};
  fill(&samples, 1, 5000);
  bench_samples_sort(&samples);
  CHECK_INT(5000, samples.count);
  CHECK_INT(2500, bench_samples_share(&samples, 0.5));
  bench_samples_free(&samples);
}

static struct bench_summary summarise(const struct bench_metric *metric, double first, double last, double base_first,
                                      double base_last) {
  struct bench_result result = {0};
  fill(&result.values, first, last);
  fill(&result.baseline, base_first, base_last);
  const struct bench_summary summary = bench_summary_of(metric, &result);
  bench_samples_free(&result.values);
  bench_samples_free(&result.baseline);
  return summary;
}

static void summary__divides_the_medians(void) {
  const struct bench_metric metric = {.kind = BENCH_RATIO_AT_MOST, .target = 2};
  const struct bench_summary summary = summarise(&metric, 1, 199, 1, 99);
  CHECK_INT(100, summary.p50);
  CHECK_INT(50, summary.baseline_p50);
  CHECK(summary.ratio == 2 && summary.within);
}

static void summary__holds_a_ratio_target(void) {
  const struct bench_metric metric = {.kind = BENCH_RATIO_AT_MOST, .target = 1.9};
  CHECK(!summarise(&metric, 1, 199, 1, 99).within);
}

static void summary__holds_a_target_for_the_slowest(void) {
  struct bench_metric metric = {.kind = BENCH_RATIO_AT_MOST, .target = 10, .ratio_p99_at_most = 1.5};
  CHECK(!summarise(&metric, 1, 200, 1, 100).within);
  metric.ratio_p99_at_most = 2.5;
  CHECK(summarise(&metric, 1, 200, 1, 100).within);
}

static void summary__takes_the_low_end_of_rates_as_p99(void) {
  const struct bench_metric metric = {.kind = BENCH_RATIO_AT_LEAST, .target = 0.5};
  const struct bench_summary summary = summarise(&metric, 1, 100, 1, 100);
  CHECK_INT(1, summary.p99);
  CHECK(summary.within);
}

static void summary__holds_additions_and_plain_values(void) {
  const struct bench_metric adds = {.kind = BENCH_ADDS_AT_MOST, .target = 49};
  CHECK(!summarise(&adds, 1, 199, 1, 99).within);
  const struct bench_metric value = {.kind = BENCH_VALUE_AT_MOST, .target = 50};
  CHECK(summarise(&value, 1, 99, 1, 1).within);
  CHECK(!summarise(&value, 1, 103, 1, 1).within);
}

CHECK_MAIN(TEST(samples__give_nearest_ranks), TEST(samples__of_one_value_are_that_value),
           TEST(samples__keep_more_than_the_first_capacity), TEST(summary__divides_the_medians),
           TEST(summary__holds_a_ratio_target), TEST(summary__holds_a_target_for_the_slowest),
           TEST(summary__takes_the_low_end_of_rates_as_p99), TEST(summary__holds_additions_and_plain_values))
