/* A batch's items on their way through the bridge. */
#ifndef LLMB_BATCH_RUN_H
#define LLMB_BATCH_RUN_H

#include "api/batch_object.h"

/* Gives the next items to the bridge, as many as may be in flight. */
void batch_start_items(llmb_batch *batch, uint64_t now_ns);

/* Reads what has come of the items in flight; true if any has ended. */
bool batch_read_items(llmb_batch *batch, uint64_t now_ns);

/* The batch works on its calls, or leaves them to whoever looks at the bridge. */
void batch_hold_calls(llmb_batch *batch);
void batch_let_go_calls(llmb_batch *batch);

#endif
