/* Batches are calls, started as places get free and read as they have news. */
#include <stdatomic.h>
#include <string.h>

#include "api/batch_memory.h"
#include "api/batch_object.h"
#include "api/batch_run.h"
#include "api/batch_wait.h"
#include "api/bridge_object.h"
#include "api/bridge_stage.h"
#include "api/call_object.h"
#include "core/error.h"
#include "platform/os_clock.h"

static llmb_status copy_settings(const llmb_settings *given, llmb_settings **out, llmb_error *error) {
  if (given == NULL) return LLMB_OK;
  const llmb_status status = llmb_settings_create(out, error);
  return status == LLMB_OK ? settings_copy_explicit(given, *out, error) : status;
}

static llmb_status copy_inputs(llmb_batch *batch, const uint8_t *const *inputs, const uint64_t *sizes,
                               llmb_error *error) {
  uint64_t total = 0;
  for (uint32_t i = 0; i < batch->count; i++) {
    /* What is too long is its item's failure; here it is only not copied. */
    if (inputs[i] != NULL && sizes[i] <= CHANNEL_INPUT_SIZE_MAX) total += sizes[i];
  }
  const llmb_status status = batch_reserve(batch, total, error);
  if (status != LLMB_OK) return status;
  uint64_t offset = 0;
  for (uint32_t i = 0; i < batch->count; i++) {
    batch->items[i] =
        (struct batch_item){.input_offset = inputs[i] != NULL ? offset : BATCH_INPUT_IS_NULL, .input_size = sizes[i]};
    if (inputs[i] == NULL || sizes[i] > CHANNEL_INPUT_SIZE_MAX) continue;
    if (sizes[i] > 0) memcpy(batch->inputs + offset, inputs[i], sizes[i]);
    offset += sizes[i];
  }
  return LLMB_OK;
}

static llmb_status start(llmb_bridge *bridge, uint32_t kind, const uint8_t *const *inputs, const uint64_t *sizes,
                         uint32_t count, const llmb_settings *settings, uint32_t order, llmb_batch **out_batch,
                         llmb_error *error) {
  if (out_batch == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_batch is NULL");
  }
  *out_batch = NULL;
  llmb_status status = bridge_check(bridge, error);
  if (status != LLMB_OK) return status;
  if (inputs == NULL || sizes == NULL || count == 0 || count > LLMB_BATCH_ITEMS_MAX || order > LLMB_BATCH_IN_ORDER) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "the items or their sizes are NULL, count is not 1 to %d but %u, or order is not 0 or 1 but %u",
                     LLMB_BATCH_ITEMS_MAX, count, order);
  }
  llmb_batch *batch = NULL;
  status = batch_create(bridge, &batch, error);
  if (status != LLMB_OK) return status;
  batch->kind = kind;
  batch->count = count;
  batch->order = order;
  const struct pool *pool = &stage_next(bridge, NULL)->pool;
  const uint64_t slots = (uint64_t)pool->worker_count_max * pool->launch.slot_count;
  /* No more than there are slots: what would queue costs more than it gains. */
  batch->flights_max = slots < BATCH_FLIGHTS_MAX ? (uint32_t)slots : BATCH_FLIGHTS_MAX;
  status = copy_inputs(batch, inputs, sizes, error);
  if (status == LLMB_OK) status = copy_settings(settings, &batch->settings, error);
  if (status != LLMB_OK) {
    llmb_batch_close(batch);
    return status;
  }
  *out_batch = batch;
  return LLMB_OK;
}

llmb_status llmb_batch_start(llmb_bridge *bridge, const uint8_t *const *prompts, const uint64_t *sizes, uint32_t count,
                             const llmb_settings *settings, uint32_t order, llmb_batch **out_batch,
                             llmb_error *out_error) {
  return start(bridge, LLMB_REQUEST_GENERATE, prompts, sizes, count, settings, order, out_batch, out_error);
}

llmb_status llmb_batch_start_embed(llmb_bridge *bridge, const uint8_t *const *texts, const uint64_t *sizes,
                                   uint32_t count, const llmb_settings *settings, uint32_t order,
                                   llmb_batch **out_batch, llmb_error *out_error) {
  return start(bridge, LLMB_REQUEST_EMBED, texts, sizes, count, settings, order, out_batch, out_error);
}

