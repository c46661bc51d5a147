#include "api/call_absorb.h"

#include "api/call_end.h"
#include "api/call_limits.h"
#include "api/call_survive.h"
#include "api/call_verdict.h"
#include "channel/channel_limits.h"
#include "core/error.h"
#include "core/policy.h"
#include "pool/connection.h"
#include "pool/pool.h"
#include "pool/slot.h"

/* Takes what is there of a part; false if there is no room for it. */
static bool absorb_part(llmb_call *call, struct slot *slot) {
  llmb_bridge *bridge = call->bridge;
  const uint64_t available = ring_available(&slot->responses);
  const uint64_t size = available < slot->frame_left ? available : slot->frame_left;
  const uint64_t whole = slot->frame_left == slot->head.payload_size ? slot->head.payload_size : 0;
  const uint64_t before = unread_size(&call->unread);
  if (call->output_size + before + size > call->output_size_max) return false;
  if (atomic_load(&bridge->unread_size) + size > BRIDGE_UNREAD_SIZE_MAX) return false;
  uint8_t *room = unread_append(&call->unread, size, whole);
  if (room == NULL) return false;
  call->received_size += slot_take_piece(slot, room, size);
  atomic_fetch_add(&bridge->unread_size, unread_size(&call->unread) - before);
  return true;
}

/* Takes parts until something else comes, and says what; SLOT_NOTHING also where a part must stay. */
static enum slot_news absorb_parts(llmb_call *call, struct slot *slot, uint64_t now_ns) {
  struct call_verdict verdict;
  const uint64_t begin = slot->responses.position;
  /* No more than a ring at once, however fast its engine writes on: others want the lock. */
  while (slot->responses.position - begin <= CHANNEL_RESPONSE_RING_SIZE) {
    const enum slot_news news = slot_look(slot);
    if (news == SLOT_TOKENS) {
      if (!call_take_tokens(call, &verdict)) return SLOT_NOTHING; /* the caller finds the same */
    } else if (news == SLOT_PIECE || news == SLOT_VECTOR) {
      if ((news == SLOT_VECTOR) != (call->kind == LLMB_REQUEST_EMBED)) return SLOT_NOTHING;
      call_note_part(call, slot, now_ns);
      if (!absorb_part(call, slot)) return SLOT_NOTHING;
    } else {
      return news;
    }
  }
  return SLOT_NOTHING;
}

/* Whether the engine has ended the call before its deadline, whenever that is seen. */
static bool in_time(const llmb_call *call, const struct slot *slot, uint64_t now_ns) {
  if (now_ns < call->deadline_ns) return true;
  return atomic_load_explicit(&slot->shared->progress, memory_order_relaxed) < call->deadline_ns;
}

static void take_failure(llmb_call *call, struct slot *slot) {
  llmb_error_init(&call->error);
  slot_take_failure(slot, &call->error);
  call->error.retry_safe = call_may_be_repeated(call);
}

void call_absorb(llmb_call *call, uint64_t now_ns) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  if (call->request.sent < call->request.size) return;
  call->reader_was_slow |= atomic_load_explicit(&slot->shared->engine_blocked, memory_order_relaxed) != 0;
  const enum slot_news news = absorb_parts(call, slot, now_ns);
  if ((news == SLOT_DONE || news == SLOT_FAILED) && in_time(call, slot, now_ns)) {
    call->last_word = news;
    if (news == SLOT_DONE) slot_take_done(slot, &call->done);
    if (news == SLOT_FAILED) take_failure(call, slot);
  }
  if (slot_release_room(slot)) connection_wake_engine(worker);
  if (call_has_progressed(call)) call_end_quarantine(call);
  if (call->last_word == SLOT_NOTHING) return;
  if (news == SLOT_DONE) pool_note_success(&call->stage->pool, worker, now_ns);
  pool_leave(&call->stage->pool, &call->ticket, true, now_ns);
}
