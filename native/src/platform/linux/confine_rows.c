#include "platform/linux/confine_table.h"

/* Without the names, which nothing but the page needs. */
#define CALL(number, name, load, serve, shared, files, calls) \
  {number, {RULE_##load, RULE_##serve, RULE_##shared, RULE_##files, RULE_##calls}},

const struct confine_row confine_rows[] = {
#include "platform/linux/confine_rows.inc"
};
#undef CALL

const unsigned confine_row_count = sizeof confine_rows / sizeof confine_rows[0];

static bool is_known(unsigned number) {
  return number <= CONFINE_OLD_LAST || (number >= CONFINE_NEW_FIRST && number <= CONFINE_NEW_LAST);
}

enum confine_rule confine_rule_of(enum confine_column column, unsigned number) {
  for (unsigned i = 0; i < confine_row_count; i++) {
    if (confine_rows[i].number == number) return (enum confine_rule)confine_rows[i].rules[column];
  }
  if (!is_known(number)) return RULE_UNKNOWN;
  return confine_is_allowlist(column) ? RULE_NO : RULE_YES;
}
