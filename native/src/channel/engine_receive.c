#include "channel/engine_receive.h"

#include <string.h>

#include "channel/engine_send.h"
#include "channel/engine_slot.h"
#include "core/fault_point.h"
#include "core/memory.h"
#include "core/settings_pairs.h"

static llmb_status payload_reserve(struct llmb_request *request, uint64_t size) {
  if (size <= request->payload_capacity) return LLMB_OK;
  void *grown = request->payload;
  const llmb_status status = memory_resize(&grown, size);
  if (status != LLMB_OK) return status;
  request->payload = grown;
  request->payload_capacity = size;
  return LLMB_OK;
}

/* Reads head and submit once both are there; *out_ready says whether they are. */
static llmb_status receive_head(struct llmb_request *request, bool *out_ready) {
  *out_ready = false;
  if (ring_available(&request->requests) < sizeof request->head + sizeof request->submit) return LLMB_OK;
  ring_take(&request->requests, &request->head, sizeof request->head);
  ring_take(&request->requests, &request->submit, sizeof request->submit);
  const struct frame_submit *submit = &request->submit;
  if (request->head.type != FRAME_SUBMIT || submit->settings_size > SETTINGS_PAIRS_SIZE_MAX ||
      submit->input_size > CHANNEL_INPUT_SIZE_MAX || submit->item_count == 0 ||
      submit->item_count > CHANNEL_ITEMS_MAX || submit->resume_tokens > CHANNEL_RESUME_TOKENS_MAX ||
      submit->origin_words > CHANNEL_ORIGIN_WORDS_MAX ||
      sizeof *submit + submit->settings_size + submit->input_size +
              (submit->resume_tokens + submit->origin_words) * sizeof(int32_t) !=
          request->head.payload_size) {
    return LLMB_E_PROTOCOL_ERROR;
  }
  request->payload_size = request->head.payload_size - sizeof *submit;
  request->payload_received = 0;
  const llmb_status status = payload_reserve(request, request->payload_size + 1);
  *out_ready = status == LLMB_OK;
  return status;
}

/* Moves tokens and origin of an interrupted answer to where they are aligned, and ends the input with a NUL. */
static llmb_status take_resume_tokens(struct llmb_request *request) {
  const struct frame_submit *submit = &request->submit;
  uint8_t *end = request->payload + submit->settings_size + submit->input_size;
  request->resume_tokens = memory_release(request->resume_tokens);
  if (submit->resume_tokens + submit->origin_words > 0) {
    const uint64_t size = (submit->resume_tokens + submit->origin_words) * sizeof *request->resume_tokens;
    void *tokens = NULL;
    const llmb_status status = memory_allocate(size, &tokens);
    if (status != LLMB_OK) return status;
    memcpy(tokens, end, size);
    request->resume_tokens = tokens;
  }
  *end = 0;
  return LLMB_OK;
}

/* As many NULs as the head says, so that no later look for an item can run past the end. */
static llmb_status check_items(struct llmb_request *request) {
  const uint8_t *at = request->payload + request->submit.settings_size;
  const uint8_t *end = at + request->submit.input_size;
  uint32_t count = 1;
  while ((at = memchr(at, 0, (size_t)(end - at))) != NULL) {
    count++;
    at++;
  }
  request->item_index = 0;
  request->item_offset = 0;
  request->input = (const char *)request->payload + request->submit.settings_size;
  return count == request->submit.item_count ? LLMB_OK : LLMB_E_PROTOCOL_ERROR;
}

static llmb_status decode_settings(struct llmb_request *request) {
  const uint64_t size = request->submit.settings_size;
  request->has_settings = size > 0;
  if (size == 0) return LLMB_OK;
  if (size == request->decoded_size && memcmp(request->settings.block, request->payload, size) == 0) return LLMB_OK;
  settings_clear(&request->settings);
  const llmb_status status = settings_decode((const char *)request->payload, size, &request->settings, NULL);
  request->decoded_size = status == LLMB_OK ? size : 0;
  return status;
}

/* Takes what there is; a long payload step by step, so that the host puts one while the next is taken. */
static void take_payload(struct llmb_request *request) {
  uint64_t size = 0;
  do {
    const uint64_t missing = request->payload_size - request->payload_received;
    size = ring_available(&request->requests);
    if (size > missing) size = missing;
    if (size > CHANNEL_STEP_SIZE) size = CHANNEL_STEP_SIZE;
    ring_take(&request->requests, request->payload + request->payload_received, size);
    request->payload_received += size;
    ring_release(&request->requests);
  } while (size == CHANNEL_STEP_SIZE);
}

llmb_status engine_receive(struct llmb_request *request, bool *out_complete) {
  *out_complete = false;
  if (request->state >= ENGINE_SLOT_WAITING) return LLMB_OK;
  llmb_status status = LLMB_OK;
  if (request->state == ENGINE_SLOT_IDLE) {
    bool ready = false;
    status = receive_head(request, &ready);
    if (status != LLMB_OK || !ready) goto finish;
    request->state = ENGINE_SLOT_RECEIVING;
  }
  take_payload(request);
  if (request->payload_received < request->payload_size) {
    FAULT_POINT(ENGINE_REQUEST_PART);
    engine_ring_host(request); /* it may wait for room to send the rest */
    goto finish;
  }
  if (engine_is_unwanted(request)) {
    /* Given up before it was whole: the host may have filled the rest with anything. */
    status = llmb_request_fail(request, LLMB_E_CANCELLED, LLMB_PHASE_QUEUE, "cancelled before it was accepted");
    goto finish;
  }
  status = take_resume_tokens(request);
  if (status == LLMB_OK) status = check_items(request);
  if (status == LLMB_OK) status = decode_settings(request);
  if (status != LLMB_OK) goto finish;
  FAULT_POINT(ENGINE_REQUEST);
  atomic_store_explicit(&request->shared->replay_left, 0, memory_order_relaxed); /* until the engine says so */
  request->state = ENGINE_SLOT_WAITING;
  *out_complete = true;

finish:
  return request->requests.broken ? LLMB_E_PROTOCOL_ERROR : status;
}

void engine_receive_begin(struct llmb_request *request) {
  request->state = ENGINE_SLOT_WORKING;
  request->engine->working_count++;
  request->client->working_count++;
}
