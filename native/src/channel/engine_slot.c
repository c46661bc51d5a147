/* The end of a request: whether its answer is still wanted, and what its slot keeps for the next one. */
#include "channel/engine_slot.h"

#include "channel/engine_turn.h"
#include "core/memory.h"

/* Buffers above this are given back after the request, so that one long prompt does not stay for ever. */
enum { PAYLOAD_KEEP_SIZE = 256 << 10, SETTINGS_KEEP_SIZE = 4 << 10 };

bool engine_is_unwanted(const struct llmb_request *request) {
  if (request->engine->is_shared && (request->client->gone || engine_is_called_off(request))) return true;
  return atomic_load_explicit(&request->shared->cancelled_id, memory_order_acquire) == request->head.call_id;
}

void engine_request_reset(struct llmb_request *request) {
  if (request->state == ENGINE_SLOT_WORKING) {
    request->engine->working_count--;
    request->client->working_count--;
    if (request->engine->is_shared) engine_turn_over(request);
  }
  if (request->decoded_size > SETTINGS_KEEP_SIZE) {
    settings_clear(&request->settings);
    request->decoded_size = 0;
  }
  request->has_settings = request->accepted = request->answered = false;
  request->state = ENGINE_SLOT_IDLE;
  request->logprobs_size = 0;
  request->resume_tokens = memory_release(request->resume_tokens);
  if (request->payload_capacity > PAYLOAD_KEEP_SIZE) {
    request->payload = memory_release(request->payload);
    request->payload_capacity = 0;
  }
}
