#include "pool/pool_stats.h"

#include <math.h>

#include "tests/check.h"

static uint64_t bound_ns(uint32_t bucket) {
  return (uint64_t)llround(llmb_stats_bucket_ms(bucket) * 1e6);
}

/* The one bucket that a duration falls into. */
static uint32_t bucket_of(uint64_t duration_ns) {
  uint64_t buckets[LLMB_STATS_BUCKETS] = {0};
  double sum_ms = 0;
  uint32_t found = LLMB_STATS_BUCKETS;
  stats_count_time(buckets, &sum_ms, duration_ns);
  for (uint32_t i = 0; i < LLMB_STATS_BUCKETS; i++) {
    if (buckets[i] == 0) continue;
    CHECK_INT(1, buckets[i]);
    CHECK_INT(LLMB_STATS_BUCKETS, found);
    found = i;
  }
  CHECK(fabs(sum_ms - (double)duration_ns / 1e6) <= 1e-9 * sum_ms);
  return found;
}

static void bounds__double_from_sixteen_microseconds_on(void) {
  CHECK_INT(16000, bound_ns(0));
  for (uint32_t i = 1; i < LLMB_STATS_BUCKETS - 1; i++) CHECK_INT(2 * bound_ns(i - 1), bound_ns(i));
  CHECK(isinf(llmb_stats_bucket_ms(LLMB_STATS_BUCKETS - 1)));
  CHECK(isinf(llmb_stats_bucket_ms(UINT32_MAX)));
}

static void durations__fall_into_the_bucket_whose_bound_they_do_not_pass(void) {
  CHECK_INT(0, bucket_of(0));
  CHECK_INT(0, bucket_of(1));
  for (uint32_t i = 0; i < LLMB_STATS_BUCKETS - 1; i++) {
    CHECK_INT(i, bucket_of(bound_ns(i) - 1));
    CHECK_INT(i, bucket_of(bound_ns(i)));
    CHECK_INT(i + 1, bucket_of(bound_ns(i) + 1));
  }
  CHECK_INT(LLMB_STATS_BUCKETS - 1, bucket_of(UINT64_MAX));
}

static void outcomes__have_a_place_each_and_internal_ones_the_last(void) {
  static struct pool_stats stats;
  const llmb_status odd[] = {LLMB_E_INTERNAL, -1, LLMB_STATS_STATUSES, INT32_MAX};
  stats_open(&stats);
  for (llmb_status status = LLMB_OK; status <= LLMB_E_NOT_READY; status++) {
    stats_count_end(&stats, status);
    CHECK_INT(1, stats.figures.calls_ended[status]);
  }
  for (unsigned i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    stats_count_end(&stats, odd[i]);
    CHECK_INT(i + 1, stats.figures.calls_ended[LLMB_STATS_STATUSES - 1]);
  }
}

static void events__beyond_the_ring_replace_the_oldest(void) {
  static struct pool_stats stats;
  static llmb_event events[2 * POOL_EVENTS_MAX];
  enum { ADDED = 3 * POOL_EVENTS_MAX + 7 };
  stats_open(&stats);
  CHECK_INT(0, stats_copy_events(&stats, 0, events, 2 * POOL_EVENTS_MAX));
  for (uint64_t i = 1; i <= ADDED; i++) {
    stats_add_event(&stats, LLMB_EVENT_CALL_FAILED, i);
    const uint64_t kept = i < POOL_EVENTS_MAX ? i : POOL_EVENTS_MAX;
    CHECK_INT(kept, stats_copy_events(&stats, 0, events, 2 * POOL_EVENTS_MAX));
    for (uint64_t k = 0; k < kept; k++) CHECK_INT(i - kept + 1 + k, events[k].sequence);
  }
  CHECK_INT(3, stats_copy_events(&stats, ADDED - 3, events, 2 * POOL_EVENTS_MAX));
  CHECK_INT(ADDED - 2, events[0].sequence);
  CHECK_INT(2, stats_copy_events(&stats, 0, events, 2));
  CHECK_INT(ADDED - POOL_EVENTS_MAX + 2, events[1].sequence);
  CHECK_INT(0, stats_copy_events(&stats, ADDED, events, 2));
  CHECK_INT(0, stats_copy_events(&stats, UINT64_MAX, events, 2));
  CHECK_INT(0, stats_copy_events(&stats, 0, NULL, 0));
}

static void text__is_cut_between_characters(void) {
  llmb_event event;
  char long_text[2 * LLMB_EVENT_TEXT_SIZE + 1];
  for (unsigned i = 0; i < LLMB_EVENT_TEXT_SIZE; i++) memcpy(long_text + 2 * (size_t)i, "\xc3\xa9", 2);
  long_text[2 * LLMB_EVENT_TEXT_SIZE] = 0;
  event_set_text(&event, "%s", long_text);
  CHECK_INT((LLMB_EVENT_TEXT_SIZE - 1) / 2 * 2, strlen(event.text));
  CHECK(memcmp(event.text, long_text, strlen(event.text)) == 0);
}

static void failures__are_counted_by_their_cause(void) {
  static struct pool_stats stats;
  static const llmb_status causes[] = {LLMB_E_ENGINE_CRASHED, LLMB_E_ENGINE_HUNG,   LLMB_E_START_TIMEOUT,
                                       LLMB_E_PROTOCOL_ERROR, LLMB_E_MODEL_INVALID, LLMB_E_SPAWN_FAILED};
  llmb_error failure;
  llmb_error_init(&failure);
  stats_open(&stats);
  for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
    failure.status = causes[i];
    stats_note_failure(&stats, 7, false, &failure, i);
  }
  CHECK_INT(1, stats.figures.engines_crashed);
  CHECK_INT(2, stats.figures.engines_hung);
  CHECK_INT(1, stats.figures.engines_broken);
  CHECK_INT(2, stats.figures.engines_refused);
  failure.status = LLMB_E_MODEL_INVALID;
  stats_note_failure(&stats, 7, true, &failure, 9);
  CHECK_INT(2, stats.figures.engines_broken);
}

static void delay__is_told_once(void) {
  static struct pool_stats stats;
  stats_open(&stats);
  for (uint64_t now_ns = 1; now_ns < 5; now_ns++) stats_note_delay(&stats, 5000000, now_ns);
  stats_note_delay(&stats, LLMB_NEVER, 5);
  CHECK_INT(1, stats.event_count);
  CHECK_TEXT("for 5 ms", stats.events[0].text);
}

CHECK_MAIN(TEST(bounds__double_from_sixteen_microseconds_on),
           TEST(durations__fall_into_the_bucket_whose_bound_they_do_not_pass),
           TEST(outcomes__have_a_place_each_and_internal_ones_the_last),
           TEST(events__beyond_the_ring_replace_the_oldest), TEST(text__is_cut_between_characters),
           TEST(failures__are_counted_by_their_cause), TEST(delay__is_told_once))
