/* What becomes of a call whose engine has died. */
#ifndef LLMB_CALL_SURVIVE_H
#define LLMB_CALL_SURVIVE_H

#include "api/call_object.h"

/* Records tokens that the engine has produced; false if the call has ended over it. */
bool call_take_tokens(llmb_call *call, bool locked);

/* A repeated call that has come further than where its engine died need not be kept apart any more. */
void call_clear_suspicion(llmb_call *call, bool locked);

/* Under the lock: what to do now that the engine has died over this call. */
void call_survive(llmb_call *call, uint64_t now_ns);

#endif
