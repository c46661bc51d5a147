/* What a batch does with its items: starts them as places get free, and reads those that have news. */
#include "api/batch_run.h"

#include <stdatomic.h>
#include <string.h>

#include "api/batch_memory.h"
#include "api/batch_object.h"
#include "api/batch_wait.h"
#include "api/call_limits.h"
#include "api/call_hold.h"
#include "api/call_settle.h"
#include "api/call_object.h"
#include "api/call_read.h"
#include "api/call_start.h"
#include "core/error.h"
#include "core/memory.h"

static void end_item(llmb_batch *batch, uint32_t index, llmb_status status, const llmb_error *error) {
  struct batch_item *item = &batch->items[index];
  void *memory = NULL;
  item->ended = true;
  item->status = status;
  if (status != LLMB_OK && memory_allocate(sizeof *item->error, &memory) == LLMB_OK) {
    item->error = memory;
    *item->error = *error;
    batch->items_own = true;
  }
  batch->ended[batch->ended_count++] = index;
}

/* Starts an item in a flight, whose call object serves one item after the other. */
static llmb_status start_item(llmb_batch *batch, struct batch_flight *flight, uint32_t index, uint64_t now_ns) {
  const struct batch_item *item = &batch->items[index];
  const uint8_t *input = item->input_offset != BATCH_INPUT_IS_NULL ? batch->inputs + item->input_offset : NULL;
  const struct call_input call_input = {.kind = batch->kind,
                                        .items = &input,
                                        .sizes = &item->input_size,
                                        .count = 1,
                                        .what = batch->kind == LLMB_REQUEST_EMBED ? "text" : "prompt",
                                        .patient = true,
                                        .waker = &batch->waker};
  flight->index = index;
  flight->answer.size = 0;
  if (flight->call == NULL) {
    return call_start(batch->bridge, &call_input, batch->settings, &flight->call, &batch->failure);
  }
  return call_start_again(flight->call, &call_input, batch->settings, now_ns, &batch->failure);
}

void batch_start_items(llmb_batch *batch, uint64_t now_ns) {
  while (batch->flight_count < batch->flights_max && batch->started_count < batch->count) {
    const uint32_t index = batch->started_count++;
    llmb_status status = LLMB_E_CANCELLED;
    if (atomic_load(&batch->cancelled)) {
      error_set(&batch->failure, status, LLMB_PHASE_QUEUE, "the batch was cancelled by its caller");
    } else {
      status = start_item(batch, &batch->flights[batch->flight_count], index, now_ns);
    }
    if (status == LLMB_OK) {
      llmb_call *call = batch->flights[batch->flight_count++].call;
      call->awaits_end = call->is_told_whole = true;
      (void)call_hold(call);
    } else {
      end_item(batch, index, status, &batch->failure);
    }
  }
}

/* Gives an item the text that was read for it: a copy, or the very buffer where that is large. */
static llmb_status keep_text(llmb_batch *batch, struct call_text *answer, struct batch_item *item) {
  if (answer->text == NULL) return LLMB_OK;
  item->text_size = answer->size;
  if (answer->capacity > BATCH_TEXT_KEPT_SIZE) {
    item->text = item->own = answer->text;
    *answer = (struct call_text){.text = NULL};
    batch->items_own = true;
    return LLMB_OK;
  }
  char *text = batch_answer_room(batch, item, answer->size + 1);
  if (text == NULL) return LLMB_E_OUT_OF_MEMORY;
  item->text = memcpy(text, answer->text, answer->size + 1);
  return LLMB_OK;
}

/* Reads what has come of an item's vector; LLMB_E_NOT_READY if there is more to come, else how it ended. */
static llmb_status read_vector(llmb_batch *batch, llmb_call *call, struct batch_item *item) {
  for (;;) {
    uint64_t dimension = 0;
    float none = 0;
    llmb_status status = llmb_call_read_vector(call, &none, 0, 0, &dimension, NULL);
    if (dimension == 0) return status;
    float *vector = batch_answer_room(batch, item, dimension * sizeof *vector);
    if (vector == NULL) return LLMB_E_OUT_OF_MEMORY;
    item->vector = vector;
    item->dimension = dimension;
    status = llmb_call_read_vector(call, vector, dimension, 0, &dimension, NULL);
    if (status != LLMB_OK) return status;
  }
}

