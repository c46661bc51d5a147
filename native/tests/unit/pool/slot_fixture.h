/* One slot, fed with what engines could write. */
#ifndef LLMB_SLOT_FIXTURE_H
#define LLMB_SLOT_FIXTURE_H

#include <llmbridge/status.h>

#include "tests/check.h"
#include "channel/channel_limits.h"
#include "pool/slot.h"

enum { CALL_ID = 4711, STREAM_SIZE_MAX = 4096 };

/* One slot and the engine's end of its rings. */
struct fixture {
  struct channel_slot shared;
  struct slot slot;
  struct ring_writer engine;
};

static uint8_t request_bytes[CHANNEL_REQUEST_RING_SIZE], response_bytes[CHANNEL_RESPONSE_RING_SIZE];
static struct fixture fixture;

static inline void fixture_open(void) {
  memset(&fixture, 0, sizeof fixture);
  struct channel_slot *shared = &fixture.shared;
  fixture.slot.shared = shared;
  fixture.slot.requests = (struct ring_writer){.written = &shared->request_written,
                                               .read = &shared->request_read,
                                               .bytes = request_bytes,
                                               .size = CHANNEL_REQUEST_RING_SIZE};
  fixture.slot.responses = (struct ring_reader){.written = &shared->response_written,
                                                .read = &shared->response_read,
                                                .bytes = response_bytes,
                                                .size = CHANNEL_RESPONSE_RING_SIZE};
  fixture.engine = (struct ring_writer){.written = &shared->response_written,
                                        .read = &shared->response_read,
                                        .bytes = response_bytes,
                                        .size = CHANNEL_RESPONSE_RING_SIZE};
  slot_begin(&fixture.slot, CALL_ID);
}

/* What an engine writes, made before it is published. */
struct stream {
  uint8_t bytes[STREAM_SIZE_MAX];
  uint64_t size;
};

static inline void stream_add(struct stream *stream, uint32_t type, const void *payload, uint32_t size) {
  const struct frame_head head = {.payload_size = size, .type = type, .call_id = CALL_ID};
  memcpy(stream->bytes + stream->size, &head, sizeof head);
  if (size > 0) memcpy(stream->bytes + stream->size + sizeof head, payload, size);
  stream->size += sizeof head + size;
}

static inline void stream_add_done(struct stream *stream) {
  const struct frame_done done = {.finish_reason = 1, .prompt_tokens = 2, .completion_tokens = 3};
  stream_add(stream, FRAME_DONE, &done, sizeof done);
}

static inline void stream_add_failure(struct stream *stream, const char *message) {
  uint8_t payload[sizeof(struct frame_failure) + 256];
  const struct frame_failure failure = {.status = LLMB_E_CONTEXT_FULL,
                                        .phase = LLMB_PHASE_PROMPT,
                                        .exit_kind = LLMB_EXIT_CODE,
                                        .exit_value = 3,
                                        .message_size = (uint32_t)strlen(message)};
  memcpy(payload, &failure, sizeof failure);
  memcpy(payload + sizeof failure, message, strlen(message));
  memcpy(payload + sizeof failure + strlen(message), "its log", 7);
  stream_add(stream, FRAME_ERROR, payload, (uint32_t)(sizeof failure + strlen(message) + 7));
}

static inline struct stream whole_answer(void) {
  struct stream stream = {.size = 0};
  stream_add(&stream, FRAME_ACCEPTED, NULL, 0);
  stream_add(&stream, FRAME_PIECE, "hello ", 6);
  stream_add(&stream, FRAME_PIECE, "world", 5);
  stream_add_done(&stream);
  return stream;
}

static inline void publish(const void *bytes, uint64_t size) {
  ring_put(&fixture.engine, bytes, size);
  ring_publish(&fixture.engine);
}

/* Reads until nothing more comes; the text is NUL-terminated. Returns the last news. */
static inline enum slot_news read_on(char *text, uint64_t capacity) {
  uint64_t size = strlen(text);
  for (unsigned turns = 0; turns < 100000; turns++) {
    const enum slot_news news = slot_look(&fixture.slot);
    if (news == SLOT_TOKENS) {
      int32_t tokens[CHANNEL_TOKENS_MAX];
      CHECK(slot_take_tokens(&fixture.slot, tokens) <= CHANNEL_TOKENS_MAX);
      continue;
    }
    if (news != SLOT_PIECE && news != SLOT_VECTOR) return news;
    uint8_t buffer[7];
    const uint64_t taken = slot_take_piece(&fixture.slot, buffer, sizeof buffer);
    slot_release_room(&fixture.slot);
    for (uint64_t i = 0; i < taken && size + 1 < capacity; i++) text[size++] = (char)buffer[i];
    text[size] = 0;
  }
  CHECK(!"the slot gives pieces without end");
  return SLOT_BROKEN;
}

#endif
