#include "pool/retry_budget.h"

#include "core/policy.h"
#include "tests/check.h"

static const uint64_t begin_ns = 1000;

static unsigned take_all(struct retry_budget *budget, uint64_t now_ns) {
  unsigned count = 0;
  while (retry_budget_take(budget, now_ns)) count++;
  return count;
}

static void full_budget__allows_five(void) {
  struct retry_budget budget;
  retry_budget_init(&budget, begin_ns);
  CHECK_INT(5, take_all(&budget, begin_ns));
  CHECK(!retry_budget_take(&budget, begin_ns));
}

static void ten_successes__earn_one(void) {
  struct retry_budget budget;
  retry_budget_init(&budget, begin_ns);
  take_all(&budget, begin_ns);
  for (int i = 0; i < 10; i++) retry_budget_note_success(&budget);
  CHECK_INT(1, take_all(&budget, begin_ns));
}

static void time__earns_one_in_ten_tenths(void) {
  struct retry_budget budget;
  retry_budget_init(&budget, begin_ns);
  take_all(&budget, begin_ns);
  CHECK_INT(0, take_all(&budget, begin_ns + POOL_RETRY_TENTH_NS - 1));
  CHECK_INT(1, take_all(&budget, begin_ns + 10 * POOL_RETRY_TENTH_NS));
  CHECK_INT(0, take_all(&budget, begin_ns + 10 * POOL_RETRY_TENTH_NS));
  CHECK_INT(5, take_all(&budget, begin_ns + 1000000 * POOL_RETRY_TENTH_NS));
}

static void time__that_goes_back_earns_nothing(void) {
  struct retry_budget budget;
  retry_budget_init(&budget, begin_ns);
  take_all(&budget, begin_ns);
  CHECK_INT(0, take_all(&budget, 0));
}

static void successes__fill_no_more_than_the_bucket(void) {
  struct retry_budget budget;
  retry_budget_init(&budget, begin_ns);
  for (int i = 0; i < 100000; i++) retry_budget_note_success(&budget);
  CHECK_INT(5, take_all(&budget, begin_ns));
}

CHECK_MAIN(TEST(full_budget__allows_five), TEST(ten_successes__earn_one), TEST(time__earns_one_in_ten_tenths),
           TEST(time__that_goes_back_earns_nothing), TEST(successes__fill_no_more_than_the_bucket))
