/* Moving a call on. */
#ifndef LLMB_CALL_LOOK_H
#define LLMB_CALL_LOOK_H

#include "api/call_object.h"

/* Moves the call on as far as it goes without waiting; true if a read would return something. `locked` says that the
 * bridge's lock is held by the caller. */
bool call_look(llmb_call *call, uint64_t now_ns, bool locked);

#endif
