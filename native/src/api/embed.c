/* Embeddings and token counts: calls whose answer is numbers. */
#include "api/embed.h"

#include <string.h>

#include "api/call_hold.h"
#include "api/call_object.h"
#include "api/call_read.h"
#include "api/call_start.h"
#include "core/error.h"
#include "core/memory.h"

llmb_status llmb_embed_start(llmb_bridge *bridge, const uint8_t *const *texts, const uint64_t *sizes, uint32_t count,
                             const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error) {
  const struct call_input input = {
      .kind = LLMB_REQUEST_EMBED, .items = texts, .sizes = sizes, .count = count, .what = "text"};
  return call_start(bridge, &input, settings, out_call, out_error);
}

/* Reads all vectors of a call, one behind the other. */
static llmb_status read_all(llmb_call *call, uint32_t count, float **out_vectors, uint64_t *out_dimension,
                            llmb_error *error) {
  void *vectors = NULL;
  uint64_t dimension = 0;
  llmb_status status = LLMB_OK;
  const bool held = call_hold(call);
  call->awaits_end = true;
  for (uint32_t i = 0; status == LLMB_OK && i <= count; i++) {
    uint64_t found = 0;
    status = call_await_vector(call, LLMB_NEVER, &found, error);
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
    call_next_vector(call);
  }
  call->awaits_end = false;
  call_let_go(call, held);
  if (status != LLMB_OK) vectors = memory_release(vectors);
  *out_vectors = vectors;
  *out_dimension = status == LLMB_OK ? dimension : 0;
  return status;
}

llmb_status embed_input(llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                        float **out_vectors, uint64_t *out_dimension, llmb_result *out_result, llmb_error *error) {
  llmb_call *call = NULL;
  llmb_status status = call_start(bridge, input, settings, &call, error);
  if (status == LLMB_OK) status = read_all(call, input->count, out_vectors, out_dimension, error);
  if (status == LLMB_OK) call_copy_result(out_result, &call->result);
  llmb_call_close(call);
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
  const struct call_input input = {
      .kind = LLMB_REQUEST_EMBED, .items = texts, .sizes = sizes, .count = count, .what = "text"};
  return embed_input(bridge, &input, settings, out_vectors, out_dimension, out_result, out_error);
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
