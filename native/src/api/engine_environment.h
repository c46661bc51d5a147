/* The environment an engine gets: an allowlist, never the host's as it is. */
#ifndef LLMB_ENGINE_ENVIRONMENT_H
#define LLMB_ENGINE_ENVIRONMENT_H

#include <llmbridge/status.h>

/* "NAME=value" strings, NULL at the end; freed with engine_environment_free. */
llmb_status engine_environment_create(char ***out);
char **engine_environment_free(char **environment); /* returns NULL */

#endif
