/* Taking parts of an answer out of a slot, and checking what the engine says they are. */
#ifndef LLMB_CALL_TAKE_H
#define LLMB_CALL_TAKE_H

#include "api/call_object.h"
#include "api/call_verdict.h"

/* After a look that said there is text: takes what is there of the current piece, checks it, and says how much of it
 * can be given out; 0 if that is only part of a character, or the verdict is that the call fails. */
uint64_t call_take_text(llmb_call *call, uint8_t *buffer, uint64_t capacity, struct call_verdict *verdict);

/* After the same: takes what has come of the vector in the slot into call->vector; true when one is whole and right. */
bool call_take_vector(llmb_call *call, struct call_verdict *verdict);

/* Whether a whole vector was received that has not been read. */
bool call_has_vector(const llmb_call *call);

/* The check of an answer that is complete: false if the verdict is that the call fails. */
bool call_check_whole(const llmb_call *call, struct call_verdict *verdict);

#endif
