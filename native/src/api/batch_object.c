#include "api/batch_object.h"

#include "core/memory.h"

void batch_free(llmb_batch *batch) {
  if (batch == NULL) return;
  for (uint32_t i = 0; i < BATCH_FLIGHTS_MAX; i++) memory_release(batch->flights[i].answer.text);
  memory_release(batch->items);
  memory_release(batch->answers);
  waker_close(&batch->waker);
  memory_release(batch);
}
