/* Who may move a call on: its caller's thread, or, while that is elsewhere, whoever looks at the bridge. */
#ifndef LLMB_CALL_HOLD_H
#define LLMB_CALL_HOLD_H

#include "api/call_object.h"

/* The caller's thread begins to work on the call; false if this thread has begun before (a batch holds its calls).
 * Waits only for one that holds the bridge's lock. */
bool call_hold(llmb_call *call);

/* It goes elsewhere; `held` is what call_hold said. */
void call_let_go(llmb_call *call, bool held);

/* Under the lock: takes a call whose thread is elsewhere; false if it is not. call_let_go_locked is owed if true. */
bool call_hold_idle(llmb_call *call);
void call_let_go_locked(llmb_call *call);

#endif
