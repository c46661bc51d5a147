#include "pool/slot.h"

#include <llmbridge/status.h>

#include "channel/channel_limits.h"
#include "core/error.h"

void slot_begin(struct slot *slot, uint64_t call_id) {
  slot->state = SLOT_BUSY;
  slot->call_id = call_id;
  slot->submit_left = 0;
  slot->kill_at_ns = LLMB_NEVER;
  slot->in_frame = slot->accepted = false;
  slot->frame_left = 0;
}

bool slot_has_news(const struct slot *slot) {
  const uint64_t available =
      atomic_load_explicit(slot->responses.written, memory_order_acquire) - slot->responses.position;
  if (!slot->in_frame) return available >= sizeof slot->head;
  if (slot->head.type == FRAME_PIECE || slot->head.type == FRAME_VECTOR) return available > 0;
  return available >= slot->frame_left;
}

/* Whether a head is one this slot may get now. */
static bool head_valid(const struct slot *slot, const struct frame_head *head) {
  if (head->call_id != slot->call_id) return false;
  switch (head->type) {
    case FRAME_ACCEPTED:
      return head->payload_size == 0 && !slot->accepted;
    case FRAME_PIECE:
      return slot->accepted && head->payload_size > 0 && head->payload_size <= CHANNEL_PIECE_SIZE_MAX;
    case FRAME_VECTOR:
      return slot->accepted && head->payload_size > 0 && head->payload_size <= CHANNEL_PIECE_SIZE_MAX &&
             head->payload_size % sizeof(float) == 0;
    case FRAME_TOKENS:
    case FRAME_ORIGIN:
    case FRAME_ORIGIN_MORE:
    case FRAME_LOGPROBS:
      return slot->accepted && head->payload_size > 0 && head->payload_size % sizeof(int32_t) == 0 &&
             head->payload_size <= CHANNEL_TOKENS_MAX * sizeof(int32_t);
    case FRAME_ASIDE:
    case FRAME_ASIDE_LAST:
      return slot->accepted && head->payload_size > 0 && head->payload_size <= FRAME_ASIDE_SIZE_MAX;
    case FRAME_DONE:
      return slot->accepted && head->payload_size == sizeof(struct frame_done);
    case FRAME_ERROR:
      return head->payload_size >= sizeof(struct frame_failure) &&
             head->payload_size <= sizeof(struct frame_failure) + CHANNEL_MESSAGE_SIZE_MAX + CHANNEL_LOG_SIZE_MAX;
    default:
      return false;
  }
}

/* Takes the next head into private memory; false if none is there whole, or it is wrong (the ring is broken then). */
static bool take_head(struct slot *slot) {
  if (ring_available(&slot->responses) < sizeof slot->head) return false;
  ring_take(&slot->responses, &slot->head, sizeof slot->head);
  if (!head_valid(slot, &slot->head)) {
    slot->responses.broken = true;
    return false;
  }
  slot->in_frame = true;
  slot->frame_left = slot->head.payload_size;
  return true;
}

enum slot_news slot_look(struct slot *slot) {
  for (;;) {
    if (!slot->in_frame && !take_head(slot)) break;
    const uint64_t available = ring_available(&slot->responses);
    if (slot->responses.broken) break;
    if (slot->head.type == FRAME_ACCEPTED) {
      slot->accepted = true;
      slot->in_frame = false;
      continue;
    }
    if (slot->head.type == FRAME_PIECE) return available > 0 ? SLOT_PIECE : SLOT_NOTHING;
    if (slot->head.type == FRAME_VECTOR) return available > 0 ? SLOT_VECTOR : SLOT_NOTHING;
    if (available < slot->frame_left) return SLOT_NOTHING; /* all others are far smaller than a ring */
    if (slot->head.type == FRAME_DONE) return SLOT_DONE;
    return slot->head.type == FRAME_ERROR ? SLOT_FAILED : SLOT_TOKENS;
  }
  return slot->responses.broken ? SLOT_BROKEN : SLOT_NOTHING;
}

