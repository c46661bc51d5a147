#include "pool/retry_budget.h"

#include "core/policy.h"

void retry_budget_init(struct retry_budget *budget, uint64_t now_ns) {
  budget->tenths = POOL_RETRY_TENTHS_MAX;
  budget->filled_ns = now_ns;
}

void retry_budget_note_success(struct retry_budget *budget) {
  if (budget->tenths < POOL_RETRY_TENTHS_MAX) budget->tenths += POOL_RETRY_TENTHS_EARNED;
}

static void refill(struct retry_budget *budget, uint64_t now_ns) {
  const uint64_t earned = now_ns > budget->filled_ns ? (now_ns - budget->filled_ns) / POOL_RETRY_TENTH_NS : 0;
  const uint32_t missing = POOL_RETRY_TENTHS_MAX - budget->tenths;
  budget->tenths += earned < missing ? (uint32_t)earned : missing;
  budget->filled_ns += earned * POOL_RETRY_TENTH_NS;
}

bool retry_budget_take(struct retry_budget *budget, uint64_t now_ns) {
  refill(budget, now_ns);
  if (budget->tenths <= POOL_RETRY_TENTHS_STOP) return false;
  budget->tenths -= POOL_RETRY_TENTHS_SPENT;
  return true;
}
