/* A set of settings with their parsed values, and how a set is made from defaults, environment and explicit values. */
#ifndef LLMB_CORE_SETTINGS_SET_H
#define LLMB_CORE_SETTINGS_SET_H

#include <llmbridge/settings.h>

#include "core/settings_table.h"

enum setting_source { SETTING_FROM_DEFAULT = 0, SETTING_FROM_ENVIRONMENT = 1, SETTING_EXPLICIT = 2 };

enum { SETTING_TEXT_SIZE_MAX = 8 << 20 };    /* one value */
enum { SETTINGS_PAIRS_SIZE_MAX = 16 << 20 }; /* an encoded set */

struct setting_value {
  const char *text; /* belongs to the set, the table or (is_owned) to this value alone; NULL if there is no value */
  int64_t integer;  /* SETTING_INTEGER; the index in `choices` for SETTING_CHOICE */
  double number;    /* SETTING_NUMBER and SETTING_INTEGER */
  uint8_t source;   /* one of setting_source */
  bool is_owned;
};

/* The texts of a set made in one go (for a call, from pairs) lie in one block, so that a call costs one allocation, or
 * none when nothing is set. */
struct llmb_settings {
  struct setting_value values[SETTING_COUNT];
  char *block;
};

/* Makes a set in which everything is at its default. */
void settings_set_defaults(llmb_settings *out);

/* The id of a name, or SETTING_COUNT. */
enum setting_id settings_find(const char *name);

/* The bit (setting_engine) of the engine that is chosen. */
uint8_t settings_engine(const llmb_settings *settings);

/* Checks and stores one value; the message of a refusal names setting, value and what is allowed. */
llmb_status settings_store(llmb_settings *settings, enum setting_id id, const char *value, enum setting_source source,
                           llmb_error *error);

/* Stores in `out` what is set explicitly in `given`. */
llmb_status settings_copy_explicit(const llmb_settings *given, llmb_settings *out, llmb_error *error);

void settings_clear(llmb_settings *settings);

#endif