uint64_t slot_take_piece(struct slot *slot, uint8_t *buffer, uint64_t capacity) {
  const uint64_t available = ring_available(&slot->responses);
  uint64_t size = available < slot->frame_left ? available : slot->frame_left;
  if (size > capacity) size = capacity;
  ring_take(&slot->responses, buffer, size);
  slot->frame_left -= size;
  slot->in_frame = slot->frame_left > 0;
  return size;
}

uint32_t slot_take_tokens(struct slot *slot, int32_t *tokens) {
  const uint64_t size = slot->frame_left;
  ring_take(&slot->responses, tokens, size);
  slot->in_frame = false;
  return (uint32_t)(size / sizeof *tokens);
}

void slot_take_done(struct slot *slot, struct frame_done *out) {
  ring_take(&slot->responses, out, sizeof *out);
  slot->in_frame = false;
}

void slot_take_failure(struct slot *slot, llmb_error *out) {
  char text[CHANNEL_MESSAGE_SIZE_MAX + CHANNEL_LOG_SIZE_MAX];
  struct frame_failure failure;
  const uint64_t size = slot->frame_left - sizeof failure;
  ring_take(&slot->responses, &failure, sizeof failure);
  ring_take(&slot->responses, text, size);
  slot->in_frame = false;
  const uint64_t message_size = failure.message_size < size ? failure.message_size : size;
  out->status = failure.status;
  out->phase = failure.phase;
  out->os_code = failure.os_code;
  const bool ended = failure.exit_kind > LLMB_EXIT_NONE && failure.exit_kind <= LLMB_EXIT_UNKNOWN;
  out->exit_kind = ended ? failure.exit_kind : LLMB_EXIT_NONE;
  out->exit_value = ended ? failure.exit_value : 0;
  error_copy_text(out->message, sizeof out->message, text, message_size, 0);
  error_copy_text(out->engine_log, sizeof out->engine_log, text + message_size, size - message_size, 1);
}

bool slot_release_room(struct slot *slot) {
  ring_release(&slot->responses);
  /* Pairs with the fence in engine_flush_backlog. */
  atomic_thread_fence(memory_order_seq_cst);
  if (atomic_load_explicit(&slot->shared->engine_blocked, memory_order_relaxed) == 0) return false;
  /* While half of the ring is still to be taken there will be another call of this: one wake-up for many pieces. */
  if (ring_available(&slot->responses) > CHANNEL_RESPONSE_RING_SIZE / 2) return false;
  return atomic_exchange(&slot->shared->engine_blocked, 0) != 0;
}

bool slot_has_taken_enough(const struct slot *slot, uint64_t begun_at) {
  return slot->responses.position - begun_at >= CHANNEL_RESPONSE_RING_SIZE;
}

bool slot_drain(struct slot *slot, bool *out_broken) {
  const uint64_t begun_at = slot->responses.position;
  *out_broken = false;
  while (!slot_has_taken_enough(slot, begun_at)) {
    const enum slot_news news = slot_look(slot);
    if (news == SLOT_NOTHING) return false;
    if (news == SLOT_BROKEN) {
      *out_broken = true;
      return true;
    }
    const uint64_t available = ring_available(&slot->responses);
    const uint64_t size = available < slot->frame_left ? available : slot->frame_left;
    ring_skip(&slot->responses, size);
    slot->frame_left -= size;
    slot->in_frame = slot->frame_left > 0;
    if (news == SLOT_DONE || news == SLOT_FAILED) return true;
  }
  return false;
}

bool slot_pad_request(struct slot *slot) {
  static uint8_t zeros[4096]; /* never written: constants take room in the file */
  bool sent = false;
  const uint64_t until = slot->requests.position + CHANNEL_REQUEST_RING_SIZE;
  while (slot->submit_left > 0 && slot->requests.position < until) {
    const uint64_t space = ring_space(&slot->requests);
    uint64_t size = slot->submit_left < space ? slot->submit_left : space;
    if (size > sizeof zeros) size = sizeof zeros;
    if (size == 0) break;
    ring_put(&slot->requests, zeros, size);
    slot->submit_left -= size;
    sent = true;
  }
  if (sent) ring_publish(&slot->requests);
  return sent;
}
