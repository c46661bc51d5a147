#include "../../check.h"
#include "channel/channel_limits.h"
#include "channel/spin.h"
#include "platform/os_clock.h"

static void spin__is_off_where_there_is_one_processor(void) {
  const struct spin spin = spin_create();
  CHECK_INT(os_cpu_count() > 1, spin.budget_ns > 0);
}

static void spin__shrinks_with_long_waits_down_to_a_minimum(void) {
  struct spin spin = {.budget_ns = CHANNEL_SPIN_NS_MAX};
  spin_learn(&spin, CHANNEL_SPIN_NS_MAX + 1);
  CHECK(spin.budget_ns < CHANNEL_SPIN_NS_MAX);
  for (int i = 0; i < 4; i++) spin_learn(&spin, UINT64_MAX);
  CHECK_INT(CHANNEL_SPIN_NS_MIN, spin.budget_ns);
}

static void spin__is_tried_again_after_many_long_waits(void) {
  struct spin spin = {.budget_ns = CHANNEL_SPIN_NS_MIN};
  unsigned whole_count = 0;
  for (int i = 0; i < 10 * CHANNEL_SPIN_TRY_EVERY; i++) {
    spin_learn(&spin, UINT64_MAX);
    CHECK(spin.budget_ns >= CHANNEL_SPIN_NS_MIN && spin.budget_ns <= CHANNEL_SPIN_NS_MAX);
    whole_count += spin.budget_ns == CHANNEL_SPIN_NS_MAX;
  }
  CHECK_INT(10, whole_count);
}

static void spin__grows_with_short_waits_up_to_a_maximum(void) {
  struct spin spin = {.budget_ns = CHANNEL_SPIN_NS_MIN};
  spin_learn(&spin, 0);
  CHECK(spin.budget_ns > CHANNEL_SPIN_NS_MIN);
  for (int i = 0; i < 100; i++) spin_learn(&spin, CHANNEL_SPIN_NS_MAX);
  CHECK_INT(CHANNEL_SPIN_NS_MAX, spin.budget_ns);
}

static void spin__stays_off_whatever_it_learns(void) {
  struct spin spin = {.budget_ns = 0};
  spin_learn(&spin, 0);
  spin_learn(&spin, UINT64_MAX);
  CHECK_INT(0, spin.budget_ns);
}

CHECK_MAIN(TEST(spin__is_off_where_there_is_one_processor), TEST(spin__shrinks_with_long_waits_down_to_a_minimum),
           TEST(spin__is_tried_again_after_many_long_waits), TEST(spin__grows_with_short_waits_up_to_a_maximum),
           TEST(spin__stays_off_whatever_it_learns))
