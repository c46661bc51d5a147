/* Why the system would not start a program. */
#ifndef LLMB_TOOL_REFUSAL_H
#define LLMB_TOOL_REFUSAL_H

#include <llmbridge/status.h>

/* Says what is wrong with a program that could not be started for os_code: where it is a script, with its interpreter.
 * Returns status. */
llmb_status refusal_explain(const char *program, llmb_status status, int os_code, llmb_error *error);

#endif
