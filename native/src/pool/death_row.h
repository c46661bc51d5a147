/* Which deaths of engines are counted against the pool: not those that one request explains, nor kills from elsewhere,
 * as long as they are few. Pure. */
#ifndef LLMB_DEATH_ROW_H
#define LLMB_DEATH_ROW_H

#include "core/policy.h"
#include "pool/death_cause.h"

/* All zero is a pool in which nobody has died. */
struct death_row {
  uint32_t explained;                              /* in a row, since a call was last answered */
  uint64_t unknown_ns[POOL_UNKNOWN_KILLS_MAX - 1]; /* when the last kills from elsewhere were; a ring */
  uint32_t unknown_next;
};

/* Notes a death; `explained` says that it is one request's. True if it is not the pool's to pay for. */
bool death_row_excuses(struct death_row *row, enum death_cause cause, bool explained, uint64_t now_ns);

#endif
