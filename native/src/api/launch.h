/* Finding the programs and making the launch of an engine from a bridge's settings. */
#ifndef LLMB_LAUNCH_H
#define LLMB_LAUNCH_H

#include "core/settings_set.h"
#include "pool/connection.h"

/* Fills *out from effective settings; a model path is made absolute and checked for what the host can see without
 * reading it. Cleared by launch_clear, also after a failure. */
llmb_status launch_prepare(llmb_settings *settings, struct launch *out, llmb_error *error);
void launch_clear(struct launch *launch);

#endif
