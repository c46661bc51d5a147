/* What engines say of how probable the tokens of an answer were. */
#ifndef LLMB_CALL_LOGPROBS_H
#define LLMB_CALL_LOGPROBS_H

#include "api/call_object.h"

/* Makes a JSON array of what the engine has said, once it has said all; false if that is not what it may be. */
bool call_logprobs_close(const llmb_call *call);

#endif
