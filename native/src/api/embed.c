/* Embeddings and token counts: calls whose answer is numbers. */
#include <math.h>
#include <string.h>

#include "../core/error.h"
#include "../core/memory.h"
#include "call_object.h"

llmb_status llmb_embed_start(llmb_bridge *bridge, const uint8_t *const *texts, const uint64_t *sizes, uint32_t count,
                             const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error) {
  const struct call_input input = {
      .kind = LLMB_REQUEST_EMBED, .items = texts, .sizes = sizes, .count = count, .what = "text"};
  return call_start(bridge, &input, settings, out_call, out_error);
}

/* A vector is what it says it is: of the one dimension, finite, not zero. Ends the call if not. */
static bool check_vector(llmb_call *call) {
  const uint64_t dimension = call->vector_size / sizeof(float);
  if (call->dimension == 0) call->dimension = dimension;
  bool zero = true;
  uint64_t bad = dimension;
  for (uint64_t i = 0; i < dimension; i++) {
    if (!isfinite(call->vector[i]) && bad == dimension) bad = i;
    zero &= call->vector[i] == 0;
  }
  if (call->vectors_read >= call->vectors_wanted) {
    call_end_broken(call, false, "more vectors than texts");
  } else if (dimension != call->dimension) {
    call_end_with(call, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false, false,
                  "vector %u has dimension %llu, those before it %llu", call->vectors_read,
                  (unsigned long long)dimension, (unsigned long long)call->dimension);
  } else if (bad < dimension) {
    call_end_with(call, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false, false, "vector %u has %s at %llu",
                  call->vectors_read, isnan(call->vector[bad]) ? "a NaN" : "an infinite number",
                  (unsigned long long)bad);
  } else if (zero) {
    call_end_with(call, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false, false, "vector %u is zero everywhere",
                  call->vectors_read);
  }
  return !call->ended;
}

static bool count_output(llmb_call *call) {
  call->output_size += call->vector_size;
  if (call->output_size <= call->output_size_max) return true;
  call_end_with(call, LLMB_E_OUTPUT_TOO_LARGE, LLMB_PHASE_VALIDATE, false, false,
                "the vectors are larger than %llu bytes (output_bytes)", (unsigned long long)call->output_size_max);
  return false;
}

/* Takes what has come of the vector in the slot; true when one is whole and right. */
static bool take_vector(llmb_call *call) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  if (call->vector_received == 0) {
    void *memory = call->vector;
    const uint64_t size = slot->head.payload_size;
    if (size > call->vector_capacity && memory_resize(&memory, size) != LLMB_OK) {
      call_end_with(call, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_VALIDATE, false, false, "no memory for a vector of %u bytes",
                    slot->head.payload_size);
      return false;
    }
    call->vector = memory;
    call->vector_size = size;
    if (size > call->vector_capacity) call->vector_capacity = size;
  }
  call->vector_received +=
      slot_take_piece(slot, (uint8_t *)call->vector + call->vector_received, call->vector_size - call->vector_received);
  if (slot_release_room(slot)) connection_wake_engine(worker);
  if (call->vector_received < call->vector_size) return false;
  if (call->vectors_to_skip > 0) {
    call->vectors_to_skip--; /* the engine before this one gave it already */
    call->vector_size = call->vector_received = 0;
    return false;
  }
  return check_vector(call) && count_output(call);
}

bool call_has_vector(const llmb_call *call) {
  return call->vector_size > 0 && call->vector_received == call->vector_size;
}

/* Waits until a whole vector lies in call->vector: LLMB_OK with *out_dimension 0 when there are no more. */
static llmb_status await_vector(llmb_call *call, uint64_t deadline_ns, uint64_t *out_dimension, llmb_error *error) {
  *out_dimension = 0;
  while (!call_has_vector(call)) {
    if (!call_wait(call, deadline_ns)) return call_not_ready(error);
    if (call->ended) return call_outcome(call, error);
    if (!take_vector(call) && call->ended) return call_outcome(call, error);
  }
  *out_dimension = call->dimension;
  return LLMB_OK;
}

static void next_vector(llmb_call *call) {
  call->vector_size = call->vector_received = 0;
  call->vectors_read++;
  call_clear_suspicion(call, false);
  call->delivered = true;
}

