/* JSON numbers compared and divided exactly, by their digits: nothing is rounded, whatever their length. */
#ifndef LLMB_SCHEMA_EXACT_NUMBER_H
#define LLMB_SCHEMA_EXACT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Beyond it all exponents count as equal: such a number has no more digits than memory has bytes, so that only the
 * exponents of two absurd numbers can be confused. */
#define EXACT_EXPONENT_MAX INT64_C(1000000000000000)

/* sign × digits × 10^exponent, where the digits are those from `first` to `last` (a point between them is skipped),
 * neither of which is 0. Zero has no digits. It points into the text that it was read from. */
struct exact_number {
  const char *first, *last;
  uint64_t digit_count;
  int64_t exponent;
  bool is_negative;
};

/* Of a good JSON number. */
struct exact_number exact_number_read(const char *text, uint64_t size);

bool exact_number_is_integer(const struct exact_number *number);

/* Below, at or above 0 as a is below, equal to or above b. */
int exact_number_compare(const struct exact_number *a, const struct exact_number *b);

/* The digits as a number, if there are at most 18 of them. */
bool exact_number_digits(const struct exact_number *number, uint64_t *out);

/* Whether the number is a whole multiple of `divisor`, which is not 0 and has at most 18 digits. */
bool exact_number_is_multiple(const struct exact_number *number, const struct exact_number *divisor);

/* The number if it is a whole one and not negative, UINT32_MAX if it is larger than that; false otherwise. */
bool exact_number_count(const struct exact_number *number, uint32_t *out);

#endif
