/* The object behind llmb_call: its memory, and what it says once it has ended. */
#include "api/call_object.h"

#include <string.h>

#include "api/call_request.h"
#include "api/schema_use.h"
#include "api/session_use.h"
#include "core/error.h"
#include "core/memory.h"

void call_free(llmb_call *call) {
  waker_close(&call->waker);
  call_request_free(&call->request);
  memory_release(call->vector);
  memory_release(call->whole);
  for (unsigned i = 0; i < FRAME_ASIDE_KINDS; i++) memory_release(call->aside[i].text);
  unread_clear(&call->unread, 0);
  memory_release(call->tokens.items);
  memory_release(call->origin.items);
  memory_release(call->logprobs.items);
  memory_release(call->first_failure);
  schema_use_close(call->schema);
  call->session = session_use_close(call->session);
  memory_release(call);
}

void call_reset(llmb_call *call) {
  call->next = NULL;
  atomic_store_explicit(&call->ticket.state, TICKET_OUTSIDE, memory_order_relaxed);
  atomic_store_explicit(&call->ticket.watched, 0, memory_order_relaxed);
  atomic_store_explicit(&call->cancel_requested, 0, memory_order_relaxed);
  call->ticket.connection = NULL;
  atomic_store_explicit(&call->ticket.holder, TICKET_HELD_BY_NOBODY, memory_order_relaxed);
  call->ticket.waited_for_start = call->ticket.hung = false;
  call->placed_ns = call->first_piece_ns = call->end_ns = 0;
  call->progress_seen = call->progress_ns = call->looked_ns = 0;
  call->received_size = 0;
  call->tokens.count = call->origin.count = call->logprobs.count = call->progress_at_death = 0;
  call->vectors_to_skip = call->deaths = call->losses = 0;
  call->ticket.alone = call->ticket.apart = call->ticket.moved = false;
  call->vector_size = call->vector_received = call->dimension = call->whole_size = 0;
  call->was_resumed = call->origin_lost = false;
  call_forget_aside(call);
  call->output_size = 0;
  call->vectors_wanted = call->vectors_read = 0;
  call->holder.held_size = 0;
  call->last_word = SLOT_NOTHING;
  call->reader_was_slow = call->delivered = call->awaits_end = call->ended = call->watched = false;
  call->is_told_whole = false;
  call->outcome = LLMB_OK;
  call->attempts = 0;
  llmb_result_init(&call->result);
}

/* A buffer for the next call, unless it is large. */
static void *kept(void *buffer, uint64_t *capacity, uint64_t item_size) {
  if (*capacity * item_size <= CALL_BUFFER_KEPT_SIZE) return buffer;
  *capacity = 0;
  return memory_release(buffer);
}

void call_forget_aside(llmb_call *call) {
  for (unsigned i = 0; i < FRAME_ASIDE_KINDS; i++) {
    call->output_size -= call->aside[i].size;
    call->aside[i].size = 0;
  }
}

void call_forget_unread(llmb_call *call) {
  atomic_fetch_sub(&call->bridge->unread_size, unread_size(&call->unread));
  unread_clear(&call->unread, CALL_BUFFER_KEPT_SIZE);
  call->last_word = SLOT_NOTHING;
}

void call_drop_large_buffers(llmb_call *call) {
  call->vector = kept(call->vector, &call->vector_capacity, 1);
  call->whole = kept(call->whole, &call->whole_capacity, 1);
  for (unsigned i = 0; i < FRAME_ASIDE_KINDS; i++)
    call->aside[i].text = kept(call->aside[i].text, &call->aside[i].capacity, 1);
  call_forget_unread(call);
  call->tokens.items = kept(call->tokens.items, &call->tokens.capacity, sizeof *call->tokens.items);
  call->origin.items = kept(call->origin.items, &call->origin.capacity, sizeof *call->origin.items);
  call->logprobs.items = kept(call->logprobs.items, &call->logprobs.capacity, sizeof *call->logprobs.items);
  call->first_failure = memory_release(call->first_failure);
  call->schema = schema_use_close(call->schema);
  call->session = session_use_close(call->session);
  call_request_reset(&call->request);
}

llmb_status call_outcome(const llmb_call *call, llmb_error *error) {
  if (call->outcome != LLMB_OK) error_copy(error, &call->error);
  return call->outcome;
}

llmb_status call_not_ready(llmb_error *error) {
  return error_set(error, LLMB_E_NOT_READY, LLMB_PHASE_GENERATE, "nothing came before the deadline of this read");
}

void call_copy_result(llmb_result *target, const llmb_result *source) {
  if (target == NULL) return;
  const uint32_t size = target->struct_size < sizeof *target ? target->struct_size : (uint32_t)sizeof *target;
  if (size <= sizeof target->struct_size) return;
  memcpy((uint8_t *)target + sizeof target->struct_size, (const uint8_t *)source + sizeof source->struct_size,
         size - sizeof source->struct_size);
}
