/* What is counted and told of a call. */
#ifndef LLMB_CALL_STATS_H
#define LLMB_CALL_STATS_H

#include "api/call_object.h"

/* Under the lock: counts how a call has ended, before it leaves its slot; and that it goes to another engine. */
void call_count_end(const llmb_call *call);
void call_count_move(const llmb_call *call, bool begun, uint64_t now_ns);

#endif
