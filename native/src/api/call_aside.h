/* What an engine says beside a call's answer: reasoning, and calls of tools. */
#ifndef LLMB_CALL_ASIDE_H
#define LLMB_CALL_ASIDE_H

#include "api/call_object.h"
#include "api/call_verdict.h"

/* Takes the frame that has come, which is text beside the answer; false if the verdict is that the call fails. */
bool call_aside_take(llmb_call *call, struct slot *slot, struct call_verdict *verdict);

#endif
