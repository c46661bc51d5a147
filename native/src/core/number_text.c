#include "core/number_text.h"

#include <string.h>

static const double TWO_TO_63 = 9223372036854775808.0;

/* Writes digits so that they end before `end`; returns where they begin. */
static char *digits_write(char *end, uint64_t value, unsigned digits_min) {
  char *begin = end;
  while (value > 0 || digits_min > 0) {
    *--begin = (char)('0' + value % 10);
    value /= 10;
    if (digits_min > 0) digits_min--;
  }
  return begin;
}

/* Writes a double of 2^63 or more, which is a whole number, as limbs of nine digits. */
static uint32_t large_write(char *text, double value) {
  enum { LIMB = 1000000000, LIMB_COUNT_MAX = 35, SHIFT_STEP = 29 };
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
  int shift = (int)(bits >> 52 & 0x7FF) - 1075;
  uint64_t limbs[LIMB_COUNT_MAX] = {mantissa % LIMB, mantissa / LIMB};
  unsigned count = 2;
  while (shift > 0) {
    int step = shift < SHIFT_STEP ? shift : SHIFT_STEP;
    uint64_t carry = 0;
    for (unsigned i = 0; i < count; i++) {
      uint64_t sum = (limbs[i] << step) + carry;
      limbs[i] = sum % LIMB;
      carry = sum / LIMB;
    }
    if (carry > 0) limbs[count++] = carry;
    shift -= step;
  }
  char digits[LIMB_COUNT_MAX * 9];
  char *end = digits + sizeof digits, *begin = end;
  for (unsigned i = 0; i < count; i++) begin = digits_write(begin, limbs[i], i + 1 < count ? 9 : 1);
  memcpy(text, begin, (size_t)(end - begin));
  return (uint32_t)(end - begin);
}

uint32_t number_write(char text[NUMBER_TEXT_CAPACITY], double value, unsigned decimals) {
  if (decimals > NUMBER_DECIMALS_MAX) decimals = NUMBER_DECIMALS_MAX;
  bool negative = value < 0;
  double magnitude = negative ? -value : value;
  uint64_t scale = 1, whole = 0, part = 0;
  for (unsigned i = 0; i < decimals; i++) scale *= 10;
  if (magnitude < TWO_TO_63) {
    whole = (uint64_t)magnitude;
    part = (uint64_t)((magnitude - (double)whole) * (double)scale + 0.5);
    whole += part / scale;
    part %= scale;
    negative = negative && (whole > 0 || part > 0); /* no "-0.0" */
  }

  uint32_t size = 0;
  if (negative) text[size++] = '-';
  if (magnitude < TWO_TO_63) {
    char digits[24];
    char *end = digits + sizeof digits, *begin = digits_write(end, whole, 1);
    memcpy(text + size, begin, (size_t)(end - begin));
    size += (uint32_t)(end - begin);
  } else {
    size += large_write(text + size, magnitude);
  }
  if (decimals > 0) {
    text[size++] = '.';
    digits_write(text + size + decimals, part, decimals);
    size += decimals;
  }
  text[size] = '\0';
  return size;
}

uint32_t number_write_short(char text[NUMBER_TEXT_CAPACITY], double value, unsigned decimals) {
  uint32_t size = number_write(text, value, decimals);
  if (decimals > 0) {
    while (text[size - 1] == '0') size--;
    if (text[size - 1] == '.') size--;
  }
  text[size] = '\0';
  return size;
}

static bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

/* value × 10^exponent. Exact for what fits: a double holds 10^22 and what lies below exactly, and divides by it with
 * one rounding. */
static double scale_by_ten(double value, int64_t exponent) {
  enum { EXACT_MAX = 22, EXPONENT_MAX = 400 };
  if (value == 0) return 0;
  if (exponent > EXPONENT_MAX) exponent = EXPONENT_MAX;
  if (exponent < -EXPONENT_MAX) exponent = -EXPONENT_MAX;
  while (exponent != 0) {
    int64_t step = exponent < 0 ? -exponent : exponent;
    if (step > EXACT_MAX) step = EXACT_MAX;
    double power = 1;
    for (int64_t i = 0; i < step; i++) power *= 10;
    value = exponent < 0 ? value / power : value * power;
    exponent += exponent < 0 ? step : -step;
  }
  return value;
}

bool number_parse(const char *text, double *out) {
  const int64_t mantissa_max = ((INT64_C(1) << 53) - 9) / 10; /* one digit more still fits a double exactly */
  const char *at = text;
  bool negative = *at == '-';
  if (negative) at++;
  int64_t mantissa = 0, exponent = 0;
  unsigned digits = 0;
  bool after_point = false;
  for (;; at++) {
    if (*at == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(*at)) break;
    digits = 1;
    bool kept = mantissa <= mantissa_max;
    if (kept) mantissa = mantissa * 10 + (*at - '0');
    exponent += kept ? -(int64_t)after_point : (int64_t)!after_point;
  }
  if (digits == 0) return false;
  if (*at == 'e' || *at == 'E') {
    const char *digits_begin = at + 1 + (at[1] == '-' || at[1] == '+');
    int64_t power;
    if (!is_digit(*digits_begin) || !integer_parse(digits_begin, &power)) return false;
    if (power > 1000000) power = 1000000;
    exponent += at[1] == '-' ? -power : power;
  } else if (*at != '\0') {
    return false;
  }
  double value = scale_by_ten((double)mantissa, exponent);
  *out = negative ? -value : value;
  return true;
}

bool integer_parse(const char *text, int64_t *out) {
  const char *at = text;
  bool negative = *at == '-';
  if (negative) at++;
  if (!is_digit(*at)) return false;
  uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, value = 0;
  for (; is_digit(*at); at++) {
    unsigned digit = (unsigned)(*at - '0');
    value = value > (limit - digit) / 10 ? limit : value * 10 + digit;
  }
  if (*at != '\0') return false;
  *out = !negative ? (int64_t)value : value > (uint64_t)INT64_MAX ? INT64_MIN : -(int64_t)value;
  return true;
}
