#include "tests/check.h"

#include "core/policy.h"
#include "pool/demotion.h"

static const uint64_t second_ns = 1000000000;

static void demotion__takes_three_failures_within_its_window(void) {
  struct demotion demotion = {0};
  for (uint64_t i = 1; i <= 2; i++) demotion_note(&demotion, DEMOTION_FAILURE, i * second_ns);
  CHECK(demotion_allows(&demotion, 3 * second_ns));
  demotion_note(&demotion, DEMOTION_FAILURE, 3 * second_ns);
  CHECK(!demotion_allows(&demotion, 4 * second_ns));
}

static void demotion__forgives_failures_that_come_seldom(void) {
  struct demotion demotion = {0};
  for (uint64_t i = 1; i < 100; i++) {
    demotion_note(&demotion, DEMOTION_FAILURE, i * (DEMOTION_WINDOW_NS / 2 + second_ns));
    CHECK(demotion_allows(&demotion, i * (DEMOTION_WINDOW_NS / 2 + second_ns)));
  }
}

static uint64_t demote(struct demotion *demotion) {
  for (int i = 0; i < DEMOTION_FAILURES; i++) demotion_note(demotion, DEMOTION_FAILURE, second_ns);
  return second_ns + DEMOTION_TIME_NS;
}

static void probe__is_one_call_at_a_time(void) {
  struct demotion demotion = {0};
  const uint64_t over_ns = demote(&demotion);
  CHECK(!demotion_allows(&demotion, over_ns - 1));
  CHECK(demotion_allows(&demotion, over_ns));
  CHECK(!demotion_allows(&demotion, over_ns));
  demotion_note(&demotion, DEMOTION_NEITHER, over_ns);
  CHECK(demotion_allows(&demotion, over_ns)); /* it said nothing: the next may try */
}

static void probe__that_succeeds_promotes(void) {
  struct demotion demotion = {0};
  const uint64_t over_ns = demote(&demotion);
  CHECK(demotion_allows(&demotion, over_ns));
  demotion_note(&demotion, DEMOTION_SUCCESS, over_ns);
  CHECK(demotion_allows(&demotion, over_ns) && demotion_allows(&demotion, over_ns));
  demotion_note(&demotion, DEMOTION_FAILURE, over_ns); /* the old ones are forgotten */
  CHECK(demotion_allows(&demotion, over_ns));
}

static void probe__that_fails_demotes_again(void) {
  struct demotion demotion = {0};
  const uint64_t over_ns = demote(&demotion);
  CHECK(demotion_allows(&demotion, over_ns));
  demotion_note(&demotion, DEMOTION_FAILURE, over_ns);
  CHECK(!demotion_allows(&demotion, over_ns + DEMOTION_TIME_NS - 1));
  CHECK(demotion_allows(&demotion, over_ns + DEMOTION_TIME_NS));
}

/* A call that was under way when the others failed is no probe. */
static void success__of_an_older_call_promotes_nothing(void) {
  struct demotion demotion = {0};
  const uint64_t over_ns = demote(&demotion);
  demotion_note(&demotion, DEMOTION_SUCCESS, over_ns - second_ns);
  CHECK(!demotion_allows(&demotion, over_ns - second_ns));
}

CHECK_MAIN(TEST(demotion__takes_three_failures_within_its_window), TEST(demotion__forgives_failures_that_come_seldom),
           TEST(probe__is_one_call_at_a_time), TEST(probe__that_succeeds_promotes),
           TEST(probe__that_fails_demotes_again), TEST(success__of_an_older_call_promotes_nothing))
