/* The host's half of a slot, fed with what no engine may write. */
#include "tests/seeded_random.h"
#include "tests/unit/pool/slot_fixture.h"

enum { MUTATIONS_COUNT = 100000 };

/* A piece that claims `size` bytes: only its head is looked at. */
static enum slot_news news_of_head(bool accepted, uint32_t type, uint32_t size, uint64_t call_id) {
  fixture_open();
  fixture.slot.accepted = accepted;
  const struct frame_head head = {.payload_size = size, .type = type, .call_id = call_id};
  uint8_t payload[8192] = {0};
  publish(&head, sizeof head);
  publish(payload, size < sizeof payload ? size : sizeof payload);
  return slot_look(&fixture.slot);
}

static void slot__refuses_every_bad_head(void) {
  static const struct {
    bool accepted;
    uint32_t type, size;
    uint64_t call_id;
  } heads[] = {
      {false, FRAME_PIECE, 5, CALL_ID}, /* before ACCEPTED */
      {false, FRAME_VECTOR, 8, CALL_ID},
      {false, FRAME_DONE, sizeof(struct frame_done), CALL_ID},
      {true, FRAME_ACCEPTED, 0, CALL_ID}, /* twice */
      {false, FRAME_ACCEPTED, 1, CALL_ID},
      {true, FRAME_PIECE, 0, CALL_ID},
      {true, FRAME_PIECE, CHANNEL_PIECE_SIZE_MAX + 1, CALL_ID},
      {true, FRAME_PIECE, UINT32_MAX, CALL_ID},
      {true, FRAME_VECTOR, 0, CALL_ID},
      {true, FRAME_VECTOR, 7, CALL_ID},
      {true, FRAME_VECTOR, UINT32_MAX - 3, CALL_ID},
      {true, FRAME_DONE, sizeof(struct frame_done) - 1, CALL_ID},
      {true, FRAME_DONE, sizeof(struct frame_done) + 1, CALL_ID},
      {true, FRAME_DONE, 0, CALL_ID},
      {true, FRAME_ERROR, sizeof(struct frame_failure) - 1, CALL_ID},
      {true, FRAME_ERROR, sizeof(struct frame_failure) + CHANNEL_MESSAGE_SIZE_MAX + CHANNEL_LOG_SIZE_MAX + 1, CALL_ID},
      {true, FRAME_ERROR, UINT32_MAX, CALL_ID},
      {true, FRAME_SUBMIT, 64, CALL_ID}, /* the host's own */
      {true, 0, 0, CALL_ID},
      {true, FRAME_ASIDE_LAST + 1, 8, CALL_ID},
      {false, FRAME_ASIDE, 8, CALL_ID},
      {true, FRAME_ASIDE, 0, CALL_ID},
      {true, FRAME_ASIDE_LAST, FRAME_ASIDE_SIZE_MAX + 1, CALL_ID},
      {false, FRAME_LOGPROBS, 8, CALL_ID},
      {true, FRAME_LOGPROBS, 6, CALL_ID},
      {false, FRAME_ORIGIN, 8, CALL_ID},
      {true, FRAME_ORIGIN, 6, CALL_ID},
      {true, FRAME_ORIGIN_MORE, (CHANNEL_TOKENS_MAX + 1) * sizeof(int32_t), CALL_ID},
      {false, FRAME_TOKENS, 8, CALL_ID},
      {true, FRAME_TOKENS, 0, CALL_ID},
      {true, FRAME_TOKENS, 6, CALL_ID},
      {true, FRAME_TOKENS, (CHANNEL_TOKENS_MAX + 1) * sizeof(int32_t), CALL_ID},
      {true, FRAME_TOKENS, UINT32_MAX - 3, CALL_ID},
      {true, UINT32_MAX, 8, CALL_ID},
      {true, FRAME_PIECE, 5, CALL_ID + 1}, /* of another call */
      {true, FRAME_DONE, sizeof(struct frame_done), 0},
      {true, FRAME_ERROR, sizeof(struct frame_failure), CALL_ID - 1},
  };
  for (unsigned i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    const enum slot_news news = news_of_head(heads[i].accepted, heads[i].type, heads[i].size, heads[i].call_id);
    if (news != SLOT_BROKEN) fprintf(stderr, "head %u\n", i);
    CHECK_INT(SLOT_BROKEN, news);
    CHECK_INT(SLOT_BROKEN, slot_look(&fixture.slot)); /* and stays so */
  }
}

static void slot__accepts_the_largest_frames(void) {
  CHECK_INT(SLOT_PIECE, news_of_head(true, FRAME_PIECE, CHANNEL_PIECE_SIZE_MAX, CALL_ID));
  CHECK_INT(SLOT_VECTOR, news_of_head(true, FRAME_VECTOR, CHANNEL_PIECE_SIZE_MAX, CALL_ID));
  CHECK_INT(SLOT_TOKENS, news_of_head(true, FRAME_TOKENS, CHANNEL_TOKENS_MAX * sizeof(int32_t), CALL_ID));
  const uint32_t largest = sizeof(struct frame_failure) + CHANNEL_MESSAGE_SIZE_MAX + CHANNEL_LOG_SIZE_MAX;
  CHECK_INT(SLOT_FAILED, news_of_head(false, FRAME_ERROR, largest, CALL_ID));
}

