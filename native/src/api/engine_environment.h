/* The environment an engine gets: an allowlist, never the host's as it is. */
#ifndef LLMB_ENGINE_ENVIRONMENT_H
#define LLMB_ENGINE_ENVIRONMENT_H

#include <llmbridge/status.h>

enum engine_environment_kind {
  ENGINE_ENVIRONMENT_MODULE,   /* an engine of ours */
  ENGINE_ENVIRONMENT_COMMANDS, /* one that runs programs of the user's: they get the host's PATH too */
  ENGINE_ENVIRONMENT_SERVERS,  /* llmbridge-http: LLMBRIDGE_LIBRARY too, proxies and where certificates are */
  ENGINE_ENVIRONMENT_CUSTOM, /* one that is such a program itself: LLMBRIDGE_LIBRARY tells it where the engine SDK is */
};

/* "NAME=value" strings, NULL at the end; freed with engine_environment_free. The variables that `names` (may be NULL)
 * lists, parted by commas, are passed too. */
llmb_status engine_environment_create(enum engine_environment_kind kind, const char *names, char ***out);
char **engine_environment_free(char **environment); /* returns NULL */

#endif
