/* A batch's memory. What a thousand small items need stays with the bridge for its next batch: given back to the
 * system, it would come again page by page. */
#include "api/batch_memory.h"

#include "api/batch_object.h"
#include "api/bridge_object.h"
#include "api/call_read.h"
#include "api/call_start.h"
#include "core/error.h"
#include "core/memory.h"

static llmb_status no_memory(uint64_t size, llmb_error *error) {
  return error_set(error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "no memory for a batch (%llu bytes)",
                   (unsigned long long)size);
}

static llmb_batch *take_kept(llmb_bridge *bridge) {
  pthread_mutex_lock(&bridge->lock);
  llmb_batch *batch = bridge->kept_batch;
  bridge->kept_batch = NULL;
  pthread_mutex_unlock(&bridge->lock);
  return batch;
}

static llmb_status make_new(llmb_batch **out, llmb_error *error) {
  void *memory = NULL;
  if (memory_allocate(sizeof(llmb_batch), &memory) != LLMB_OK) return no_memory(sizeof(llmb_batch), error);
  llmb_batch *batch = memory;
  waker_init(&batch->waker);
  llmb_error_init(&batch->failure);
  memory = NULL;
  if (memory_resize(&memory, BATCH_ANSWERS_SIZE) == LLMB_OK) batch->answers = memory;
  *out = batch;
  return LLMB_OK;
}

llmb_status batch_create(llmb_bridge *bridge, llmb_batch **out, llmb_error *error) {
  llmb_batch *batch = take_kept(bridge);
  if (batch == NULL) {
    const llmb_status status = make_new(&batch, error);
    if (status != LLMB_OK) return status;
  }
  batch->answers_used = batch->look_ns = 0;
  batch->items_own = false;
  batch->started_count = batch->ended_count = batch->told_count = batch->flight_count = 0;
  bridge_retain(bridge);
  batch->bridge = bridge;
  *out = batch;
  return LLMB_OK;
}

llmb_status batch_reserve(llmb_batch *batch, uint64_t inputs_size, llmb_error *error) {
  const uint64_t items_size = batch->count * sizeof *batch->items, ended_size = batch->count * sizeof *batch->ended;
  const uint64_t size = items_size + ended_size + inputs_size;
  if (size > batch->items_capacity) {
    void *memory = NULL;
    batch->items = memory_release(batch->items);
    batch->items_capacity = 0;
    if (memory_resize(&memory, size) != LLMB_OK) return no_memory(size, error);
    batch->items = memory;
    batch->items_capacity = size;
  }
  batch->ended = (uint32_t *)(batch->items + batch->count);
  batch->inputs = (uint8_t *)(batch->ended + batch->count);
  return LLMB_OK;
}

void *batch_answer_room(llmb_batch *batch, struct batch_item *item, uint64_t size) {
  const uint64_t at = (batch->answers_used + 7) & ~UINT64_C(7);
  if (batch->answers != NULL && at + size <= BATCH_ANSWERS_SIZE) {
    batch->answers_used = at + size;
    return batch->answers + at;
  }
  if (memory_resize(&item->own, size) != LLMB_OK) return NULL;
  batch->items_own = true;
  return item->own;
}

/* What its items and flights have that the next batch's will not need. */
static void shed(llmb_batch *batch) {
  for (uint32_t i = 0; batch->items_own && i < batch->count; i++) {
    memory_release(batch->items[i].own);
    memory_release(batch->items[i].error);
  }
  for (uint32_t i = 0; i < BATCH_FLIGHTS_MAX; i++) {
    struct call_text *answer = &batch->flights[i].answer;
    if (batch->flights[i].call != NULL) call_recycle(batch->flights[i].call);
    batch->flights[i].call = NULL;
    if (answer->capacity <= BATCH_TEXT_KEPT_SIZE) continue;
    memory_release(answer->text);
    *answer = (struct call_text){.text = NULL};
  }
  if (batch->items_capacity > BATCH_ITEMS_KEPT_SIZE) {
    batch->items = memory_release(batch->items);
    batch->items_capacity = 0;
  }
  llmb_settings_close(batch->settings);
  batch->settings = NULL;
  atomic_store(&batch->cancelled, 0);
}

void batch_recycle(llmb_batch *batch) {
  llmb_bridge *bridge = batch->bridge;
  shed(batch);
  pthread_mutex_lock(&bridge->lock);
  const bool keep = bridge->kept_batch == NULL;
  if (keep) bridge->kept_batch = batch;
  pthread_mutex_unlock(&bridge->lock);
  if (!keep) batch_free(batch);
  bridge_release(bridge);
}
