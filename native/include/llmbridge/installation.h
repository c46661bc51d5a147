/**
 * The installation: where the library finds the programs and files that it starts and loads, and why it does not.
 */
#ifndef LLMBRIDGE_INSTALLATION_H
#define LLMBRIDGE_INSTALLATION_H

#include "settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is found where, for whom the environment configures, as JSON: {"engine", "library": {"path", "version", "abi"},
 * "home": {"path", "from", "found", "reason"}, "parts": [{"name", "kind", "looked_in": [], "needed", "found", "path",
 * "reason"}], "processes": {"user_max", "group_max", "group_used"}, "ok", "reason"}. `ok` says that all that is needed
 * is there; `home.from` is one of "setting", "environment" and "library"; each `reason` is text where something is
 * wrong, else null; a limit that does not exist is null. Looked at once in a process, when first asked. Never NULL,
 * never freed. */
LLMB_API const char *llmb_installation_json(void);

/** The same, looked at now, for a bridge of these settings; NULL is the environment's.
 * Owner:   the caller frees *out_json with llmb_free.
 * Errors:  LLMB_E_OUT_OF_MEMORY; what is wrong with settings or installation is in the JSON. */
LLMB_API llmb_status llmb_installation_examine(const llmb_settings *settings, char **out_json, llmb_error *out_error);

#ifdef __cplusplus
}
#endif

#endif
