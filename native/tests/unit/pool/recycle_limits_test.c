#include "pool/recycle.h"

#include "tests/check.h"
#include "core/policy.h"

#define MIB (UINT64_C(1) << 20)

static uint64_t calls_of(uint64_t limit, uint64_t *chance) {
  const struct recycle_limits limits = {.calls = limit};
  struct recycle recycle = recycle_begin(&limits, chance);
  uint64_t count = 1;
  while (count < 2000 && !recycle_note_call(&recycle)) count++;
  return count;
}

static void no_limit__never_recycles(void) {
  const struct recycle_limits limits = {0};
  uint64_t chance = 1;
  struct recycle recycle = recycle_begin(&limits, &chance);
  for (int i = 0; i < 100000; i++) CHECK(!recycle_note_call(&recycle));
  recycle_note_ready(&recycle, MIB, 0);
  CHECK(!recycle_measures(&recycle, UINT64_MAX));
}

static void calls__are_spread_by_a_tenth(void) {
  uint64_t chance = 1, least = UINT64_MAX, most = 0;
  for (int i = 0; i < 10000; i++) {
    const uint64_t calls = calls_of(100, &chance);
    if (calls < least) least = calls;
    if (calls > most) most = calls;
  }
  CHECK_INT(90, least);
  CHECK_INT(110, most);
}

static void few_calls__are_not_spread(void) {
  uint64_t chance = 1;
  for (int i = 0; i < 100; i++) {
    CHECK_INT(1, calls_of(1, &chance));
    CHECK_INT(9, calls_of(9, &chance));
  }
}

static void growth__counts_from_ready_on(void) {
  const struct recycle_limits limits = {.growth_bytes = 10 * MIB};
  uint64_t chance = 1, now_ns = 5;
  struct recycle recycle = recycle_begin(&limits, &chance);
  CHECK(!recycle_measures(&recycle, now_ns)); /* it is not ready yet */
  recycle_note_ready(&recycle, 500 * MIB, now_ns);
  CHECK(!recycle_measures(&recycle, now_ns));
  now_ns += POOL_GROWTH_LOOK_NS;
  CHECK(recycle_measures(&recycle, now_ns));
  CHECK(!recycle_note_memory(&recycle, 100 * MIB, now_ns));
  CHECK(!recycle_note_memory(&recycle, 510 * MIB, now_ns));
  CHECK(recycle_note_memory(&recycle, 510 * MIB + 1, now_ns));
}

CHECK_MAIN(TEST(no_limit__never_recycles), TEST(calls__are_spread_by_a_tenth), TEST(few_calls__are_not_spread),
           TEST(growth__counts_from_ready_on))
