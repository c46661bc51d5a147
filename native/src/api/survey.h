/* What the keeper's program is started for to look at: a user's shared engines, and sessions. */
#ifndef LLMB_SURVEY_H
#define LLMB_SURVEY_H

#include "core/settings_set.h"

/* Has the keeper of these settings do it in a role (share_ask.h), and gives out its answer. */
llmb_status survey_ask(const llmb_settings *settings, const char *role, const char *verb, const char *const rest[3],
                       uint64_t deadline_ns, char **out_json, llmb_error *error);

/* What the answer says of its success, in its members status and message; one that tells of a failure is freed. */
llmb_status survey_outcome(char **json, llmb_error *error);

#endif
