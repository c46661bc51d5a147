/* Numbers to text and back, always with a '.', whatever locale the host has set: never printf's %f, never strtod. */
#ifndef LLMB_CORE_NUMBER_TEXT_H
#define LLMB_CORE_NUMBER_TEXT_H

#include <stdbool.h>
#include <stdint.h>

enum { NUMBER_TEXT_CAPACITY = 336 }; /* the largest double, 9 decimals, sign, point and NUL */
enum { NUMBER_DECIMALS_MAX = 9 };

/* Writes a finite number with a fixed count of decimals (at most NUMBER_DECIMALS_MAX); returns the length. */
uint32_t number_write(char text[NUMBER_TEXT_CAPACITY], double value, unsigned decimals);

/* The same without zeros at the end of the decimals: 0.5, 100. */
uint32_t number_write_short(char text[NUMBER_TEXT_CAPACITY], double value, unsigned decimals);

/* Reads [-]digits[.digits][e[+-]digits], the whole text or nothing. Too large a number becomes infinity. */
bool number_parse(const char *text, double *out);

/* Reads [-]digits, the whole text or nothing; saturates at the limits of int64_t. */
bool integer_parse(const char *text, int64_t *out);

#endif
