/* A pack in the engine: its requests are handed out one after the other, each as if it had come alone. */
#include <string.h>

#include "../platform/os_clock.h"
#include "engine_channel.h"

static void show(struct llmb_request *request, const char *input) {
  request->input = input;
  request->submit.input_size = strlen(input);
}

void engine_pack_open(struct llmb_request *request) {
  request->pack_left = request->submit.item_count - 1;
  request->pack_until_ns = os_clock_coarse_ns() + CHANNEL_PACK_PATIENCE_NS;
  request->submit.item_count = 1;
  show(request, request->input);
}

void engine_pack_advance(struct llmb_request *request) {
  request->state = ENGINE_SLOT_PACKED;
  request->pack_left--;
  request->head.call_id++;
  show(request, request->input + request->submit.input_size + 1);
}

llmb_status engine_pack_begin(struct llmb_request *request, bool *out_begun) {
  uint64_t last_id = request->head.call_id - 1;
  *out_begun = os_clock_coarse_ns() < request->pack_until_ns &&
               atomic_compare_exchange_strong(&request->shared->begun_id, &last_id, request->head.call_id);
  if (*out_begun) return LLMB_OK;
  request->pack_left = 0;
  const llmb_status status = engine_send_frame(request, FRAME_RETURNED, NULL, 0, NULL, 0, true);
  engine_request_reset(request);
  return status;
}
