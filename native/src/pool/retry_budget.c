#include "pool/retry_budget.h"

#include "core/policy.h"

void retry_budget_init(struct retry_budget *budget) {
  budget->tenths = POOL_RETRY_TENTHS_MAX;
}

void retry_budget_note_success(struct retry_budget *budget) {
  if (budget->tenths < POOL_RETRY_TENTHS_MAX) budget->tenths += POOL_RETRY_TENTHS_EARNED;
}

bool retry_budget_take(struct retry_budget *budget) {
  if (budget->tenths <= POOL_RETRY_TENTHS_STOP) return false;
  budget->tenths -= POOL_RETRY_TENTHS_SPENT;
  return true;
}
