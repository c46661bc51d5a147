/* The figures of a run, as rows: the table and the JSON object are made of the same ones. */
#include <stdio.h>
#include <string.h>

#include "tests/soak/soak.h"

enum { WARM_UP_DIVISOR = 10, SLOPE_CALLS_MIN = 200000, SLOPE_SAMPLES_MIN = 10 };

/* Memory that is lost for good at this rate is a leak. */
#define SLOPE_KIB_MAX 1.0

static void row(const struct soak *soak, const char *name, const char *unit, double value) {
  const int digits = value == (double)(int64_t)value ? 0 : 3;
  if (soak->options.json) {
    printf(",\"%s%s%s\":%.*f", name, *unit == 0 ? "" : "_", unit, digits, value);
  } else {
    char label[64];
    snprintf(label, sizeof label, "%s", name);
    for (char *at = label; *at != 0; at++) *at = *at == '_' ? ' ' : *at;
    printf("  %-34s %14.*f %s\n", label, digits, value, unit);
  }
}

static uint64_t rss_of(const struct soak_sample *sample, bool of_keeper) {
  return of_keeper ? sample->keeper_rss_kib : sample->host_rss_kib;
}

static unsigned warm_up(const struct soak *soak) {
  return 1 + soak->sample_count / WARM_UP_DIVISOR;
}

/* KiB for each thousand calls, by least squares over what follows the warm-up. */
static double slope(const struct soak *soak, bool of_keeper) {
  double n = 0, x_sum = 0, y_sum = 0, xx_sum = 0, xy_sum = 0;
  for (unsigned i = warm_up(soak); i < soak->sample_count; i++) {
    const double x = (double)soak->samples[i].calls / 1000, y = (double)rss_of(&soak->samples[i], of_keeper);
    n++;
    x_sum += x;
    y_sum += y;
    xx_sum += x * x;
    xy_sum += x * y;
  }
  const double spread = n * xx_sum - x_sum * x_sum;
  return spread > 0 ? (n * xy_sum - x_sum * y_sum) / spread : 0;
}

/* A few seconds say nothing about a slope. */
static bool slope_counts(const struct soak *soak) {
  return soak->sample_count >= SLOPE_SAMPLES_MIN && atomic_load(&soak->tally.calls) >= SLOPE_CALLS_MIN;
}

static void memory_rows(struct soak *soak, bool of_keeper) {
  const char *const names[2][4] = {
      {"rss_after_warm_up", "rss_at_the_end", "rss_per_1000_calls", "this process"},
      {"keeper_rss_after_warm_up", "keeper_rss_at_the_end", "keeper_rss_per_1000_calls", "the keeper"}};
  const unsigned first = warm_up(soak) < soak->sample_count ? warm_up(soak) : 0;
  const double grown = slope(soak, of_keeper);
  if (soak->sample_count == 0) return;
  row(soak, names[of_keeper][0], "KiB", (double)rss_of(&soak->samples[first], of_keeper));
  row(soak, names[of_keeper][1], "KiB", (double)rss_of(&soak->samples[soak->sample_count - 1], of_keeper));
  if (!slope_counts(soak)) return;
  row(soak, names[of_keeper][2], "KiB", grown);
  if (grown >= SLOPE_KIB_MAX) {
    soak_violation(&soak->tally, "memory of %s grows by %.2f KiB each 1000 calls", names[of_keeper][3], grown);
  }
}

static void outcome_rows(struct soak *soak) {
  struct soak_tally *tally = &soak->tally;
  char name[64];
  row(soak, "calls", "", (double)tally->calls);
  for (llmb_status i = 0; i < SOAK_STATUS_COUNT; i++) {
    if (tally->outcomes[i] == 0) continue;
    snprintf(name, sizeof name, "ended_as_%s", llmb_status_name(i));
    row(soak, name, "", (double)tally->outcomes[i]);
  }
  row(soak, "lost_or_duplicate_outcomes", "", (double)soak_tally_lost(tally));
  if (soak_tally_lost(tally) != 0) soak_violation(tally, "calls without an outcome, or with two");
  row(soak, "kills", "", (double)tally->kills);
  if (tally->cycles > 0) {
    row(soak, "cycles_with_next_call_answered", "", (double)tally->cycles);
    return;
  }
  row(soak, "stops", "", (double)tally->stops);
  row(soak, "liars", "", (double)tally->garbage);
  row(soak, "cancelled", "", (double)tally->cancels);
}

static void resource_rows(struct soak *soak) {
  const struct soak_figures *before = &soak->before, *after = &soak->after;
  const char *above = soak_figures_above(after, before);
  row(soak, "descriptors_before", "", before->host.descriptors);
  row(soak, "descriptors_with_engines", "", soak->last.host.descriptors);
  row(soak, "descriptors_allowed_with_engines", "", soak->full.host.descriptors);
  row(soak, "descriptors_after", "", after->host.descriptors);
  row(soak, "threads_before", "", before->host.threads);
  row(soak, "threads_after", "", after->host.threads);
  row(soak, "children_after", "", after->host.children);
  row(soak, "zombies_after", "", after->host.zombies);
  row(soak, "shared_entries_before", "", before->shared_entries);
  row(soak, "shared_entries_after", "", after->shared_entries);
  row(soak, "keeper_descriptors_with_engines", "", soak->full.keeper.descriptors);
  if (above != NULL) soak_violation(&soak->tally, "more %s after than before", above);
  if (strcmp(soak->targets_before, soak->targets_after) != 0) {
    soak_violation(&soak->tally, "descriptors before:\n%safter:\n%s", soak->targets_before, soak->targets_after);
  }
}

static void latency_rows(struct soak *soak) {
  const double early_us = soak_latency_us(&soak->early, 0.99), late_us = soak_latency_us(&soak->late, 0.99);
  if (!soak->options.json) printf("  of a %s:\n", soak->mode->watched);
  row(soak, "first_quarter_p50", "us", soak_latency_us(&soak->early, 0.5));
  row(soak, "first_quarter_p99", "us", early_us);
  row(soak, "last_quarter_p50", "us", soak_latency_us(&soak->late, 0.5));
  row(soak, "last_quarter_p99", "us", late_us);
  if (early_us > 0) row(soak, "last_to_first_p99", "", late_us / early_us);
}

bool soak_report(struct soak *soak) {
  const double seconds = (double)(soak->end_ns - soak->start_ns) / 1e9;
  printf(soak->options.json ? "{\"soak\":\"%s\",\"version\":\"%s\"" : "soak %s, llmbridge %s\n", soak->mode->name,
         llmb_version());
  row(soak, "duration", "s", seconds);
  row(soak, "threads", "", soak->options.threads);
  row(soak, "seed", "", (double)soak->options.seed);
  if (soak->mode == &soak_mixed) row(soak, "llama_engine", "", soak->has_llama);
  outcome_rows(soak);
  row(soak, "calls_per_second", "", (double)soak->tally.calls / seconds);
  if (soak->tally.cycles > 0) row(soak, "cycles_per_second", "", (double)soak->tally.cycles / seconds);
  resource_rows(soak);
  memory_rows(soak, false);
  memory_rows(soak, true);
  latency_rows(soak);
  const bool is_well = soak->tally.violations == 0;
  row(soak, "violations", "", (double)soak->tally.violations);
  puts(soak->options.json ? "}" : is_well ? "all is well" : "NOT WELL");
  fflush(stdout);
  return is_well;
}
