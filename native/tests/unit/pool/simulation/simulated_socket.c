/* The host's end of a simulated engine's socket: what comes and goes beside the rings. */
#include <string.h>

#include "channel/handshake.h"
#include "tests/unit/pool/simulation/simulated_engine.h"

void world_socket_made(os_handle host_end, os_handle engine_end) {
  engine_make(host_end, engine_end);
}

static void prepare_slots(struct simulated_engine *engine) {
  for (uint32_t i = 0; i < engine->slot_count; i++) {
    struct channel_slot *shared = &engine->region->slots[i];
    engine->slots[i].requests = (struct ring_reader){
        .written = &shared->request_written,
        .read = &shared->request_read,
        .bytes = channel_request_bytes(engine->region, engine->slot_count, i),
        .size = CHANNEL_REQUEST_RING_SIZE,
    };
    engine->slots[i].responses = (struct ring_writer){
        .written = &shared->response_written,
        .read = &shared->response_read,
        .bytes = channel_response_bytes(engine->region, engine->slot_count, i),
        .size = CHANNEL_RESPONSE_RING_SIZE,
    };
  }
}

llmb_status world_socket_sent(os_handle host_end, const void *bytes, uint64_t size, const os_handle *handles) {
  struct simulated_engine *engine = engine_of_socket(host_end);
  struct handshake_open open;
  struct handshake_bells bells;
  uint32_t type = 0;
  memcpy(&type, bytes, sizeof type);
  if (type == HANDSHAKE_OPEN && size >= sizeof open) {
    memcpy(&open, bytes, sizeof open);
    engine->slot_count = open.slot_count;
    engine->region = world_region_newest();
    engine->worker_bell = handles[2];
    prepare_slots(engine);
  } else if (type == HANDSHAKE_BELLS && size == sizeof bells) {
    memcpy(&bells, bytes, sizeof bells);
    for (uint32_t i = 0; i < bells.count; i++) engine->slot_bells[bells.first_slot + i] = handles[i];
  }
  return LLMB_OK;
}

void world_post_made(os_handle post) {
  engine_newest()->post = post;
}

llmb_status world_post_take(os_handle post, void *bytes, uint64_t *size) {
  struct simulated_engine *engine = engine_of_post(post);
  if (engine->message_count == 0) return engine->post_ended ? LLMB_E_UNAVAILABLE : LLMB_E_NOT_READY;
  const struct engine_message *message = &engine->messages[engine->message_first];
  memcpy(bytes, message->bytes, message->size);
  *size = message->size;
  engine->message_first = (engine->message_first + 1) % ENGINE_MESSAGES_MAX;
  engine->message_count--;
  world_handle_ring(post, engine->message_count > 0 || engine->post_ended);
  return LLMB_OK;
}

void world_socket_ended(os_handle host_end) {
  struct simulated_engine *engine = engine_of_socket(host_end);
  engine->host_gone = true;
}
