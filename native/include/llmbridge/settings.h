/**
 * Settings: every option of a bridge and of a call, by name and text value.
 *
 * One table in the library names each setting once, with its type, default, range and help; llmb_settings_json() gives
 * it out. A value set here wins over the environment (LLMBRIDGE_<NAME>), the environment over the default.
 * An empty variable counts as not set.
 */
#ifndef LLMBRIDGE_SETTINGS_H
#define LLMBRIDGE_SETTINGS_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A set of settings. Holds settings of a bridge, of a call, or both. */
typedef struct llmb_settings llmb_settings;

/** Makes an empty set: every setting has its default, or what the environment says.
 * Owner: the caller closes *out_settings. Bridges and calls copy what they need. */
LLMB_API llmb_status llmb_settings_create(llmb_settings **out_settings, llmb_error *out_error);

/** Sets one setting by name. The value is text: numbers in decimal, choices by name.
 * Threads: one at a time for each set.
 * Errors:  LLMB_E_INVALID_ARGUMENT for an unknown name, or a value that is malformed or out of range. */
LLMB_API llmb_status llmb_settings_set(llmb_settings *settings, const char *name, const char *value,
                                       llmb_error *out_error);

/** Frees the set. NULL is fine. */
LLMB_API void llmb_settings_close(llmb_settings *settings);

/** The table of all settings as JSON: {"settings":[{"name","scope","type","default","minimum","maximum","auto",
 * "choices","engines","unit","dotnet_name","later","help"}]}. Never NULL, never freed. */
LLMB_API const char *llmb_settings_json(void);

/** What each engine can do, as JSON: {"engines":[{"name","abilities":["generate","stream","embed","tokens","invoke",
 * "resume","inproc","per_call","sandbox"]}]}. What is not among them is LLMB_E_UNSUPPORTED. Never NULL, never freed. */
LLMB_API const char *llmb_engines_json(void);

#ifdef __cplusplus
}
#endif

#endif
