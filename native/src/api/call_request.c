#include "api/call_request.h"

#include <stddef.h>
#include <string.h>

#include "api/call_object.h"
#include "channel/channel_limits.h"
#include "core/fault_point.h"
#include "core/keyed_hash.h"
#include "core/memory.h"
#include "core/settings_pairs.h"
#include "platform/os_clock.h"
#include "pool/connection.h"

static llmb_status reserve(struct call_request *request, uint64_t size) {
  if (size <= request->capacity) return LLMB_OK;
  void *grown = request->bytes;
  const llmb_status status = memory_resize(&grown, size);
  if (status != LLMB_OK) return status;
  request->bytes = grown;
  request->capacity = size;
  return LLMB_OK;
}

static uint8_t *append(uint8_t *at, const void *bytes, uint64_t size) {
  if (size > 0) memcpy(at, bytes, size);
  return at + size;
}

llmb_status call_request_build(struct call_request *request, const struct frame_submit *given,
                               const llmb_settings *settings, const char *pairs, const struct call_input *input) {
  struct frame_submit submit = *given;
  submit.kind = input->kind;
  submit.item_count = input->count;
  submit.input_size = input->count - 1;
  for (uint32_t i = 0; i < input->count; i++) submit.input_size += input->sizes[i];
  const struct frame_head head = {
      .payload_size = (uint32_t)(sizeof submit + submit.settings_size + submit.input_size),
      .type = FRAME_SUBMIT,
  };
  const bool lent = input->lent && input->count == 1 && submit.input_size > CALL_REQUEST_KEPT_SIZE;
  request->lent = lent ? input->items[0] : NULL;
  request->lent_size = lent ? submit.input_size : 0;
  request->lent_offset = sizeof head + sizeof submit + submit.settings_size;
  request->size = request->fresh_size = sizeof head + head.payload_size;
  const llmb_status status = reserve(request, request->size - request->lent_size);
  if (status != LLMB_OK) return status;
  uint8_t *at = append(request->bytes, &head, sizeof head);
  at = append(at, &submit, sizeof submit);
  if (pairs != NULL) {
    memcpy(at, pairs, submit.settings_size);
  } else if (submit.settings_size > 0) {
    settings_encode_into(settings, SETTING_OF_CALL, at);
  }
  at += submit.settings_size;
  for (uint32_t i = 0; !lent && i < input->count; i++) {
    if (i > 0) *at++ = 0;
    at = append(at, input->items[i], input->sizes[i]);
  }
  return LLMB_OK;
}

llmb_status call_request_resume(struct call_request *request, const struct call_words *tokens,
                                const struct call_words *origin, uint64_t text_size) {
  const uint64_t tokens_size = tokens->count * sizeof *tokens->items;
  const uint64_t origin_size = origin->count * sizeof *origin->items;
  const uint64_t before = request->fresh_size - request->lent_size;
  const llmb_status status = reserve(request, before + tokens_size + origin_size);
  if (status != LLMB_OK) return status;
  struct frame_head head;
  struct frame_submit submit;
  memcpy(&head, request->bytes, sizeof head);
  memcpy(&submit, request->bytes + sizeof head, sizeof submit);
  request->size = request->fresh_size + tokens_size + origin_size;
  head.payload_size = (uint32_t)(request->size - sizeof head);
  submit.resume_tokens = tokens->count;
  submit.origin_words = origin->count;
  submit.resume_text_size = text_size;
  append(append(request->bytes, &head, sizeof head), &submit, sizeof submit);
  append(append(request->bytes + before, tokens->items, tokens_size), origin->items, origin_size);
  return LLMB_OK;
}

uint64_t call_request_hash(const struct call_request *request, const uint64_t key[2]) {
  struct keyed_hash hash;
  struct frame_submit submit;
  const uint64_t asked = sizeof(struct frame_head) + sizeof submit;
  memcpy(&submit, request->bytes + sizeof(struct frame_head), sizeof submit);
  keyed_hash_begin(&hash, key);
  keyed_hash_add(&hash, &submit.kind, sizeof submit.kind);
  const uint64_t own = request->lent != NULL ? request->lent_offset : request->fresh_size;
  keyed_hash_add(&hash, request->bytes + asked, own - asked);
  if (request->lent != NULL) keyed_hash_add(&hash, request->lent, request->lent_size);
  return keyed_hash_end(&hash);
}

void call_request_number(struct call_request *request, uint64_t call_id, uint64_t flags) {
  struct frame_head head;
  memcpy(request->bytes + sizeof head + offsetof(struct frame_submit, flags), &flags, sizeof flags);
  memcpy(&head, request->bytes, sizeof head);
  head.call_id = call_id;
  memcpy(request->bytes, &head, sizeof head);
}

/* The bytes that lie together from where the last ones ended. */
static const uint8_t *next_bytes(const struct call_request *request, uint64_t *out_size) {
  const uint64_t lent_end = request->lent_offset + request->lent_size;
  if (request->lent == NULL || request->sent >= lent_end) {
    *out_size = request->size - request->sent;
    return request->bytes + (request->sent - request->lent_size);
  }
  const bool before = request->sent < request->lent_offset;
  *out_size = (before ? request->lent_offset : lent_end) - request->sent;
  return before ? request->bytes + request->sent : request->lent + (request->sent - request->lent_offset);
}

uint64_t call_request_put(struct call_request *request, struct slot *slot) {
  const uint64_t space = ring_space(&slot->requests), left = request->size - request->sent;
  uint64_t room = space < CHANNEL_STEP_SIZE ? space : CHANNEL_STEP_SIZE;
  if (room > left) room = left;
  for (uint64_t put = 0, size = 0; put < room; put += size) {
    const uint8_t *bytes = next_bytes(request, &size);
    if (size > room - put) size = room - put;
    ring_put(&slot->requests, bytes, size);
    request->sent += size;
  }
  return room;
}

void call_request_reset(struct call_request *request) {
  if (request->capacity > CALL_REQUEST_KEPT_SIZE) call_request_free(request);
  request->lent = NULL;
  request->lent_size = request->size = request->fresh_size = request->sent = 0;
}

void call_request_free(struct call_request *request) {
  request->bytes = memory_release(request->bytes);
  request->capacity = 0;
}

/* A long request goes step by step, so that the engine takes one while the next is put. */
void call_push_request(llmb_call *call) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  struct call_request *request = &call->request;
  if (request->sent == 0) {
    call_request_number(request, slot->call_id, call->ticket.alone ? FRAME_SUBMIT_ALONE : 0);
    call->attempts++;
    call->progress_ns = os_clock_ns();
    if (call->attempts == 1) call->placed_ns = call->progress_ns;
    call->progress_seen = atomic_load_explicit(&slot->shared->progress, memory_order_relaxed);
  }
  /* No more than a ring at once: others want the lock. One that sleeps is woken when all of that is there. */
  const uint64_t begin = request->sent, until = begin + CHANNEL_REQUEST_RING_SIZE;
  while (request->sent < until && call_request_put(request, slot) > 0) {
    FAULT_POINT(HOST_REQUEST_PUT);
    ring_publish(&slot->requests);
    FAULT_POINT(HOST_REQUEST_SENT);
    slot->submit_left = request->size - request->sent;
    if (slot->submit_left > 0) connection_show_engine(worker);
  }
  if (request->sent > begin) connection_wake_engine(worker);
}
