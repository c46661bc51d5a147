/* From a value's text to what it means. */
#ifndef LLMB_CORE_SETTINGS_PARSE_H
#define LLMB_CORE_SETTINGS_PARSE_H

#include "core/settings_set.h"

/* Checks a value against the table and sets *out's text (not copied), integer and number; source and owner stay. The
 * message of a refusal names setting, value and what is allowed. */
llmb_status setting_parse(enum setting_id id, const char *value, struct setting_value *out, llmb_error *error);

/* An integer setting as nanoseconds of a millisecond value; 0 stands for none: LLMB_NEVER. */
uint64_t settings_duration_ns(const llmb_settings *settings, enum setting_id id);

/* Finds a choice in "a|b|c": its place, or -1. */
int choice_find(const char *choices, const char *value);

/* Writes "a|b|c" as "a, b, c". */
enum { CHOICES_TEXT_CAPACITY = 128 };
void choices_write(char text[CHOICES_TEXT_CAPACITY], const char *choices);

#endif
