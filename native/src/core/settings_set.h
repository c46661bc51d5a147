/* A set of settings with their parsed values, and how a set is made from defaults, environment and explicit values. */
#ifndef LLMB_CORE_SETTINGS_SET_H
#define LLMB_CORE_SETTINGS_SET_H

#include <llmbridge/settings.h>

#include "settings_table.h"

enum setting_source { SETTING_FROM_DEFAULT = 0, SETTING_FROM_ENVIRONMENT = 1, SETTING_EXPLICIT = 2 };

enum { SETTING_TEXT_SIZE_MAX = 8 << 20 };    /* one value */
enum { SETTINGS_PAIRS_SIZE_MAX = 16 << 20 }; /* an encoded set */

struct setting_value {
  char *text;      /* owned unless source is SETTING_FROM_DEFAULT; NULL if there is no value */
  int64_t integer; /* SETTING_INTEGER; the index in `choices` for SETTING_CHOICE */
  double number;   /* SETTING_NUMBER and SETTING_INTEGER */
  uint8_t source;
};

struct llmb_settings {
  struct setting_value values[SETTING_COUNT];
};

/* The id of a name, or SETTING_COUNT. */
enum setting_id settings_find(const char *name);

/* Checks and stores one value; the message of a refusal names setting, value and what is allowed. */
llmb_status settings_store(llmb_settings *settings, enum setting_id id, const char *value, enum setting_source source,
                           llmb_error *error);

/* A bridge's effective settings: defaults, then LLMBRIDGE_* of the environment, then what `given` (may be NULL) sets.
 * Unknown LLMBRIDGE_* variables are refused with the nearest name (LLMBRIDGE_LIBRARY is known: host packages use it).
 * A setting the chosen engine does not use is `unsupported` when explicit and dropped when from the environment.
 * `out` is initialised by this and cleared by settings_clear, also after a failure. */
llmb_status settings_resolve_bridge(const llmb_settings *given, llmb_settings *out, llmb_error *error);

/* A call's effective settings: the bridge's, then what `given` (not NULL) sets. Bridge-only settings in `given` are
 * refused as invalid_argument. */
llmb_status settings_resolve_call(const llmb_settings *bridge, const llmb_settings *given, llmb_settings *out,
                                  llmb_error *error);

void settings_clear(llmb_settings *settings);

/* Encodes the settings of a scope that are not at their default as "name\0value\0" pairs. *out is freed with
 * memory_release; NULL and 0 when there are none. */
llmb_status settings_encode(const llmb_settings *settings, uint8_t scope, char **out, uint64_t *out_size);

/* Decodes and checks pairs from another process into `out` (initialised by this: the rest are defaults). Anything
 * malformed, unknown or out of range is LLMB_E_PROTOCOL_ERROR. */
llmb_status settings_decode(const char *pairs, uint64_t size, llmb_settings *out, llmb_error *error);

#endif
