/* Which value of a setting counts, and which settings an engine and those that stand in for it use. */
#ifndef LLMB_CORE_SETTINGS_RESOLVE_H
#define LLMB_CORE_SETTINGS_RESOLVE_H

#include "core/settings_set.h"

enum { FALLBACK_NAME_SIZE = 16 }; /* of an engine's name in the setting `fallback`, with its NUL */

/* A bridge's effective settings: defaults, then LLMBRIDGE_* of the environment, then what `given` (may be NULL) sets.
 * Unknown LLMBRIDGE_* variables are refused with the nearest name (LLMBRIDGE_LIBRARY and LLMBRIDGE_CACHE are others').
 * A setting the chosen engine does not use is `unsupported` when explicit and dropped when from the environment.
 * `out` is initialised by this and cleared by settings_clear, also after a failure. */
llmb_status settings_resolve_bridge(const llmb_settings *given, llmb_settings *out, llmb_error *error);

/* A call's effective settings: the bridge's, then what `given` (not NULL) sets. Bridge-only settings in `given` are
 * refused as invalid_argument, those the bridge's engine does not use as unsupported. The texts stay theirs. */
llmb_status settings_resolve_call(const llmb_settings *bridge, const llmb_settings *given, llmb_settings *out,
                                  llmb_error *error);

/* The next name of a `fallback` list, without the blanks around it; returns where the one after it begins, NULL after
 * the last. */
const char *fallback_next_name(const char *at, const char **out_name, uint64_t *out_size);

/* The bits (setting_engine) of the names in a `fallback` text that may be wrong; NULL is none. */
uint8_t fallback_bits(const char *text);

#endif
