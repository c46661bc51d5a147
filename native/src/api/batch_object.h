/* What stands behind llmb_batch: its items, and the calls of those that are in flight. */
#ifndef LLMB_BATCH_OBJECT_H
#define LLMB_BATCH_OBJECT_H

#include <llmbridge/batch.h>

#include "call_object.h"

/* As many as can be waited for at once; more would only wait in the queue. */
enum { BATCH_FLIGHTS_MAX = 64 };

struct batch_item {
  uint64_t input_offset, input_size; /* in the batch's inputs */
  llmb_status status;
  bool ended;
  struct call_text answer; /* so far */
  float *vector;
  uint64_t dimension;
  llmb_result result;
  llmb_error *error; /* of one that failed; NULL if there was no memory for it */
};

struct batch_flight {
  llmb_call *call;
  uint32_t index;
};

struct llmb_batch {
  llmb_bridge *bridge;
  llmb_settings *settings; /* NULL for the bridge's */
  uint32_t kind, count, order;
  uint8_t *inputs;
  struct batch_item *items;
  uint32_t *ended; /* numbers, in the order they ended */
  uint32_t started_count, ended_count, told_count;
  uint32_t flights_max, flight_count;
  struct batch_flight flights[BATCH_FLIGHTS_MAX];
  _Atomic uint32_t cancelled;
  os_handle bell;     /* rung by llmb_batch_cancel */
  llmb_error failure; /* of the item just looked at: too large to be made anew for each */
};

/* Waits until one of the calls may have news or until_ns passes; drives the bridge meanwhile. */
void batch_wait(llmb_batch *batch, uint64_t until_ns);

#endif
