#include "schema/exact_number.h"

#include <stddef.h>

enum { SMALL_DIGITS = 18 }; /* as many fit into 64 bits, with one more */

static bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

static int64_t read_exponent(const char *at, const char *end) {
  const bool is_negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) at++;
  int64_t exponent = 0;
  for (; at < end && is_digit(*at); at++) {
    if (exponent < EXACT_EXPONENT_MAX) exponent = exponent * 10 + (*at - '0');
  }
  if (exponent > EXACT_EXPONENT_MAX) exponent = EXACT_EXPONENT_MAX;
  return is_negative ? -exponent : exponent;
}

struct exact_number exact_number_read(const char *text, uint64_t size) {
  const char *at = text, *end = text + size;
  struct exact_number number = {.is_negative = size > 0 && *text == '-'};
  if (number.is_negative) at++;
  /* Digits are counted from the first that is not 0; those behind the last that is not are taken away again. */
  uint64_t digits = 0, digits_at_last = 0;
  int64_t after_point = 0, after_point_at_last = 0;
  bool seen_point = false;
  for (; at < end && (is_digit(*at) || *at == '.'); at++) {
    if (*at == '.') {
      seen_point = true;
      continue;
    }
    after_point += seen_point;
    if (*at == '0' && number.first == NULL) continue;
    digits++;
    if (*at == '0') continue;
    if (number.first == NULL) number.first = at;
    number.last = at;
    digits_at_last = digits;
    after_point_at_last = after_point;
  }
  if (number.first == NULL) return (struct exact_number){0};
  /* Of an integer the zeros behind its last digit count; of a fraction the places up to it do. */
  number.digit_count = digits_at_last;
  number.exponent = (int64_t)(digits - digits_at_last) - (after_point - after_point_at_last) - after_point_at_last;
  if (at < end && (*at == 'e' || *at == 'E')) number.exponent += read_exponent(at + 1, end);
  return number;
}

bool exact_number_is_integer(const struct exact_number *number) {
  return number->digit_count == 0 || number->exponent >= 0;
}

static const char *next_digit(const char *at) {
  at++;
  return *at == '.' ? at + 1 : at;
}

static int compare_magnitude(const struct exact_number *a, const struct exact_number *b) {
  const int64_t top_a = a->exponent + (int64_t)a->digit_count, top_b = b->exponent + (int64_t)b->digit_count;
  if (top_a != top_b) return top_a < top_b ? -1 : 1;
  const char *at_a = a->first, *at_b = b->first;
  for (;;) {
    if (*at_a != *at_b) return *at_a < *at_b ? -1 : 1;
    if (at_a == a->last || at_b == b->last) break;
    at_a = next_digit(at_a);
    at_b = next_digit(at_b);
  }
  return (at_b == b->last) - (at_a == a->last); /* the one that has digits left is larger: its last is not 0 */
}

int exact_number_compare(const struct exact_number *a, const struct exact_number *b) {
  if (a->digit_count == 0 || b->digit_count == 0) {
    const int sign_a = a->digit_count == 0 ? 0 : a->is_negative ? -1 : 1;
    const int sign_b = b->digit_count == 0 ? 0 : b->is_negative ? -1 : 1;
    return sign_a - sign_b;
  }
  if (a->is_negative != b->is_negative) return a->is_negative ? -1 : 1;
  const int order = compare_magnitude(a, b);
  return a->is_negative ? -order : order;
}

bool exact_number_digits(const struct exact_number *number, uint64_t *out) {
  *out = 0;
  if (number->digit_count > SMALL_DIGITS) return false;
  const char *at = number->first;
  for (uint64_t i = 0; i < number->digit_count; i++) {
    *out = *out * 10 + (uint64_t)(*at - '0');
    if (i + 1 < number->digit_count) at = next_digit(at);
  }
  return true;
}

static uint64_t times(uint64_t a, uint64_t b, uint64_t modulus) {
  return (uint64_t)((unsigned __int128)a * b % modulus);
}

static uint64_t power_of_ten(uint64_t exponent, uint64_t modulus) {
  uint64_t power = 10 % modulus, result = 1 % modulus;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = times(result, power, modulus);
    power = times(power, power, modulus);
  }
  return result;
}

bool exact_number_is_multiple(const struct exact_number *number, const struct exact_number *divisor) {
  if (number->digit_count == 0) return true;
  /* The number's last digit is not 0: no power of ten divides its digits. */
  if (number->exponent < divisor->exponent) {
    return false;
  }
  uint64_t modulus = 0, rest = 0;
  exact_number_digits(divisor, &modulus);
  if (modulus == 0) return false;
  const char *at = number->first;
  for (uint64_t i = 0; i < number->digit_count; i++) {
    rest = (rest * 10 + (uint64_t)(*at - '0')) % modulus;
    if (i + 1 < number->digit_count) at = next_digit(at);
  }
  return times(rest, power_of_ten((uint64_t)(number->exponent - divisor->exponent), modulus), modulus) == 0;
}

bool exact_number_count(const struct exact_number *number, uint32_t *out) {
  *out = 0;
  if (number->digit_count == 0) return true;
  if (number->is_negative || number->exponent < 0) return false;
  uint64_t value = UINT32_MAX;
  if (number->exponent + (int64_t)number->digit_count <= SMALL_DIGITS && exact_number_digits(number, &value)) {
    for (int64_t i = 0; i < number->exponent; i++) value *= 10;
  }
  *out = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
  return true;
}
