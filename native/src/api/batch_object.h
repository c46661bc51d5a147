/* What stands behind llmb_batch: its items, and the calls of those that are in flight. */
#ifndef LLMB_BATCH_OBJECT_H
#define LLMB_BATCH_OBJECT_H

#include <llmbridge/batch.h>

#include "api/call_read.h"

enum {
  BATCH_FLIGHTS_MAX = 64,            /* as many as can be waited for at once; more would only wait in the queue */
  BATCH_ANSWERS_SIZE = 128 << 10,    /* of the block for answers; what does not fit has memory of its own */
  BATCH_TEXT_KEPT_SIZE = 4 << 10,    /* a buffer above this becomes its item's, with the answer read into it */
  BATCH_ITEMS_KEPT_SIZE = 512 << 10, /* a block of items above this is freed with its batch */
  BATCH_TURN_SIZE = 64 << 10,        /* read of one item before the others have their turn */
  BATCH_LOOK_NS = 1000000            /* after so long all calls are looked at, also those without news */
};

/* In place of an item's offset: its call says what is wrong. */
#define BATCH_INPUT_IS_NULL UINT64_MAX

struct batch_item {
  uint64_t input_offset, input_size; /* in the batch's inputs */
  llmb_status status;
  bool ended;
  const char *text; /* once ended; NULL if there is none */
  uint64_t text_size;
  const float *vector;
  uint64_t dimension;
  void *own; /* where the text or vector lies if not in the batch's block for answers */
  llmb_result result;
  llmb_error *error; /* of one that failed; NULL if there was no memory for it */
};

struct batch_flight {
  llmb_call *call;
  uint32_t index;
  struct call_text answer; /* so far */
};

struct llmb_batch {
  llmb_bridge *bridge;
  llmb_settings *settings; /* NULL for the bridge's */
  uint32_t kind, count, order;
  struct batch_item *items; /* the beginning of a block that also holds the next two */
  uint32_t *ended;          /* numbers, in the order they ended */
  uint8_t *inputs;
  uint64_t items_capacity; /* of that block, bytes */
  uint8_t *answers;        /* BATCH_ANSWERS_SIZE bytes; NULL for lack of memory */
  uint64_t answers_used;
  bool items_own; /* any of them has memory of its own */
  uint32_t started_count, ended_count, told_count;
  uint32_t flights_max, flight_count;
  uint64_t look_ns; /* when all calls are to be looked at */
  struct batch_flight flights[BATCH_FLIGHTS_MAX];
  _Atomic uint32_t cancelled;
  struct waker waker; /* of its calls, and of who cancels it */
  llmb_error failure; /* of the item just looked at: too large to be made anew for each */
};

/* NULL is fine. */
void batch_free(llmb_batch *batch);

#endif
