/* The time limits of a call: the caller's, and those on its engine. */
#ifndef LLMB_CALL_LIMITS_H
#define LLMB_CALL_LIMITS_H

#include "api/call_object.h"
#include "api/call_verdict.h"

/* A moment and a duration of which either may be without end. */
uint64_t call_later_ns(uint64_t from_ns, uint64_t duration_ns);

/* When the call must be looked at though nothing has happened. */
uint64_t call_next_limit_ns(const llmb_call *call);

/* Whether the engine has moved since the last look at a placed call. */
void call_note_progress(llmb_call *call, uint64_t now_ns);

/* A part of the answer is here. When it came is the engine's word, since its reader may look only at the end; within
 * the bounds of what can be, as an engine may lie. */
void call_note_part(llmb_call *call, const struct slot *slot, uint64_t now_ns);

/* The time limits that are the caller's, and the wish to cancel: fails the verdict if one applies. */
void call_check_limits(const llmb_call *call, uint64_t now_ns, struct call_verdict *verdict);

/* The limits on the engine of a placed call: it is judged only when all is taken that it has said. */
void call_check_engine_limits(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict);

/* The verdict on a call whose deadline has passed. */
void call_fail_at_deadline(const llmb_call *call, bool engine_ended, struct call_verdict *verdict);

#endif
