/* The host's half of a slot, fed with what engines could write, well-meant or not. */
#include "../../check.h"
#include "../../seeded_random.h"
#include "channel/channel_limits.h"
#include "llmbridge/status.h"
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

static void fixture_open(void) {
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

static void stream_add(struct stream *stream, uint32_t type, const void *payload, uint32_t size) {
  const struct frame_head head = {.payload_size = size, .type = type, .call_id = CALL_ID};
  memcpy(stream->bytes + stream->size, &head, sizeof head);
  if (size > 0) memcpy(stream->bytes + stream->size + sizeof head, payload, size);
  stream->size += sizeof head + size;
}

static void stream_add_done(struct stream *stream) {
  const struct frame_done done = {.finish_reason = 1, .prompt_tokens = 2, .completion_tokens = 3};
  stream_add(stream, FRAME_DONE, &done, sizeof done);
}

static void stream_add_failure(struct stream *stream, const char *message) {
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

static struct stream whole_answer(void) {
  struct stream stream = {.size = 0};
  stream_add(&stream, FRAME_ACCEPTED, NULL, 0);
  stream_add(&stream, FRAME_PIECE, "hello ", 6);
  stream_add(&stream, FRAME_PIECE, "world", 5);
  stream_add_done(&stream);
  return stream;
}

static void publish(const void *bytes, uint64_t size) {
  ring_put(&fixture.engine, bytes, size);
  ring_publish(&fixture.engine);
}

/* Reads until nothing more comes; the text is NUL-terminated. Returns the last news. */
static enum slot_news read_on(char *text, uint64_t capacity) {
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

static void slot__reads_a_whole_answer(void) {
  fixture_open();
  const struct stream stream = whole_answer();
  char text[64] = "";
  struct frame_done done;
  CHECK(!slot_has_news(&fixture.slot));
  CHECK_INT(SLOT_NOTHING, slot_look(&fixture.slot));
  publish(stream.bytes, stream.size);
  CHECK(slot_has_news(&fixture.slot));
  CHECK_INT(SLOT_DONE, read_on(text, sizeof text));
  CHECK_TEXT("hello world", text);
  CHECK(fixture.slot.accepted);
  slot_take_done(&fixture.slot, &done);
  CHECK_INT(1, done.finish_reason);
  CHECK_INT(2, done.prompt_tokens);
  CHECK_INT(3, done.completion_tokens);
  slot_release_room(&fixture.slot);
  CHECK_INT(SLOT_NOTHING, slot_look(&fixture.slot));
  CHECK_INT(stream.size, atomic_load(&fixture.shared.response_read));
}

static void slot__reads_a_failure_with_all_that_is_known(void) {
  fixture_open();
  struct stream stream = {.size = 0};
  llmb_error failure;
  stream_add_failure(&stream, "the prompt has too many tokens");
  publish(stream.bytes, stream.size);
  CHECK_INT(SLOT_FAILED, slot_look(&fixture.slot));
  slot_take_failure(&fixture.slot, &failure);
  CHECK_INT(LLMB_E_CONTEXT_FULL, failure.status);
  CHECK_INT(LLMB_PHASE_PROMPT, failure.phase);
  CHECK_TEXT("the prompt has too many tokens", failure.message);
  CHECK_TEXT("its log", failure.engine_log);
  CHECK_INT(LLMB_EXIT_CODE, failure.exit_kind);
  CHECK_INT(3, failure.exit_value);
  CHECK(!fixture.slot.accepted);
  CHECK_INT(SLOT_NOTHING, slot_look(&fixture.slot));
}

/* However much of a stream has come, nothing is claimed that is not there. */
static void check_every_length(const struct stream *stream, enum slot_news last, const char *whole) {
  for (uint64_t size = 0; size <= stream->size; size++) {
    fixture_open();
    char text[64] = "";
    publish(stream->bytes, size);
    const enum slot_news news = read_on(text, sizeof text);
    CHECK_INT(size < stream->size ? SLOT_NOTHING : last, news);
    CHECK(strncmp(whole, text, strlen(text)) == 0);
    /* The rest, in a second publication. */
    publish(stream->bytes + size, stream->size - size);
    CHECK_INT(last, read_on(text, sizeof text));
    CHECK_TEXT(whole, text);
  }
}

static void slot__waits_for_the_rest_of_every_frame(void) {
  const struct stream answer = whole_answer();
  check_every_length(&answer, SLOT_DONE, "hello world");

  struct stream refused = {.size = 0};
  stream_add_failure(&refused, "no");
  check_every_length(&refused, SLOT_FAILED, "");

  struct stream vector = {.size = 0};
  stream_add(&vector, FRAME_ACCEPTED, NULL, 0);
  stream_add(&vector, FRAME_TOKENS, "abcdefgh", 8);
  stream_add(&vector, FRAME_VECTOR, "12345678", 8);
  stream_add(&vector, FRAME_TOKENS, "abcd", 4);
  stream_add_failure(&vector, "");
  check_every_length(&vector, SLOT_FAILED, "12345678");
}

static void slot__reads_an_answer_that_comes_byte_by_byte(void) {
  fixture_open();
  const struct stream stream = whole_answer();
  char text[64] = "";
  for (uint64_t i = 0; i < stream.size; i++) {
    CHECK_INT(SLOT_NOTHING, read_on(text, sizeof text));
    publish(stream.bytes + i, 1);
  }
  CHECK_INT(SLOT_DONE, read_on(text, sizeof text));
  CHECK_TEXT("hello world", text);
}

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
      {true, FRAME_TOKENS + 1, 8, CALL_ID},
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

static void slot__drains_the_rest_of_an_answer_nobody_wants(void) {
  const struct stream stream = whole_answer();
  for (uint64_t size = 0; size <= stream.size; size++) {
    fixture_open();
    bool broken = true;
    publish(stream.bytes, size);
    CHECK_INT(size == stream.size, slot_drain(&fixture.slot, &broken));
    CHECK(!broken);
    publish(stream.bytes + size, stream.size - size);
    if (size < stream.size) CHECK(slot_drain(&fixture.slot, &broken));
    slot_release_room(&fixture.slot);
    CHECK_INT(stream.size, atomic_load(&fixture.shared.response_read));
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

static void slot__gives_tokens_whole(void) {
  fixture_open();
  const int32_t given[] = {7, -1, 123456789};
  int32_t tokens[CHANNEL_TOKENS_MAX] = {0};
  struct stream stream = {.size = 0};
  stream_add(&stream, FRAME_ACCEPTED, NULL, 0);
  stream_add(&stream, FRAME_TOKENS, given, sizeof given);
  stream_add(&stream, FRAME_PIECE, "x", 1);
  publish(stream.bytes, stream.size);
  CHECK_INT(SLOT_TOKENS, slot_look(&fixture.slot));
  CHECK_INT(SLOT_TOKENS, slot_look(&fixture.slot)); /* until they are taken */
  CHECK_INT(3, slot_take_tokens(&fixture.slot, tokens));
  CHECK(memcmp(given, tokens, sizeof given) == 0);
  CHECK_INT(SLOT_PIECE, slot_look(&fixture.slot));
}

static void slot__says_once_that_the_engine_waits_for_room(void) {
  fixture_open();
  CHECK(!slot_release_room(&fixture.slot));
  atomic_store(&fixture.shared.engine_blocked, 1);
  CHECK(slot_release_room(&fixture.slot));
  CHECK(!slot_release_room(&fixture.slot));
}

static void slot__pads_a_request_that_was_given_up(void) {
  fixture_open();
  fixture.slot.submit_left = CHANNEL_REQUEST_RING_SIZE + 10;
  CHECK(slot_pad_request(&fixture.slot));
  CHECK_INT(10, fixture.slot.submit_left);
  CHECK(!slot_pad_request(&fixture.slot));
  atomic_store(&fixture.shared.request_read, CHANNEL_REQUEST_RING_SIZE);
  CHECK(slot_pad_request(&fixture.slot));
  CHECK_INT(0, fixture.slot.submit_left);
  CHECK_INT(CHANNEL_REQUEST_RING_SIZE + 10, atomic_load(&fixture.shared.request_written));
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

enum { MUTATIONS_COUNT = 100000 };

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

CHECK_MAIN(TEST(slot__reads_a_whole_answer), TEST(slot__reads_a_failure_with_all_that_is_known),
           TEST(slot__waits_for_the_rest_of_every_frame), TEST(slot__reads_an_answer_that_comes_byte_by_byte),
           TEST(slot__refuses_every_bad_head), TEST(slot__accepts_the_largest_frames),
           TEST(slot__notices_an_engine_that_moves_its_position_back),
           TEST(slot__drains_the_rest_of_an_answer_nobody_wants), TEST(slot__drain_notices_a_breach),
           TEST(slot__gives_tokens_whole), TEST(slot__says_once_that_the_engine_waits_for_room),
           TEST(slot__pads_a_request_that_was_given_up), TEST(slot__survives_a_hundred_thousand_mutations))