llmb_status call_drop_vector(llmb_call *call, uint64_t deadline_ns, uint64_t *out_dimension, llmb_error *error) {
  const llmb_status status = await_vector(call, deadline_ns, out_dimension, error);
  if (status == LLMB_OK && *out_dimension > 0) next_vector(call);
  return status;
}

llmb_status llmb_call_read_vector(llmb_call *call, float *buffer, uint64_t capacity, uint64_t deadline_ns,
                                  uint64_t *out_dimension, llmb_error *out_error) {
  llmb_status status = call_check(call, LLMB_REQUEST_EMBED, out_error);
  if (status != LLMB_OK) return status;
  if (out_dimension == NULL || (buffer == NULL && capacity > 0)) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "buffer or out_dimension is NULL");
  }
  status = await_vector(call, deadline_ns, out_dimension, out_error);
  if (status != LLMB_OK || *out_dimension == 0) return status;
  if (capacity < *out_dimension) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "capacity: it is %llu, the vector has %llu numbers", (unsigned long long)capacity,
                     (unsigned long long)*out_dimension);
  }
  memcpy(buffer, call->vector, call->vector_size);
  next_vector(call);
  return LLMB_OK;
}

/* Reads all vectors of a call, one behind the other. */
static llmb_status read_all(llmb_call *call, uint32_t count, float **out_vectors, uint64_t *out_dimension,
                            llmb_error *error) {
  void *vectors = NULL;
  uint64_t dimension = 0;
  llmb_status status = LLMB_OK;
  call->awaits_end = true;
  for (uint32_t i = 0; status == LLMB_OK && i <= count; i++) {
    uint64_t found = 0;
    status = await_vector(call, LLMB_NEVER, &found, error);
    if (status != LLMB_OK || found == 0) break; /* how many have come was checked when the call ended */
    if (vectors == NULL) {
      dimension = found;
      status = memory_allocate(count * dimension * sizeof(float), &vectors);
      if (status != LLMB_OK) {
        error_set(error, status, LLMB_PHASE_EMBED, "no memory for %u vectors of %llu numbers", count,
                  (unsigned long long)dimension);
        break;
      }
    }
    memcpy((float *)vectors + i * dimension, call->vector, dimension * sizeof(float));
    next_vector(call);
  }
  call->awaits_end = false;
  if (status != LLMB_OK) vectors = memory_release(vectors);
  *out_vectors = vectors;
  *out_dimension = status == LLMB_OK ? dimension : 0;
  return status;
}

llmb_status llmb_embed_texts(llmb_bridge *bridge, const uint8_t *const *texts, const uint64_t *sizes, uint32_t count,
                             const llmb_settings *settings, float **out_vectors, uint64_t *out_dimension,
                             llmb_result *out_result, llmb_error *out_error) {
  if (out_vectors == NULL || out_dimension == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_vectors or out_dimension is NULL");
  }
  *out_vectors = NULL;
  *out_dimension = 0;
  llmb_call *call = NULL;
  llmb_status status = llmb_embed_start(bridge, texts, sizes, count, settings, &call, out_error);
  if (status == LLMB_OK) status = read_all(call, count, out_vectors, out_dimension, out_error);
  if (status == LLMB_OK) call_copy_result(out_result, &call->result);
  llmb_call_close(call);
  return status;
}

llmb_status llmb_count_tokens_start(llmb_bridge *bridge, const uint8_t *text, uint64_t size, llmb_call **out_call,
                                    llmb_error *out_error) {
  const struct call_input input = {
      .kind = LLMB_REQUEST_TOKENS, .items = &text, .sizes = &size, .count = 1, .what = "text"};
  return call_start(bridge, &input, NULL, out_call, out_error);
}

llmb_status llmb_count_tokens(llmb_bridge *bridge, const uint8_t *text, uint64_t size, uint64_t *out_count,
                              llmb_error *out_error) {
  if (out_count == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_count is NULL");
  }
  *out_count = 0;
  llmb_call *call = NULL;
  llmb_status status = llmb_count_tokens_start(bridge, text, size, &call, out_error);
  if (status == LLMB_OK) status = llmb_call_finish(call, LLMB_NEVER, NULL, out_error);
  if (status == LLMB_OK) *out_count = call->result.prompt_tokens;
  llmb_call_close(call);
  return status;
}
