/* A look at a call, without any lock and without waiting. */
#ifndef LLMB_CALL_LOOK_H
#define LLMB_CALL_LOOK_H

#include "api/call_object.h"
#include "api/call_verdict.h"

/* Looks at what has come from the engine, what has become of it, and which limit has passed. Takes what is there but
 * the parts of the answer; the caller acts on the verdict. */
void call_look(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict);

#endif
