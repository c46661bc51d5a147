#include "spin.h"

#include "../platform/os_clock.h"
#include "channel_limits.h"

struct spin spin_create(void) {
  return (struct spin){.budget_ns = os_cpu_count() > 1 ? CHANNEL_SPIN_NS_MAX : 0};
}

void spin_learn(struct spin *spin, uint64_t waited_ns) {
  if (spin->budget_ns == 0) return;
  if (waited_ns <= CHANNEL_SPIN_NS_MAX) {
    spin->budget_ns = spin->budget_ns * 2 < CHANNEL_SPIN_NS_MAX ? spin->budget_ns * 2 : CHANNEL_SPIN_NS_MAX;
    spin->long_count = 0;
    return;
  }
  /* Two sides that both sleep see long waits only because of each other's waking: without a try now and then neither
   * would ever learn that the other could answer at once. */
  spin->long_count++;
  if (spin->long_count == CHANNEL_SPIN_TRY_EVERY) {
    spin->budget_ns = CHANNEL_SPIN_NS_MAX;
    spin->long_count = 0;
  } else if (spin->long_count == 1) {
    spin->budget_ns = spin->budget_ns / 2 > CHANNEL_SPIN_NS_MIN ? spin->budget_ns / 2 : CHANNEL_SPIN_NS_MIN;
  } else {
    spin->budget_ns = CHANNEL_SPIN_NS_MIN;
  }
}
