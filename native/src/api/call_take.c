#include "api/call_take.h"

#include <math.h>
#include <string.h>

#include "api/call_end.h"
#include "api/call_schema.h"
#include "core/fault_point.h"
#include "core/json_check.h"
#include "core/memory.h"
#include "pool/connection.h"
#include "pool/slot.h"

/* Keeps a piece of an answer that will be checked as a whole; false if the call fails for lack of memory. */
static bool keep_text(llmb_call *call, const uint8_t *text, uint64_t size, struct call_verdict *verdict) {
  if (call->whole_size + size > call->whole_capacity) {
    void *grown = call->whole;
    const uint64_t capacity = (call->whole_size + size) * 2;
    if (memory_resize(&grown, capacity) != LLMB_OK) {
      verdict_fail(verdict, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_VALIDATE, false,
                   "no memory to check an answer of %llu bytes", (unsigned long long)(call->whole_size + size));
      return false;
    }
    call->whole = grown;
    call->whole_capacity = capacity;
  }
  memcpy(call->whole + call->whole_size, text, size);
  call->whole_size += size;
  return true;
}

bool call_check_whole(const llmb_call *call, struct call_verdict *verdict) {
  if (!call->expects_json) return true;
  uint64_t offset = 0;
  const char *what = "";
  if (json_check(call->whole, call->whole_size, &offset, &what) == LLMB_OK) return true;
  verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, true,
               "the answer is not JSON (expect=json): at byte %llu of %llu: %s", (unsigned long long)offset,
               (unsigned long long)call->whole_size, what);
  return false;
}

/* Takes what is there of the next part, out of the call or out of its ring. */
static uint64_t take_bytes(llmb_call *call, uint8_t *buffer, uint64_t capacity) {
  if (!unread_is_empty(&call->unread)) {
    const uint64_t before = unread_size(&call->unread);
    const uint64_t taken = unread_take(&call->unread, buffer, capacity);
    atomic_fetch_sub(&call->bridge->unread_size, before - unread_size(&call->unread));
    return taken;
  }
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  const uint64_t taken = slot_take_piece(slot, buffer, capacity);
  call->received_size += taken;
  FAULT_POINT(HOST_PIECE_TAKEN);
  if (slot_release_room(slot)) connection_wake_engine(worker);
  return taken;
}

/* The size of the vector whose beginning is the next part. */
static uint64_t next_vector_size(const llmb_call *call) {
  if (!unread_is_empty(&call->unread)) return unread_next(&call->unread).whole;
  return call->ticket.connection->slots[call->ticket.slot].head.payload_size;
}

uint64_t call_take_text(llmb_call *call, uint8_t *buffer, uint64_t capacity, struct call_verdict *verdict) {
  const uint32_t held = call->holder.held_size;
  const uint64_t taken = take_bytes(call, buffer + held, capacity - held);
  uint64_t size = 0;
  if (utf8_holder_feed(&call->holder, buffer, taken, &size) != UTF8_VALID) {
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false,
                 "the answer is not UTF-8 from byte %llu on", (unsigned long long)(call->output_size + size));
    return 0;
  }
  call->output_size += size;
  if (call->output_size > call->output_size_max) {
    verdict_fail(verdict, LLMB_E_OUTPUT_TOO_LARGE, LLMB_PHASE_VALIDATE, false,
                 "the answer is larger than %llu bytes (output_bytes)", (unsigned long long)call->output_size_max);
    return 0;
  }
  if ((call->expects_json || call->session != NULL) && !keep_text(call, buffer, size, verdict)) return 0;
  if (!call_schema_take(call, buffer, size, verdict)) return 0;
  call->delivered |= size > 0;
  return size;
}

/* A vector is what it says it is: of the one dimension, finite, not zero. The verdict is that the call fails if not. */
static bool check_vector(llmb_call *call, struct call_verdict *verdict) {
  const uint64_t dimension = call->vector_size / sizeof(float);
  if (call->dimension == 0) call->dimension = dimension;
  bool zero = true;
  uint64_t bad = dimension;
  for (uint64_t i = 0; i < dimension; i++) {
    if (!isfinite(call->vector[i]) && bad == dimension) bad = i;
    zero &= call->vector[i] == 0;
  }
  if (call->vectors_read >= call->vectors_wanted) {
    verdict_break(verdict, LLMB_PHASE_EMBED, "more vectors than texts");
  } else if (dimension != call->dimension) {
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false,
                 "vector %u has dimension %llu, those before it %llu", call->vectors_read,
                 (unsigned long long)dimension, (unsigned long long)call->dimension);
  } else if (bad < dimension) {
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false, "vector %u has %s at %llu",
                 call->vectors_read, isnan(call->vector[bad]) ? "a NaN" : "an infinite number",
                 (unsigned long long)bad);
  } else if (zero) {
    verdict_fail(verdict, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false, "vector %u is zero everywhere",
                 call->vectors_read);
  }
  return verdict->finding == CALL_NOTHING;
}

static bool count_output(llmb_call *call, struct call_verdict *verdict) {
  call->output_size += call->vector_size;
  if (call->output_size <= call->output_size_max) return true;
  verdict_fail(verdict, LLMB_E_OUTPUT_TOO_LARGE, LLMB_PHASE_VALIDATE, false,
               "the vectors are larger than %llu bytes (output_bytes)", (unsigned long long)call->output_size_max);
  return false;
}

bool call_take_vector(llmb_call *call, struct call_verdict *verdict) {
  if (call->vector_received == 0) {
    void *memory = call->vector;
    const uint64_t size = next_vector_size(call);
    if (size > call->vector_capacity && memory_resize(&memory, size) != LLMB_OK) {
      verdict_fail(verdict, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_VALIDATE, false, "no memory for a vector of %llu bytes",
                   (unsigned long long)size);
      return false;
    }
    call->vector = memory;
    call->vector_size = size;
    if (size > call->vector_capacity) call->vector_capacity = size;
  }
  call->vector_received +=
      take_bytes(call, (uint8_t *)call->vector + call->vector_received, call->vector_size - call->vector_received);
  if (call->vector_received < call->vector_size) return false;
  if (call->vectors_to_skip > 0) {
    call->vectors_to_skip--; /* the engine before this one gave it already */
    call->vector_size = call->vector_received = 0;
    return false;
  }
  return check_vector(call, verdict) && count_output(call, verdict);
}

bool call_has_vector(const llmb_call *call) {
  return call->vector_size > 0 && call->vector_received == call->vector_size;
}
