/* What a stream of frames means, decided in one go by the letter of frame.h: what the library makes of it piece by
 * piece must be the same. */
#ifndef LLMB_TESTS_FRAME_REFERENCE_H
#define LLMB_TESTS_FRAME_REFERENCE_H

#include <stdbool.h>
#include <string.h>

#include "channel/channel_limits.h"
#include "channel/frame.h"

enum frame_verdict {
  VERDICT_UNFINISHED, /* more must come */
  VERDICT_ANSWERED,
  VERDICT_FAILED, /* the engine says no */
  VERDICT_BROKEN  /* no engine of ours writes this */
};

enum { REFERENCE_CONTENT_MAX = 4096 };

struct frame_reference {
  enum frame_verdict verdict;
  uint8_t content[REFERENCE_CONTENT_MAX]; /* text, vectors and tokens as they come, a partial piece too */
  uint32_t content_size;
  uint8_t text[REFERENCE_CONTENT_MAX]; /* of it, what is for the caller of a text call */
  uint32_t text_size;
  bool accepted, has_vectors;
  uint32_t finish_reason;
  size_t taken; /* bytes of the stream, where it has ended */
};

static inline bool reference_head_valid(const struct frame_head *head, bool accepted) {
  const uint32_t size = head->payload_size;
  switch (head->type) {
    case FRAME_ACCEPTED:
      return !accepted && size == 0;
    case FRAME_PIECE:
      return accepted && size > 0 && size <= CHANNEL_PIECE_SIZE_MAX;
    case FRAME_VECTOR:
      return accepted && size > 0 && size <= CHANNEL_PIECE_SIZE_MAX && size % 4 == 0;
    case FRAME_TOKENS:
    case FRAME_ORIGIN:
    case FRAME_ORIGIN_MORE:
    case FRAME_LOGPROBS:
      return accepted && size > 0 && size <= 4 * CHANNEL_TOKENS_MAX && size % 4 == 0;
    case FRAME_ASIDE:
    case FRAME_ASIDE_LAST:
      return accepted && size > 0 && size <= FRAME_ASIDE_SIZE_MAX;
    case FRAME_DONE:
      return accepted && size == sizeof(struct frame_done);
    case FRAME_ERROR:
      return size >= sizeof(struct frame_failure) &&
             size <= sizeof(struct frame_failure) + CHANNEL_MESSAGE_SIZE_MAX + CHANNEL_LOG_SIZE_MAX;
    default:
      return false;
  }
}

static inline void reference_add(struct frame_reference *reference, uint32_t type, const uint8_t *bytes, size_t size) {
  if (size > REFERENCE_CONTENT_MAX - reference->content_size) size = REFERENCE_CONTENT_MAX - reference->content_size;
  memcpy(reference->content + reference->content_size, bytes, size);
  reference->content_size += (uint32_t)size;
  if (type != FRAME_PIECE) return;
  memcpy(reference->text + reference->text_size, bytes, size);
  reference->text_size += (uint32_t)size;
}

static inline void frame_reference_read(struct frame_reference *reference, const uint8_t *bytes, size_t size,
                                        uint64_t call_id) {
  *reference = (struct frame_reference){.verdict = VERDICT_UNFINISHED};
  for (size_t at = 0; size - at >= sizeof(struct frame_head);) {
    struct frame_head head;
    memcpy(&head, bytes + at, sizeof head);
    if (head.call_id != call_id || !reference_head_valid(&head, reference->accepted)) {
      reference->verdict = VERDICT_BROKEN;
      return;
    }
    at += sizeof head;
    const bool whole = size - at >= head.payload_size;
    reference->accepted |= head.type == FRAME_ACCEPTED;
    reference->has_vectors |= head.type == FRAME_VECTOR && size > at;
    const bool has_words = head.type >= FRAME_TOKENS && head.type <= FRAME_ASIDE_LAST;
    if (head.type == FRAME_PIECE || head.type == FRAME_VECTOR || (has_words && whole)) {
      reference_add(reference, head.type, bytes + at, whole ? head.payload_size : size - at);
    }
    if (!whole) return;
    if (head.type == FRAME_DONE) memcpy(&reference->finish_reason, bytes + at, sizeof reference->finish_reason);
    at += head.payload_size;
    reference->taken = at;
    if (head.type == FRAME_DONE) reference->verdict = VERDICT_ANSWERED;
    if (head.type == FRAME_ERROR) reference->verdict = VERDICT_FAILED;
    if (reference->verdict != VERDICT_UNFINISHED) return;
  }
}

#endif
