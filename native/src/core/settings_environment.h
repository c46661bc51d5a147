/* What the environment says of settings. */
#ifndef LLMB_CORE_SETTINGS_ENVIRONMENT_H
#define LLMB_CORE_SETTINGS_ENVIRONMENT_H

#include "core/settings_set.h"

/* Stores the LLMBRIDGE_* variables that count: not those that `given` (may be NULL) sets explicitly, nor those the
 * chosen engine does not use, nor empty ones. Refuses names that are no setting's. Whoever changes the environment
 * meanwhile on another thread breaks this as he breaks getenv. */
llmb_status settings_read_environment(llmb_settings *settings, const llmb_settings *given, llmb_error *error);

#endif
