/* How a call ends, or goes on with another engine instead. Everything here that ends a call is called under the
 * bridge's lock. */
#ifndef LLMB_CALL_END_H
#define LLMB_CALL_END_H

#include "api/call_object.h"

/* The phase a call is in, for an error about it. */
uint32_t call_phase(const llmb_call *call);

/* Whether the engine it is with has accepted it. */
bool call_is_begun(const llmb_call *call);

/* Whether nothing would be done twice: the engine never began, or what it does has no effects and nobody has seen any
 * of it. */
bool call_may_be_repeated(const llmb_call *call);

/* Finds a place for the call's next attempt. Ends the call if there is none. */
void call_enter(llmb_call *call, uint64_t now_ns);

/* Ends the call; call->error says why if it failed. `engine_ended` says that the engine has sent its last frame of it.
 */
void call_end(llmb_call *call, llmb_status outcome, bool engine_ended);

/* The same with a failure that is described here. */
void call_end_with(llmb_call *call, llmb_status failure, uint32_t phase, bool engine_ended, const char *message);

/* The same with what the engine says of its failure; retry_safe says whether what it began may be repeated. */
void call_end_refused(llmb_call *call, const llmb_error *failure);

/* The engine is done with a call of a session: its slot is free, and its answer goes to the session, whose word ends
 * the call. */
void call_store(llmb_call *call);

/* Whether the same request has ended engines of late. */
bool call_is_poisoned(const llmb_call *call, uint64_t now_ns, llmb_error *error);

#endif
