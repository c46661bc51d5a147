/* Looking at a bridge, for tests. Every prompt of theirs is SECRET, which no event may hold. */
#ifndef LLMB_TESTS_STATS_HARNESS_H
#define LLMB_TESTS_STATS_HARNESS_H

#include "tests/bridge/bridge_harness.h"

#define SECRET "secret"

enum { EVENTS_MAX = 128 };

/* LeakSanitizer may not look into a process that has given up its rights, and exits with a status of its own. */
UNUSED static void let_engines_exit_in_peace(void) {
  setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
}

UNUSED static llmb_stats stats_of(llmb_bridge *bridge) {
  llmb_stats stats;
  llmb_error error;
  llmb_error_init(&error);
  llmb_stats_init(&stats);
  CHECK_INT(LLMB_OK, llmb_bridge_stats(bridge, &stats, &error));
  CHECK_TEXT("", error.message);
  return stats;
}

UNUSED static uint64_t ended_count(const llmb_stats *stats) {
  uint64_t count = 0;
  for (unsigned i = 0; i < LLMB_STATS_STATUSES; i++) count += stats->calls_ended[i];
  return count;
}

UNUSED static uint64_t bucket_sum(const uint64_t *buckets) {
  uint64_t count = 0;
  for (unsigned i = 0; i < LLMB_STATS_BUCKETS; i++) count += buckets[i];
  return count;
}

/* The events after a number, checked for what holds of all. */
UNUSED static uint32_t events_of(llmb_bridge *bridge, uint64_t after, llmb_event *out) {
  uint32_t count = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_events(bridge, after, out, EVENTS_MAX, &count, NULL));
  for (uint32_t i = 0; i < count; i++) {
    CHECK(out[i].sequence > after);
    if (i > 0) CHECK_INT(out[i - 1].sequence + 1, out[i].sequence);
    CHECK(out[i].time_ns > 0);
    CHECK(strcmp(llmb_event_kind_name(out[i].kind), "unknown") != 0);
    CHECK(strstr(out[i].text, SECRET) == NULL);
  }
  /* What the system offers of the sandbox differs from machine to machine; it has a test of its own. */
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (out[i].kind != LLMB_EVENT_SANDBOX_INCOMPLETE) out[kept++] = out[i];
  }
  return kept;
}

/* Checks that these kinds of events have happened and no other, in this order; 0 at the end. */
UNUSED static void check_kinds(const llmb_event *events, uint32_t count, const uint32_t *kinds) {
  uint32_t wanted = 0;
  for (; kinds[wanted] != 0; wanted++) {
    if (wanted >= count) continue;
    CHECK_TEXT(llmb_event_kind_name(kinds[wanted]), llmb_event_kind_name(events[wanted].kind));
  }
  CHECK_INT(wanted, count);
}
#define KINDS(...)     \
  (const uint32_t[]) { \
    __VA_ARGS__, 0     \
  }

#endif
