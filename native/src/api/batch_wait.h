/* Waiting for the calls of a batch. */
#ifndef LLMB_BATCH_WAIT_H
#define LLMB_BATCH_WAIT_H

#include "api/batch_object.h"

/* Whether a look at the call may find something, but for the passing of its limits. */
bool batch_call_has_news(const llmb_call *call);

/* Waits until one of the calls may have news or until_ns passes; drives the bridge meanwhile. */
void batch_wait(llmb_batch *batch, uint64_t until_ns);

#endif
