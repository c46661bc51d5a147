/* Whether silence counts as a hang. */
#ifndef LLMB_TOOL_STALL_H
#define LLMB_TOOL_STALL_H

#include <stdbool.h>

#include <llmbridge/engine.h>

/* Whether the call has a limit on stalls of its own: without one a program that computes in silence is not hung. */
bool tool_stall_is_limited(const llmb_request *request);

#endif
