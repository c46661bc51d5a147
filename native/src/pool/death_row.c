#include "pool/death_row.h"

static bool excuses_kill(struct death_row *row, uint64_t now_ns) {
  uint64_t *oldest_ns = &row->unknown_ns[row->unknown_next];
  const bool many = *oldest_ns != 0 && now_ns - *oldest_ns < POOL_UNKNOWN_KILLS_NS;
  *oldest_ns = now_ns;
  row->unknown_next = (row->unknown_next + 1) % (POOL_UNKNOWN_KILLS_MAX - 1);
  return !many;
}

bool death_row_excuses(struct death_row *row, enum death_cause cause, bool explained, uint64_t now_ns) {
  if (cause == DEATH_UNKNOWN) return excuses_kill(row, now_ns);
  if (!explained) return false;
  row->explained++;
  return row->explained <= POOL_EXPLAINED_ROW_MAX;
}
