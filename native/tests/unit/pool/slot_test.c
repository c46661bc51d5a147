/* The host's half of a slot, fed with what well-meant engines write. */
#include "tests/unit/pool/slot_fixture.h"

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

/* One wake-up for many pieces. */
static void slot__wakes_the_engine_once_half_of_its_ring_is_read(void) {
  static char text[CHANNEL_RESPONSE_RING_SIZE];
  enum { PARTS = 8, PART_SIZE = CHANNEL_RESPONSE_RING_SIZE / PARTS - sizeof(struct frame_head) };
  const struct frame_head head = {.type = FRAME_PIECE, .payload_size = PART_SIZE, .call_id = CALL_ID};
  fixture_open();
  fixture.slot.accepted = true;
  for (int i = 0; i < PARTS; i++) {
    publish(&head, sizeof head);
    publish(text, PART_SIZE);
  }
  atomic_store(&fixture.shared.engine_blocked, 1);
  for (int taken = 1; taken <= PARTS; taken++) {
    CHECK_INT(SLOT_PIECE, slot_look(&fixture.slot));
    CHECK_INT(PART_SIZE, slot_take_piece(&fixture.slot, (uint8_t *)text, PART_SIZE));
    CHECK_INT(taken == PARTS / 2, slot_release_room(&fixture.slot));
  }
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

CHECK_MAIN(TEST(slot__reads_a_whole_answer), TEST(slot__reads_a_failure_with_all_that_is_known),
           TEST(slot__waits_for_the_rest_of_every_frame), TEST(slot__reads_an_answer_that_comes_byte_by_byte),
           TEST(slot__drains_the_rest_of_an_answer_nobody_wants), TEST(slot__gives_tokens_whole),
           TEST(slot__says_once_that_the_engine_waits_for_room),
           TEST(slot__wakes_the_engine_once_half_of_its_ring_is_read), TEST(slot__pads_a_request_that_was_given_up))
