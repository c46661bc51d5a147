/* What becomes of a call whose engine has died. */
#ifndef LLMB_CALL_SURVIVE_H
#define LLMB_CALL_SURVIVE_H

#include "api/call_object.h"
#include "api/call_verdict.h"

/* Records tokens that the engine has produced; false if the call fails over it. */
bool call_take_tokens(llmb_call *call, struct call_verdict *verdict);

/* Whether a quarantined call has come further than where its engine died. */
bool call_has_progressed(const llmb_call *call);

/* Under the lock: such a call need not be kept apart any more. */
void call_end_quarantine(llmb_call *call);

/* Under the lock: what to do now that the engine has died over this call. */
void call_survive(llmb_call *call, uint64_t now_ns);

#endif
