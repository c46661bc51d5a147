/* Waiting for a call. */
#ifndef LLMB_CALL_WAIT_H
#define LLMB_CALL_WAIT_H

#include "api/call_object.h"

/* Of a placed call, cheap enough to spin on: whether its engine has written, or made room for more of a request that
 * did not fit into the ring. */
bool call_slot_has_news(const llmb_call *call);

/* What a placed call's owner asks to be rung for while it sleeps. */
enum channel_sleeper call_sleeper(const llmb_call *call);

/* Waits until call_look says true or until_ns passes (false). The caller holds the call (call_hold.h) until it has
 * taken what was found: another thread may cancel it, or move it on, as soon as it is let go. */
bool call_wait(llmb_call *call, uint64_t until_ns);

#endif
