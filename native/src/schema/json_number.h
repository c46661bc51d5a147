/* The bytes of a JSON number, one by one. */
#ifndef LLMB_SCHEMA_JSON_NUMBER_H
#define LLMB_SCHEMA_JSON_NUMBER_H

#include <stdint.h>

/* Where in a number: each state's column says where a digit, a point, an e, a sign lead. */
enum number_state { N_BEGIN, N_MINUS, N_ZERO, N_DIGITS, N_POINT, N_FRACTION, N_E, N_SIGN, N_EXPONENT, N_COUNT };

static const struct number_step {
  uint8_t on_zero, on_digit, on_point, on_e, on_plus, on_minus, may_end; /* N_BEGIN: it cannot stand there */
} number_steps[N_COUNT] = {
    [N_BEGIN] = {N_ZERO, N_DIGITS, N_BEGIN, N_BEGIN, N_BEGIN, N_MINUS, 0},
    [N_MINUS] = {N_ZERO, N_DIGITS, N_BEGIN, N_BEGIN, N_BEGIN, N_BEGIN, 0},
    [N_ZERO] = {N_BEGIN, N_BEGIN, N_POINT, N_E, N_BEGIN, N_BEGIN, 1},
    [N_DIGITS] = {N_DIGITS, N_DIGITS, N_POINT, N_E, N_BEGIN, N_BEGIN, 1},
    [N_POINT] = {N_FRACTION, N_FRACTION, N_BEGIN, N_BEGIN, N_BEGIN, N_BEGIN, 0},
    [N_FRACTION] = {N_FRACTION, N_FRACTION, N_BEGIN, N_E, N_BEGIN, N_BEGIN, 1},
    [N_E] = {N_EXPONENT, N_EXPONENT, N_BEGIN, N_BEGIN, N_SIGN, N_SIGN, 0},
    [N_SIGN] = {N_EXPONENT, N_EXPONENT, N_BEGIN, N_BEGIN, N_BEGIN, N_BEGIN, 0},
    [N_EXPONENT] = {N_EXPONENT, N_EXPONENT, N_BEGIN, N_BEGIN, N_BEGIN, N_BEGIN, 1},
};

static uint8_t number_next(uint32_t state, char byte) {
  const struct number_step *step = &number_steps[state];
  if (byte == '0') return step->on_zero;
  if (byte >= '1' && byte <= '9') return step->on_digit;
  if (byte == '.') return step->on_point;
  if (byte == 'e' || byte == 'E') return step->on_e;
  if (byte == '+') return step->on_plus;
  return byte == '-' ? step->on_minus : N_BEGIN;
}

#endif
