/* What the keeper's program is started for to look at: a user's shared engines, and sessions. */
#ifndef LLMB_SURVEY_H
#define LLMB_SURVEY_H

#include <stdbool.h>

#include "core/settings_set.h"

/* Has the keeper of these settings do it (share_survey.h, session_survey.h), and gives out its answer; what that says
 * of a failure is one. `key` is NULL where the verb has none. */
llmb_status survey_run(const llmb_settings *given, bool of_sessions, const char *verb, const char *key, char **out_json,
                       llmb_error *error);

#endif
