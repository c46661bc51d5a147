/* Taking parts of an answer out of a slot, and checking what the engine says they are. */
#ifndef LLMB_CALL_TAKE_H
#define LLMB_CALL_TAKE_H

#include "api/call_object.h"

/* After a look that said there is text: takes what is there of the current piece, checks it, and says how much of it
 * can be given out; 0 if that is only part of a character, or the call has just failed. */
uint64_t call_take_text(llmb_call *call, uint8_t *buffer, uint64_t capacity);

/* After the same: takes what has come of the vector in the slot into call->vector; true when one is whole and right. */
bool call_take_vector(llmb_call *call);

/* Whether a whole vector was received that has not been read. */
bool call_has_vector(const llmb_call *call);

/* The owner's check of an answer that is complete: LLMB_OK, or the call has ended with a failure. */
bool call_check_whole(llmb_call *call, bool locked);

#endif
