/* The committed numbers: guard_numbers.txt, a line each: name, value, tolerance in percent. */
#ifndef LLMB_TESTS_GUARD_NUMBERS_H
#define LLMB_TESTS_GUARD_NUMBERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARD_ROWS_MAX = 512, GUARD_ROW_NAME_SIZE = 96, GUARD_TOLERANCE = 10 };

struct guard_row {
  char name[GUARD_ROW_NAME_SIZE];
  uint64_t value;
  unsigned tolerance; /* for a row that is new; one that is committed keeps its own */
};

struct guard_rows {
  struct guard_row rows[GUARD_ROWS_MAX];
  size_t count;
};

void guard_rows_add(struct guard_rows *rows, uint64_t value, unsigned tolerance, const char *name_format, ...)
    __attribute__((format(printf, 4, 5)));

/* Whether value is within the tolerance of expected, either way. */
bool guard_within(uint64_t expected, uint64_t value, unsigned tolerance);

/* Compares what was measured with the committed rows whose names begin with `group` and a dot, says each difference and
 * the line that would end it, and returns how many there are. A number that became better must be committed too, so
 * that it stays. With LLMB_GUARD_UPDATE set the file is written instead. */
unsigned guard_rows_check(const struct guard_rows *measured, const char *group);

#endif
