/* What a call asks its session for. */
#ifndef LLMB_CALL_SESSION_BEGIN_H
#define LLMB_CALL_SESSION_BEGIN_H

#include "api/session_use.h"
#include "core/settings_set.h"

enum { SESSION_FOLDER_SIZE = 1024 };

/* Where sessions are: makes the setting session_dir say it, perhaps in `folder`. */
llmb_status call_session_folder(llmb_settings *settings, char folder[SESSION_FOLDER_SIZE], llmb_error *error);

/* Of a call that is being configured: its session, if its settings name one. They become `own` then, without what the
 * session brings. */
llmb_status call_session_begin(llmb_call *call, const llmb_settings **settings, llmb_settings *own,
                               const struct call_input *input, llmb_error *error);

#endif
