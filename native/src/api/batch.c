/* Batches are calls, started as places get free and read as they have news. */
#include "batch_object.h"

#include <stdatomic.h>
#include <string.h>

#include "../core/error.h"
#include "../core/memory.h"
#include "../platform/os_clock.h"
#include "../platform/os_event.h"

#define INPUT_IS_NULL UINT64_MAX /* in place of an offset: the item's call says what is wrong */

static llmb_status copy_settings(const llmb_settings *given, llmb_settings **out, llmb_error *error) {
  if (given == NULL) return LLMB_OK;
  const llmb_status status = llmb_settings_create(out, error);
  return status == LLMB_OK ? settings_copy_explicit(given, *out, error) : status;
}

static llmb_status allocate(uint64_t size, void **out, llmb_error *error) {
  const llmb_status status = memory_allocate(size, out);
  if (status == LLMB_OK) return status;
  return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for a batch (%llu bytes)", (unsigned long long)size);
}

static llmb_status copy_inputs(llmb_batch *batch, const uint8_t *const *inputs, const uint64_t *sizes,
                               llmb_error *error) {
  uint64_t total = 1;
  for (uint32_t i = 0; i < batch->count; i++) {
    /* What is too long is its item's failure; here it is only not copied. */
    if (inputs[i] != NULL && sizes[i] <= CHANNEL_INPUT_SIZE_MAX) total += sizes[i];
  }
  void *memory = NULL;
  const llmb_status status = allocate(total, &memory, error);
  if (status != LLMB_OK) return status;
  batch->inputs = memory;
  uint64_t offset = 0;
  for (uint32_t i = 0; i < batch->count; i++) {
    struct batch_item *item = &batch->items[i];
    item->input_offset = inputs[i] != NULL ? offset : INPUT_IS_NULL;
    item->input_size = sizes[i];
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
  void *memory = NULL;
  status = allocate(sizeof(llmb_batch), &memory, error);
  if (status != LLMB_OK) return status;
  llmb_batch *batch = memory;
  bridge_retain(bridge);
  batch->bridge = bridge;
  batch->kind = kind;
  batch->count = count;
  batch->order = order;
  batch->bell = OS_HANDLE_NONE;
  llmb_error_init(&batch->failure);
  const struct pool *pool = &stage_next(bridge, NULL)->pool;
  const uint64_t slots = (uint64_t)pool->worker_count_max * pool->launch.slot_count;
  /* No more than there are slots: what would queue costs more than it gains. */
  batch->flights_max = slots < BATCH_FLIGHTS_MAX ? (uint32_t)slots : BATCH_FLIGHTS_MAX;
  int os_code = 0;
  status = os_event_create(&batch->bell, &os_code);
  if (status != LLMB_OK) error_set_os(error, status, LLMB_PHASE_CONFIGURE, os_code, "could not make a doorbell");
  if (status == LLMB_OK) status = allocate(count * sizeof *batch->items, &memory, error);
  if (status == LLMB_OK) {
    batch->items = memory;
    status = allocate(count * sizeof *batch->ended, &memory, error);
  }
  if (status == LLMB_OK) {
    batch->ended = memory;
    status = copy_inputs(batch, inputs, sizes, error);
  }
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

static void end_item(llmb_batch *batch, uint32_t index, llmb_status status, const llmb_error *error) {
  struct batch_item *item = &batch->items[index];
  void *memory = NULL;
  item->ended = true;
  item->status = status;
  if (status != LLMB_OK && memory_allocate(sizeof *item->error, &memory) == LLMB_OK) {
    item->error = memory;
    *item->error = *error;
  }
  batch->ended[batch->ended_count++] = index;
}

/* Gives the next items to the bridge, as many as may be in flight. */
static void start_items(llmb_batch *batch) {
  while (batch->flight_count < batch->flights_max && batch->started_count < batch->count) {
    const uint32_t index = batch->started_count++;
    const struct batch_item *item = &batch->items[index];
    const uint8_t *input = item->input_offset != INPUT_IS_NULL ? batch->inputs + item->input_offset : NULL;
    const struct call_input call_input = {.kind = batch->kind,
                                          .items = &input,
                                          .sizes = &item->input_size,
                                          .count = 1,
                                          .what = batch->kind == LLMB_REQUEST_EMBED ? "text" : "prompt",
                                          .patient = true};
    llmb_call *call = NULL;
    llmb_status status = LLMB_E_CANCELLED;
    if (atomic_load(&batch->cancelled)) {
      error_set(&batch->failure, status, LLMB_PHASE_QUEUE, "the batch was cancelled by its caller");
    } else {
      status = call_start(batch->bridge, &call_input, batch->settings, &call, &batch->failure);
    }
    if (status == LLMB_OK) {
      batch->flights[batch->flight_count++] = (struct batch_flight){.call = call, .index = index};
    } else {
      end_item(batch, index, status, &batch->failure);
    }
  }
}

/* Reads what has come of an item's vector; LLMB_E_NOT_READY if there is more to come, else how it ended. */
static llmb_status read_vector(llmb_call *call, struct batch_item *item) {
  for (;;) {
    uint64_t dimension = 0;
    float none = 0;
    llmb_status status = llmb_call_read_vector(call, &none, 0, 0, &dimension, NULL);
    if (dimension == 0) return status;
    void *memory = item->vector;
    if (memory_resize(&memory, dimension * sizeof *item->vector) != LLMB_OK) return LLMB_E_OUT_OF_MEMORY;
    item->vector = memory;
    item->dimension = dimension;
    status = llmb_call_read_vector(call, item->vector, dimension, 0, &dimension, NULL);
    if (status != LLMB_OK) return status;
  }
}

/* Reads what has come of one item; true if it has ended. */
static bool read_item(llmb_batch *batch, const struct batch_flight *flight) {
  struct batch_item *item = &batch->items[flight->index];
  if (!call_look(flight->call, os_clock_ns(), false)) return false;
  const llmb_status status = batch->kind == LLMB_REQUEST_EMBED ? read_vector(flight->call, item)
                                                               : call_read_text(flight->call, &item->answer, 0, NULL);
  if (status == LLMB_E_NOT_READY) return false;
  if (status == LLMB_OK) {
    item->result = flight->call->result;
  } else if (flight->call->ended && flight->call->outcome == status) {
    call_outcome(flight->call, &batch->failure);
  } else {
    error_set(&batch->failure, status, LLMB_PHASE_VALIDATE, "no memory to keep the answer of item %u", flight->index);
  }
  end_item(batch, flight->index, status, &batch->failure);
  return true;
}

/* Reads what has come of every item in flight; true if any has ended. */
static bool read_items(llmb_batch *batch) {
  const bool cancelled = atomic_load(&batch->cancelled) != 0;
  bool any = false;
  for (uint32_t i = 0; i < batch->flight_count;) {
    if (cancelled) llmb_call_cancel(batch->flights[i].call);
    if (!read_item(batch, &batch->flights[i])) {
      i++;
      continue;
    }
    llmb_call_close(batch->flights[i].call);
    batch->flights[i] = batch->flights[--batch->flight_count];
    any = true;
  }
  return any;
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
  while (!next_ended(batch, &index)) {
    start_items(batch);
    if (read_items(batch) || batch->flight_count == 0) continue;
    if (deadline_ns != LLMB_NEVER && os_clock_ns() >= deadline_ns) return call_not_ready(out_error);
    batch_wait(batch, deadline_ns);
  }
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
  if (out_size != NULL) *out_size = item != NULL ? item->answer.size : 0;
  return item != NULL && item->answer.text != NULL ? item->answer.text : "";
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
  os_event_ring(batch->bell);
  return LLMB_OK;
}

void llmb_batch_close(llmb_batch *batch) {
  if (batch == NULL || bridge_check(batch->bridge, NULL) != LLMB_OK) return; /* the parent's: its memory stays */
  for (uint32_t i = 0; i < batch->flight_count; i++) llmb_call_close(batch->flights[i].call);
  for (uint32_t i = 0; batch->items != NULL && i < batch->count; i++) {
    memory_release(batch->items[i].answer.text);
    memory_release(batch->items[i].vector);
    memory_release(batch->items[i].error);
  }
  memory_release(batch->items);
  memory_release(batch->ended);
  memory_release(batch->inputs);
  os_handle_close(batch->bell);
  llmb_settings_close(batch->settings);
  bridge_release(batch->bridge);
  memory_release(batch);
}
