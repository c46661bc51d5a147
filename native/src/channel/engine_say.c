/* What an engine tells its host of itself, in messages beside the rings. */
#include "channel/engine_say.h"

#include <stdatomic.h>
#include <string.h>

#include "channel/handshake.h"
#include "core/error.h"
#include "core/fault_point.h"
#include "platform/os_clock.h"
#include "platform/os_post.h"

llmb_status engine_post(const llmb_engine *engine, const void *message, uint64_t size) {
  const enum os_bell_ringer sender = engine->in_process ? OS_BELL_THREAD : OS_BELL_PROCESS;
  return os_post_send(sender, engine->post, message, size, os_clock_ns() + CHANNEL_POST_TIMEOUT_NS);
}

static llmb_status send_text(const llmb_engine *engine, uint32_t type, int32_t detail, const char *text,
                             uint64_t size) {
  uint8_t message[sizeof(struct handshake_text) + CHANNEL_INFO_SIZE_MAX];
  const struct handshake_text head = {.type = type, .status = detail, .size = (uint32_t)size};
  memcpy(message, &head, sizeof head);
  memcpy(message + sizeof head, text, size);
  return engine_post(engine, message, sizeof head + size);
}

static uint64_t text_size(const char *text, uint64_t size_max) {
  uint64_t size = 0;
  while (size < size_max && text[size] != 0) size++;
  return size;
}

void llmb_engine_loading(llmb_engine *engine, uint32_t permille) {
  if (permille > 1000) permille = 1000;
  if (engine->is_shared) {
    keeper_lifeline_loading(&engine->lifeline, permille);
    return;
  }
  struct channel_region *region = engine->only.region;
  atomic_store_explicit(&region->load_permille, permille, memory_order_relaxed);
  atomic_fetch_add_explicit(&region->load_progress, 1, memory_order_release);
}

llmb_status llmb_engine_ready(llmb_engine *engine, const char *info_json, llmb_error *out_error) {
  const uint64_t size = strlen(info_json);
  if (size > CHANNEL_INFO_SIZE_MAX) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_LOAD, "info_json has %llu bytes, allowed are %d",
                     (unsigned long long)size, CHANNEL_INFO_SIZE_MAX);
  }
  llmb_engine_loading(engine, 1000);
  FAULT_POINT(ENGINE_READY);
  const llmb_status status =
      send_text(engine, HANDSHAKE_READY, (int32_t)(engine->abilities | engine->layers << HANDSHAKE_LAYERS_SHIFT),
                info_json, size);
  if (status == LLMB_OK) return LLMB_OK;
  return error_set(out_error, status, LLMB_PHASE_LOAD, "the host is gone");
}

void llmb_engine_refuse(llmb_engine *engine, llmb_status status, const char *message) {
  (void)send_text(engine, HANDSHAKE_REFUSED, status, message, text_size(message, CHANNEL_MESSAGE_SIZE_MAX));
}

void engine_retire(llmb_engine *engine) {
  FAULT_POINT(ENGINE_RETIRE);
  (void)send_text(engine, HANDSHAKE_RETIRING, LLMB_OK, "", 0);
  FAULT_POINT(ENGINE_RETIRED);
}

void llmb_engine_last_words(llmb_engine *engine, const char *message) {
  (void)send_text(engine, HANDSHAKE_LAST_WORDS, LLMB_OK, message, text_size(message, CHANNEL_MESSAGE_SIZE_MAX));
}
