#include "pool/retry_budget.h"

#include "tests/check.h"

static unsigned take_all(struct retry_budget *budget) {
  unsigned count = 0;
  while (retry_budget_take(budget)) count++;
  return count;
}

static void full_budget__allows_five(void) {
  struct retry_budget budget;
  retry_budget_init(&budget);
  CHECK_INT(5, take_all(&budget));
  CHECK(!retry_budget_take(&budget));
}

static void ten_successes__earn_one(void) {
  struct retry_budget budget;
  retry_budget_init(&budget);
  take_all(&budget);
  for (int i = 0; i < 10; i++) retry_budget_note_success(&budget);
  CHECK_INT(1, take_all(&budget));
}

static void successes__fill_no_more_than_the_bucket(void) {
  struct retry_budget budget;
  retry_budget_init(&budget);
  for (int i = 0; i < 100000; i++) retry_budget_note_success(&budget);
  CHECK_INT(5, take_all(&budget));
}

CHECK_MAIN(TEST(full_budget__allows_five), TEST(ten_successes__earn_one), TEST(successes__fill_no_more_than_the_bucket))