static void slot__notices_an_engine_that_moves_its_position_back(void) {
  fixture_open();
  struct stream stream = {.size = 0};
  stream_add(&stream, FRAME_ACCEPTED, NULL, 0);
  stream_add(&stream, FRAME_PIECE, "hello", 5);
  publish(stream.bytes, stream.size);
  CHECK_INT(SLOT_PIECE, slot_look(&fixture.slot));
  atomic_store(&fixture.shared.response_written, 0); /* between the look and the taking */
  uint8_t buffer[16];
  CHECK_INT(0, slot_take_piece(&fixture.slot, buffer, sizeof buffer));
  CHECK_INT(SLOT_BROKEN, slot_look(&fixture.slot));
}

/* A failure whose head says of itself what cannot be. */
static void slot__believes_nothing_of_a_failure_that_cannot_be(void) {
  static const uint32_t sizes[] = {4, CHANNEL_MESSAGE_SIZE_MAX, UINT32_MAX};
  static const int32_t kinds[] = {-1, LLMB_EXIT_UNKNOWN + 1, INT32_MAX};
  for (int i = 0; i < 3; i++) {
    const struct frame_failure failure = {
        .status = LLMB_E_ENGINE_ERROR, .exit_kind = kinds[i], .exit_value = 7, .message_size = sizes[i]};
    uint8_t payload[sizeof failure + 3];
    struct stream stream = {.size = 0};
    llmb_error out;
    fixture_open();
    memcpy(payload, &failure, sizeof failure);
    memcpy(payload + sizeof failure, "abc", 3);
    stream_add(&stream, FRAME_ERROR, payload, sizeof payload);
    publish(stream.bytes, stream.size);
    CHECK_INT(SLOT_FAILED, slot_look(&fixture.slot));
    slot_take_failure(&fixture.slot, &out);
    CHECK_TEXT("abc", out.message);
    CHECK_TEXT("", out.engine_log);
    CHECK_INT(LLMB_EXIT_NONE, out.exit_kind);
    CHECK_INT(0, out.exit_value);
  }
}

static void slot__drain_notices_a_breach(void) {
  fixture_open();
  struct stream stream = {.size = 0};
  bool broken = false;
  stream_add_done(&stream); /* without ACCEPTED */
  publish(stream.bytes, stream.size);
  CHECK(slot_drain(&fixture.slot, &broken));
  CHECK(broken);
}

/* Reads whatever was made of a stream to its end, and counts what came out. Never more than the ring could hold. */
static uint64_t survive(void) {
  uint64_t total = 0;
  llmb_error failure;
  struct frame_done done;
  uint8_t buffer[64];
  for (unsigned turns = 0; turns < 100000; turns++) {
    const bool has_news = slot_has_news(&fixture.slot);
    const enum slot_news news = slot_look(&fixture.slot);
    if (!has_news) CHECK_INT(SLOT_NOTHING, news);
    if (news == SLOT_NOTHING || news == SLOT_BROKEN) return total;
    if (news == SLOT_DONE) {
      slot_take_done(&fixture.slot, &done);
      return total;
    }
    if (news == SLOT_FAILED) {
      slot_take_failure(&fixture.slot, &failure);
      CHECK(memchr(failure.message, 0, sizeof failure.message) != NULL);
      CHECK(memchr(failure.engine_log, 0, sizeof failure.engine_log) != NULL);
      return total;
    }
    if (news == SLOT_TOKENS) {
      int32_t tokens[CHANNEL_TOKENS_MAX];
      total += slot_take_tokens(&fixture.slot, tokens) * sizeof *tokens;
    } else {
      total += slot_take_piece(&fixture.slot, buffer, sizeof buffer);
    }
    slot_release_room(&fixture.slot);
  }
  CHECK(!"the slot gives pieces without end");
  return total;
}

static struct stream long_stream(void) {
  struct stream stream = whole_answer();
  stream.size -= sizeof(struct frame_head) + sizeof(struct frame_done);
  stream_add(&stream, FRAME_VECTOR, "0123456789abcdef", 16);
  stream_add(&stream, FRAME_TOKENS, "0123456789abcdef", 16);
  stream_add(&stream, FRAME_PIECE, "and more of that", 16);
  stream_add_failure(&stream, "a message of some length, so that there is something to hit");
  return stream;
}

static void slot__survives_a_hundred_thousand_mutations(void) {
  const struct stream good[] = {whole_answer(), long_stream()};
  struct random random = {0x5eed5eed5eedull};
  unsigned changed = 0;
  const int failures_before = check_failures;
  for (unsigned i = 0; i < MUTATIONS_COUNT && check_failures == failures_before; i++) {
    struct stream stream = good[i % 2];
    const uint64_t flips = 1 + random_next(&random, 4);
    for (uint64_t f = 0; f < flips; f++) {
      const uint64_t bit = random_next(&random, stream.size * 8);
      stream.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    fixture_open();
    publish(stream.bytes, random_next(&random, 8) == 0 ? random_next(&random, stream.size) : stream.size);
    if (random_next(&random, 16) == 0) atomic_store(&fixture.shared.response_written, random_next(&random, 0));
    CHECK(survive() <= CHANNEL_RESPONSE_RING_SIZE);
    changed += fixture.slot.responses.broken;
  }
  CHECK(changed > MUTATIONS_COUNT / 10); /* else the mutations hit nothing that matters */
}

CHECK_MAIN(TEST(slot__refuses_every_bad_head), TEST(slot__accepts_the_largest_frames),
           TEST(slot__notices_an_engine_that_moves_its_position_back),
           TEST(slot__believes_nothing_of_a_failure_that_cannot_be), TEST(slot__drain_notices_a_breach),
           TEST(slot__survives_a_hundred_thousand_mutations))
