/* A batch's memory. */
#ifndef LLMB_BATCH_MEMORY_H
#define LLMB_BATCH_MEMORY_H

#include "api/batch_object.h"

/* A new batch, or one that was closed and kept. */
llmb_status batch_create(llmb_bridge *bridge, llmb_batch **out, llmb_error *error);

/* Makes room for as many items as batch->count and inputs of so many bytes. */
llmb_status batch_reserve(llmb_batch *batch, uint64_t inputs_size, llmb_error *error);

/* Memory for an item's answer, until the batch is closed; NULL if there is none. */
void *batch_answer_room(llmb_batch *batch, struct batch_item *item, uint64_t size);

/* Keeps a batch without calls for the bridge's next one, or frees it. */
void batch_recycle(llmb_batch *batch);

#endif
