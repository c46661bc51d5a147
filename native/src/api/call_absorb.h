/* Taking what an engine has said of a call into the call, for a caller that reads late or slowly. */
#ifndef LLMB_CALL_ABSORB_H
#define LLMB_CALL_ABSORB_H

#include "api/call_object.h"

/* Under the lock, by whoever holds the placed call: takes what is in its ring, as far as `output_bytes` of the call and
 * BRIDGE_UNREAD_SIZE_MAX allow. The slot is free afterwards if the engine's last word was there, in time. */
void call_absorb(llmb_call *call, uint64_t now_ns);

#endif
