/* The setting `fallback`: the engines of a bridge in the order they are tried, and the settings of each. */
#ifndef LLMB_CORE_SETTINGS_FALLBACK_H
#define LLMB_CORE_SETTINGS_FALLBACK_H

#include "core/settings_resolve.h"

enum { FALLBACK_ENGINES_MAX = 3 };

struct fallback_list {
  unsigned count;
  char names[FALLBACK_ENGINES_MAX][FALLBACK_NAME_SIZE];
};

/* Reads the names, parted by commas, blanks around them allowed; NULL is none. Each must be an engine, none may be
 * there twice, nor be `first`. */
llmb_status fallback_parse(const char *text, const char *first, struct fallback_list *out, llmb_error *error);

/* The effective settings of a bridge's fallback engine: what was given and what the environment says, as far as this
 * engine uses it. `out` is initialised by this and cleared by settings_clear, also after a failure. */
llmb_status fallback_resolve(const llmb_settings *given, const char *engine, llmb_settings *out, llmb_error *error);

#endif
