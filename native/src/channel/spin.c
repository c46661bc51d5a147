#include "channel/spin.h"

#include "channel/channel_limits.h"
#include "platform/os_clock.h"

struct spin spin_create(void) {
  const bool usable = os_cpu_count() > 1;
  return (struct spin){.budget_ns = usable ? CHANNEL_SPIN_NS_MAX : 0, .usable = usable};
}

uint64_t spin_begin(struct spin *spin) {
  if (!spin->usable || spin->budget_ns > 0) return spin->budget_ns;
  if (++spin->unspun_count < CHANNEL_SPIN_TRY_EVERY) return 0;
  spin->unspun_count = 0;
  spin->budget_ns = CHANNEL_SPIN_NS_MAX;
  return spin->budget_ns;
}

void spin_end(struct spin *spin, bool paid) {
  if (!spin->usable) return;
  if (paid) {
    spin->budget_ns = spin->budget_ns * 2 < CHANNEL_SPIN_NS_MAX ? spin->budget_ns * 2 : CHANNEL_SPIN_NS_MAX;
  } else {
    spin->budget_ns = spin->budget_ns / 4 >= CHANNEL_SPIN_NS_MIN ? spin->budget_ns / 4 : 0;
  }
}
