/* Long answers: how many at once, with which settings, and how they fail. */
#include "tests/hvm/hvm_harness.h"

static const bool layout_known = !STANDIN_SHIFTED;

static port number(uint32_t value) {
  return standin_number(value, TYPE_U24);
}

static port open_one(void) {
  return harness_call("llm_open", standin_text("hello"));
}

static port open_with(const char *settings) {
  return harness_call("llm_open_with", standin_pair(standin_text(settings), standin_text("hello")));
}

static const char *next(port session) {
  return harness_bytes(harness_call("llm_next", standin_pair(session, number(100))));
}

static bool is_overloaded(const char *said) {
  return said != NULL && said[0] == MARK && strstr(said, "\"code\":\"overloaded\"") != NULL;
}

static void open_beyond_the_slots(void) {
  port sessions[4];
  for (unsigned i = 0; i < 4; i++) sessions[i] = open_one();
  const port fifth = open_one();
  CHECK(is_overloaded(next(fifth)));
  CHECK_CONTAINS("slots=4, workers=1", next(fifth));
  for (unsigned i = 0; i < 4; i++) CHECK_TEXT("piece 1\n", next(sessions[i]));
  CHECK(is_overloaded(next(fifth)));
  CHECK(is_overloaded(next(open_one()))); /* also once the engine is there */
  CHECK_INT(number(1), harness_call("llm_close", sessions[0]));
  CHECK_TEXT("piece 1\n", next(open_one()));
  CHECK(is_overloaded(next(open_one())));
  const port elsewhere = open_with("slots=1"); /* another bridge, with a slot of its own */
  CHECK_TEXT("piece 1\n", next(elsewhere));
  CHECK(is_overloaded(next(open_with("slots=1"))));
}

static void a_session_beyond_the_slots__is_overloaded_at_once(void) {
  harness_in_child("fake", "pieces 1000000 5", open_beyond_the_slots);
}

static void open_beyond_two_slots(void) {
  setenv("LLMBRIDGE_SLOTS", "2", 1);
  const port first = open_one(), second = open_one();
  CHECK(is_overloaded(next(open_one())));
  CHECK_INT(number(1), harness_call("llm_close", first));
  CHECK_INT(number(1), harness_call("llm_close", second));
}

static void slots_of_the_environment__count(void) {
  harness_in_child("fake", "hang", open_beyond_two_slots);
}

static void open_behind_the_finished(void) {
  setenv("LLMBRIDGE_SLOTS", "2", 1);
  const port first = open_one(), second = open_one();
  const char *said = "";
  for (;;) { /* until the engine has answered both */
    const port third = open_one();
    said = next(third);
    if (!is_overloaded(said)) break;
    CHECK_INT(number(1), harness_call("llm_close", third));
    usleep(2000);
  }
  CHECK_TEXT("hello", said);
  CHECK_TEXT("hello", next(first));
  CHECK_TEXT("hello", next(second));
  CHECK_TEXT("", next(second));
}

static void an_answer_that_is_written_and_unread__needs_no_slot(void) {
  harness_in_child("fake", "echo", open_behind_the_finished);
}

static void fail_in_the_middle(void) {
  const port session = open_one();
  CHECK_TEXT("piece 1\n", next(session));
  for (int i = 0; i < 3; i++) {
    const char *said = next(session);
    CHECK(said != NULL && said[0] == MARK);
    CHECK_CONTAINS("\"code\":\"engine_crashed\"", said);
  }
  CHECK_TEXT("none", harness_bytes(harness_call("llm_reason", session)));
  CHECK_INT(number(1), harness_call("llm_close", session));
}

static void an_answer_that_failed__says_so_each_time(void) {
  harness_in_child("fake", "pieces 1 0; sleep 50; signal 9", fail_in_the_middle);
}

/* A piece that the net has no room for is lost, so the answer ends there. */
static void lose_a_piece(void) {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  uint64_t share = UINT64_C(1) << 29;
  for (long threads = 2; threads <= cores; threads *= 2) share /= 2;
  standin_fill(share / 2048, share / 1024);
  const port session = open_one();
  CHECK_TEXT("hello", next(open_with("command=echo"))); /* else large pieces fill the room to its last byte */
  const char *said = "";
  uint64_t given = 0;
  for (; given < share / 64; given += strlen(said)) {
    said = harness_bytes(harness_call("llm_next", standin_pair(session, number(16384))));
    if (said == NULL || said[0] == MARK || said[0] == '\0') break;
  }
  CHECK_CONTAINS("\"code\":\"out_of_memory\"", said);
  for (int i = 0; i < 3; i++) { /* for four bytes there is room */
    said = harness_bytes(harness_call("llm_next", standin_pair(session, number(4))));
    CHECK_CONTAINS("\"code\":\"out_of_memory\"", said);
  }
}

static void a_lost_piece__ends_the_answer(void) {
  if (layout_known) harness_in_child("fake", "flood 16000000", lose_a_piece);
}

static void open_with_settings(void) {
  port session = open_with("command=pieces 2 0");
  CHECK_TEXT("piece 1\n", next(session));
  CHECK_TEXT("piece 2\n", next(session));
  CHECK_TEXT("", next(session));
  CHECK_TEXT("stop", harness_bytes(harness_call("llm_reason", session)));
  session = open_with("timeout_ms=100");
  CHECK_CONTAINS("\"code\":\"deadline_exceeded\"", next(session));
  CHECK_CONTAINS("100 ms", next(session));
  CHECK_CONTAINS("max_token", next(open_with("max_token=5")));
  CHECK_CONTAINS("not name=value", next(open_with("fast")));
  CHECK_CONTAINS("settings, prompt", next(harness_call("llm_open_with", standin_text("no tuple"))));
  CHECK_CONTAINS("prompt: ", next(harness_call("llm_open_with",
                                               standin_pair(standin_text("slots=3"), standin_number(3, TYPE_U24)))));
}

static void llm_open_with__takes_settings_of_bridge_and_call(void) {
  harness_in_child("fake", "hang", open_with_settings);
}

CHECK_MAIN(TEST(a_session_beyond_the_slots__is_overloaded_at_once), TEST(slots_of_the_environment__count),
           TEST(an_answer_that_is_written_and_unread__needs_no_slot), TEST(an_answer_that_failed__says_so_each_time),
           TEST(a_lost_piece__ends_the_answer), TEST(llm_open_with__takes_settings_of_bridge_and_call))
