/* The environment an engine gets: an allowlist, never the host's as it is. */
#ifndef LLMB_ENGINE_ENVIRONMENT_H
#define LLMB_ENGINE_ENVIRONMENT_H

#include <stdbool.h>

#include <llmbridge/status.h>

/* "NAME=value" strings, NULL at the end; freed with engine_environment_free.
 * `runs_commands`: the engine runs programs of the user's, which get the host's PATH too, and the variables `names`
 * (may be NULL) lists, parted by commas. */
llmb_status engine_environment_create(bool runs_commands, const char *names, char ***out);
char **engine_environment_free(char **environment); /* returns NULL */

#endif