/* The next item to be told; false if it has not ended yet. */
static bool next_ended(llmb_batch *batch, uint32_t *out_index) {
  if (batch->order == LLMB_BATCH_IN_ORDER) {
    *out_index = batch->told_count;
    return batch->items[batch->told_count].ended;
  }
  if (batch->ended_count == batch->told_count) return false;
  *out_index = batch->ended[batch->told_count];
  return true;
}

/* Works until there is a next item to be told; false if there is none before deadline_ns. */
static bool await_ended(llmb_batch *batch, uint64_t deadline_ns, uint32_t *out_index) {
  while (!next_ended(batch, out_index)) {
    const uint64_t now_ns = os_clock_ns();
    batch_start_items(batch, now_ns);
    /* What has ended is told before more is started: whoever takes it may want the place for another call. */
    if (batch_read_items(batch, now_ns) || batch->flight_count == 0) continue;
    if (deadline_ns != LLMB_NEVER && now_ns >= deadline_ns) return false;
    batch_wait(batch, deadline_ns);
  }
  return true;
}

llmb_status llmb_batch_next(llmb_batch *batch, uint64_t deadline_ns, int32_t *out_index, llmb_status *out_status,
                            llmb_error *out_error) {
  if (batch == NULL || out_index == NULL || out_status == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "batch, out_index or out_status is NULL");
  }
  const llmb_status status = bridge_check(batch->bridge, out_error);
  if (status != LLMB_OK) return status;
  *out_index = LLMB_BATCH_END;
  *out_status = LLMB_OK;
  if (batch->told_count == batch->count) return LLMB_OK;
  uint32_t index = 0;
  batch_hold_calls(batch);
  const bool found = await_ended(batch, deadline_ns, &index);
  batch_let_go_calls(batch);
  if (!found) return call_not_ready(out_error);
  batch->told_count++;
  *out_index = (int32_t)index;
  *out_status = batch->items[index].status;
  if (batch->items[index].error != NULL) {
    error_copy(out_error, batch->items[index].error);
  } else if (*out_status != LLMB_OK) {
    error_set(out_error, *out_status, LLMB_PHASE_NONE, "item %u failed; there was no memory to keep why", index);
  }
  return LLMB_OK;
}

static const struct batch_item *item_ended(const llmb_batch *batch, uint32_t index) {
  return batch != NULL && index < batch->count && batch->items[index].ended ? &batch->items[index] : NULL;
}

const char *llmb_batch_text(const llmb_batch *batch, uint32_t index, uint64_t *out_size) {
  const struct batch_item *item = item_ended(batch, index);
  const bool has = item != NULL && item->text != NULL;
  if (out_size != NULL) *out_size = has ? item->text_size : 0;
  return has ? item->text : "";
}

const float *llmb_batch_vector(const llmb_batch *batch, uint32_t index, uint64_t *out_dimension) {
  const struct batch_item *item = item_ended(batch, index);
  const bool has = item != NULL && item->status == LLMB_OK && item->vector != NULL;
  if (out_dimension != NULL) *out_dimension = has ? item->dimension : 0;
  return has ? item->vector : NULL;
}

llmb_status llmb_batch_result(const llmb_batch *batch, uint32_t index, llmb_result *out_result) {
  const struct batch_item *item = item_ended(batch, index);
  if (item == NULL || item->status != LLMB_OK || out_result == NULL) return LLMB_E_INVALID_ARGUMENT;
  call_copy_result(out_result, &item->result);
  return LLMB_OK;
}

llmb_status llmb_batch_cancel(llmb_batch *batch) {
  if (batch == NULL) return LLMB_E_INVALID_ARGUMENT;
  const llmb_status status = bridge_check(batch->bridge, NULL);
  if (status != LLMB_OK) return status;
  atomic_store(&batch->cancelled, 1);
  waker_ring(&batch->waker);
  return LLMB_OK;
}

void llmb_batch_close(llmb_batch *batch) {
  if (batch == NULL || bridge_check(batch->bridge, NULL) != LLMB_OK) return; /* the parent's: its memory stays */
  for (uint32_t i = 0; i < batch->flight_count; i++) {
    llmb_call_close(batch->flights[i].call);
    batch->flights[i].call = NULL;
  }
  batch_recycle(batch);
}