/* The same for its text. */
static llmb_status read_text(llmb_batch *batch, struct batch_flight *flight, struct batch_item *item, uint64_t now_ns) {
  struct call_text *answer = &flight->answer;
  const uint64_t until = answer->size + BATCH_TURN_SIZE;
  llmb_status status = call_text_reserve(answer, NULL);
  while (status == LLMB_OK) {
    if (answer->size >= until) return LLMB_E_NOT_READY; /* the others have their turn */
    if (!call_step(flight->call, now_ns)) return LLMB_E_NOT_READY;
    if (flight->call->ended) break;
    const uint64_t size =
        call_receive_text(flight->call, (uint8_t *)answer->text + answer->size, answer->capacity - answer->size - 1);
    call_text_add(flight->call, answer, size);
    status = call_text_reserve(answer, NULL);
  }
  if (answer->text == NULL) return status;
  answer->text[answer->size] = 0;
  const llmb_status kept = keep_text(batch, answer, item);
  if (status == LLMB_OK) status = flight->call->outcome;
  return status == LLMB_OK ? kept : status;
}

/* Reads what has come of one item; true if it has ended. */
static bool read_item(llmb_batch *batch, struct batch_flight *flight, uint64_t now_ns) {
  struct batch_item *item = &batch->items[flight->index];
  llmb_call *call = flight->call;
  llmb_status status = LLMB_E_NOT_READY;
  if (batch->kind != LLMB_REQUEST_EMBED) {
    status = read_text(batch, flight, item, now_ns);
  } else if (call_step(call, now_ns)) {
    status = read_vector(batch, call, item);
  }
  if (status == LLMB_E_NOT_READY) return false;
  if (status == LLMB_OK) {
    item->result = call->result;
  } else if (call->ended && call->outcome == status) {
    call_outcome(call, &batch->failure);
  } else {
    error_set(&batch->failure, status, LLMB_PHASE_VALIDATE, "no memory to keep the answer of item %u", flight->index);
  }
  end_item(batch, flight->index, status, &batch->failure);
  return true;
}

/* The last flight takes its place; call and buffer are the next item's. */
static void end_flight(llmb_batch *batch, struct batch_flight *flight) {
  if (!flight->call->ended) {
    llmb_call_close(flight->call);
    flight->call = NULL;
  }
  const struct batch_flight ended = *flight;
  struct batch_flight *last = &batch->flights[--batch->flight_count];
  *flight = *last;
  *last = ended;
}

void batch_hold_calls(llmb_batch *batch) {
  for (uint32_t i = 0; i < batch->flight_count; i++) (void)call_hold(batch->flights[i].call);
}

void batch_let_go_calls(llmb_batch *batch) {
  for (uint32_t i = 0; i < batch->flight_count; i++) call_let_go(batch->flights[i].call, true);
}

/* All of them are looked at only now and then, for their limits: a look costs as much as what it finds. */
bool batch_read_items(llmb_batch *batch, uint64_t now_ns) {
  const bool cancelled = atomic_load(&batch->cancelled) != 0;
  const bool all = cancelled || now_ns >= batch->look_ns;
  if (all) batch->look_ns = call_later_ns(now_ns, BATCH_LOOK_NS);
  bool any = false;
  for (uint32_t i = 0; i < batch->flight_count;) {
    struct batch_flight *flight = &batch->flights[i];
    if (cancelled) llmb_call_cancel(flight->call);
    if ((all || batch_call_has_news(flight->call)) && read_item(batch, flight, now_ns)) {
      end_flight(batch, flight);
      any = true;
    } else {
      i++;
    }
  }
  return any;
}
