/* Well-formed answers as an engine writes them into its ring, with every type of frame that engines send. */
#ifndef LLMB_TESTS_FRAME_STREAMS_H
#define LLMB_TESTS_FRAME_STREAMS_H

#include <string.h>

#include <llmbridge/call.h>

#include "channel/frame.h"

enum frame_stream_kind { STREAM_TEXT, STREAM_VECTORS, STREAM_REFUSAL, STREAM_FAILURE, STREAM_KIND_COUNT };

enum { FRAME_STREAM_SIZE_MAX = 1024 };

struct frame_stream {
  uint8_t bytes[FRAME_STREAM_SIZE_MAX];
  uint32_t size;
};

static inline void frame_stream_add(struct frame_stream *stream, uint64_t call_id, uint32_t type, const void *payload,
                                    uint32_t size) {
  const struct frame_head head = {.payload_size = size, .type = type, .call_id = call_id};
  memcpy(stream->bytes + stream->size, &head, sizeof head);
  if (size > 0) memcpy(stream->bytes + stream->size + sizeof head, payload, size);
  stream->size += (uint32_t)sizeof head + size;
}

static inline void frame_stream_add_done(struct frame_stream *stream, uint64_t call_id) {
  const struct frame_done done = {.finish_reason = LLMB_FINISH_STOP, .prompt_tokens = 2, .completion_tokens = 3};
  frame_stream_add(stream, call_id, FRAME_DONE, &done, sizeof done);
}

static inline void frame_stream_add_error(struct frame_stream *stream, uint64_t call_id) {
  const char text[] =
      "too long"
      "and its log";
  const struct frame_failure failure = {.status = LLMB_E_CONTEXT_FULL, .phase = LLMB_PHASE_PROMPT, .message_size = 8};
  uint8_t payload[sizeof failure + sizeof text - 1];
  memcpy(payload, &failure, sizeof failure);
  memcpy(payload + sizeof failure, text, sizeof text - 1);
  frame_stream_add(stream, call_id, FRAME_ERROR, payload, sizeof payload);
}

static inline void frame_stream_make(struct frame_stream *stream, enum frame_stream_kind kind, uint64_t call_id) {
  const int32_t tokens[] = {5, 70000};
  const float vector[] = {1, -2, 0.5f, 4};
  stream->size = 0;
  if (kind != STREAM_REFUSAL) frame_stream_add(stream, call_id, FRAME_ACCEPTED, NULL, 0);
  if (kind == STREAM_VECTORS) {
    frame_stream_add(stream, call_id, FRAME_VECTOR, vector, sizeof vector);
  } else if (kind != STREAM_REFUSAL) {
    frame_stream_add(stream, call_id, FRAME_TOKENS, tokens, sizeof tokens);
    frame_stream_add(stream, call_id, FRAME_PIECE, "gr\xc3\xbc\xc3", 5); /* ends inside a character */
    frame_stream_add(stream, call_id, FRAME_PIECE, "\x9f you", 5);
  }
  if (kind == STREAM_REFUSAL || kind == STREAM_FAILURE) {
    frame_stream_add_error(stream, call_id);
  } else {
    frame_stream_add_done(stream, call_id);
  }
}

#endif
