/* How many engines' deaths a pool answers by beginning their calls again: a bucket of tokens, so that repeating does
 * not feed an outage. A success gives a tenth of a token back, and so does time.
 * Pure. */
#ifndef LLMB_RETRY_BUDGET_H
#define LLMB_RETRY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct retry_budget {
  uint32_t tenths;    /* of a token */
  uint64_t filled_ns; /* when time last gave some back */
};

void retry_budget_init(struct retry_budget *budget, uint64_t now_ns);
void retry_budget_note_success(struct retry_budget *budget);

/* Takes a token; false, and nothing taken, if the bucket is half empty. */
bool retry_budget_take(struct retry_budget *budget, uint64_t now_ns);

#endif
