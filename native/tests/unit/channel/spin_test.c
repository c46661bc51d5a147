#include <sched.h>

#include "tests/check.h"
#include "channel/channel_limits.h"
#include "channel/spin.h"
#include "platform/os_clock.h"

static void spin__is_off_where_there_is_one_processor(void) {
  struct spin spin = spin_create();
  CHECK_INT(os_cpu_count() > 1, spin_begin(&spin) > 0);
}

static void spin__is_off_where_one_processor_is_allowed(void) {
  cpu_set_t before, one;
  CHECK_INT(0, sched_getaffinity(0, sizeof before, &before));
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
    if (CPU_ISSET(i, &before)) CPU_SET(i, &one);
  }
  CHECK_INT(0, sched_setaffinity(0, sizeof one, &one));
  struct spin spin = spin_create();
  CHECK_INT(0, spin_begin(&spin));
  CHECK_INT(0, sched_setaffinity(0, sizeof before, &before));
}

static void spin__ends_after_a_few_spins_in_vain(void) {
  struct spin spin = {.budget_ns = CHANNEL_SPIN_NS_MAX, .usable = true};
  uint64_t before_ns = CHANNEL_SPIN_NS_MAX + 1;
  for (int i = 0; i < 4 && spin.budget_ns > 0; i++) {
    CHECK(spin_begin(&spin) < before_ns && spin.budget_ns >= CHANNEL_SPIN_NS_MIN);
    before_ns = spin.budget_ns;
    spin_end(&spin, false);
  }
  CHECK_INT(0, spin_begin(&spin));
}

static void spin__is_tried_again_now_and_then(void) {
  struct spin spin = {.budget_ns = 0, .usable = true};
  unsigned whole_count = 0;
  for (int i = 0; i < 10 * CHANNEL_SPIN_TRY_EVERY; i++) {
    const uint64_t spin_ns = spin_begin(&spin);
    whole_count += spin_ns == CHANNEL_SPIN_NS_MAX;
    if (spin_ns > 0) spin_end(&spin, false);
  }
  CHECK(whole_count >= 9 && whole_count <= 10);
}

static void spin__stays_when_a_try_pays(void) {
  struct spin spin = {.budget_ns = 0, .usable = true};
  for (int i = 1; i < CHANNEL_SPIN_TRY_EVERY; i++) CHECK_INT(0, spin_begin(&spin));
  CHECK_INT(CHANNEL_SPIN_NS_MAX, spin_begin(&spin));
  spin_end(&spin, true);
  CHECK_INT(CHANNEL_SPIN_NS_MAX, spin_begin(&spin));
}

static void spin__grows_while_it_pays_up_to_a_maximum(void) {
  struct spin spin = {.budget_ns = CHANNEL_SPIN_NS_MIN, .usable = true};
  spin_end(&spin, true);
  CHECK(spin_begin(&spin) > CHANNEL_SPIN_NS_MIN);
  for (int i = 0; i < 100; i++) spin_end(&spin, true);
  CHECK_INT(CHANNEL_SPIN_NS_MAX, spin_begin(&spin));
}

static void spin__stays_off_whatever_it_learns(void) {
  struct spin spin = {.usable = false};
  for (int i = 0; i < 10 * CHANNEL_SPIN_TRY_EVERY; i++) {
    CHECK_INT(0, spin_begin(&spin));
    spin_end(&spin, i % 2 == 0);
  }
}

CHECK_MAIN(TEST(spin__is_off_where_there_is_one_processor), TEST(spin__is_off_where_one_processor_is_allowed),
           TEST(spin__ends_after_a_few_spins_in_vain), TEST(spin__is_tried_again_now_and_then),
           TEST(spin__stays_when_a_try_pays), TEST(spin__grows_while_it_pays_up_to_a_maximum),
           TEST(spin__stays_off_whatever_it_learns))
