/* The host's half of looking at the shared engines of its user, or ending them: the keeper's program does it, since no
 * host opens a lock file or reads what others wrote there. */
#ifndef LLMB_SHARE_ASK_H
#define LLMB_SHARE_ASK_H

#include <llmbridge/status.h>

#include "keeper/share_protocol.h"

/* Has the keeper `program` do it in this role (`verb` and `rest` as in share_survey.h and session_survey.h, NULL at the
 * end of `rest`) and gives out its answer, JSON that the caller frees with llmb_free. */
llmb_status share_ask(const char *program, const char *role, const char *verb, const char *const rest[3],
                      uint64_t deadline_ns, char **out_json, llmb_error *error);

#endif
