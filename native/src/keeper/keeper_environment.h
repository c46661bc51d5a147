/* What a process of ours gets to see of the host's environment. */
#ifndef LLMB_KEEPER_ENVIRONMENT_H
#define LLMB_KEEPER_ENVIRONMENT_H

#include <llmbridge/status.h>

/* A new environment by allowlist: a fixed PATH, and of the host's HOME, LANG, LANGUAGE, LC_*, TMPDIR and TZ. Everything
 * else may be a secret or change what a loader loads. One block, NULL at the end; the caller frees it with
 * memory_release. */
llmb_status keeper_environment_create(char ***out);

#endif
