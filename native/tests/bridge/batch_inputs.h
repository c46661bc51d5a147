/* What tests of batches begin with: many inputs, each with a text of its own. */
#ifndef LLMB_BATCH_INPUTS_H
#define LLMB_BATCH_INPUTS_H

#include "tests/bridge/bridge_harness.h"

enum { ITEMS = 200, ITEM_SIZE = 64 };

struct batch_inputs {
  char texts[ITEMS][ITEM_SIZE];
  const uint8_t *pointers[ITEMS];
  uint64_t sizes[ITEMS];
};

static inline struct batch_inputs *inputs_make(void) {
  struct batch_inputs *inputs = calloc(1, sizeof *inputs);
  if (inputs == NULL) abort();
  for (int i = 0; i < ITEMS; i++) {
    snprintf(inputs->texts[i], ITEM_SIZE, "item %d", i);
    inputs->pointers[i] = (const uint8_t *)inputs->texts[i];
    inputs->sizes[i] = strlen(inputs->texts[i]);
  }
  return inputs;
}

static inline llmb_batch *batch_of(llmb_bridge *bridge, const struct batch_inputs *inputs, uint32_t count,
                                   const llmb_settings *settings, uint32_t order) {
  llmb_batch *batch = NULL;
  CHECK_INT(LLMB_OK, llmb_batch_start(bridge, inputs->pointers, inputs->sizes, count, settings, order, &batch, NULL));
  if (batch == NULL) exit(1);
  return batch;
}

/* The next item, which is to succeed with its own text. */
static inline int32_t next_right(llmb_batch *batch, const struct batch_inputs *inputs) {
  int32_t index = 0;
  uint64_t size = 0;
  llmb_status status = LLMB_OK;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, &error));
  CHECK_INT(LLMB_OK, status);
  CHECK_TEXT("", error.message);
  if (index < 0) return index;
  CHECK_TEXT(inputs->texts[index], llmb_batch_text(batch, (uint32_t)index, &size));
  CHECK_INT(inputs->sizes[index], size);
  return index;
}

#endif
