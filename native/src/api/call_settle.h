/* Moving a call on: a look, and what its verdict demands. */
#ifndef LLMB_CALL_SETTLE_H
#define LLMB_CALL_SETTLE_H

#include "api/call_object.h"
#include "api/call_verdict.h"

/* Acts on a verdict; takes the bridge's lock, which the second form's caller holds. */
void call_settle(llmb_call *call, const struct call_verdict *verdict);
void call_settle_locked(llmb_call *call, const struct call_verdict *verdict);

/* Moves the call on as far as it goes without waiting; true if a read would return something. The same two forms. */
bool call_step(llmb_call *call, uint64_t now_ns);
bool call_step_locked(llmb_call *call, uint64_t now_ns);

/* After a step that said there is something: takes text as call_take_text does, or what has come of a vector, and ends
 * the call if what was taken is not right. */
uint64_t call_receive_text(llmb_call *call, uint8_t *buffer, uint64_t capacity);
bool call_receive_vector(llmb_call *call);

#endif
