/* Results, settings, vectors and long answers. */
#include <llmbridge/call.h>

#include "tests/hvm/hvm_harness.h"

static const bool layout_known = !STANDIN_SHIFTED;
static const bool results_possible = !STANDIN_SHIFTED || STANDIN_UNDECLARED;

static void match_both_results(void) {
  CHECK_TEXT("hello", harness_result(RESULT_OK, harness_call("try_call_llm", standin_text("hello"))));
  const char *error = harness_result(RESULT_ERR, harness_call("try_call_llm", standin_text("")));
  CHECK_CONTAINS("{\"code\":\"invalid_argument\",\"status\":1,", error);
  const port pair = standin_pair(standin_text("command=signal 9@accept\nretries=0"), standin_text("hello"));
  error = harness_result(RESULT_ERR, harness_call("try_call_llm_with", pair));
  CHECK_CONTAINS("\"code\":\"engine_crashed\"", error);
  CHECK_CONTAINS("\"exit\":{\"kind\":\"signal\",\"value\":9}", error);
}

static void try_call_llm__gives_ok_or_err_with_the_whole_error(void) {
  if (results_possible) harness_in_child("fake", "echo", match_both_results);
}

static const char *ask_with(const char *settings, const char *prompt) {
  return harness_bytes(harness_call("call_llm_with", standin_pair(standin_text(settings), standin_text(prompt))));
}

static void use_settings(void) {
  CHECK_TEXT("hello", ask_with("", "hello"));
  CHECK_TEXT("hello", ask_with("temperature=0.5\n\ntimeout_ms=20000\n", "hello"));
  CHECK_TEXT("piece 1\npiece 2\n", ask_with("command=pieces 2 0", "hello"));
  CHECK_TEXT("piece 1\npiece 2\n", ask_with("command=pieces 2 0\ntimeout_ms=20000", "again"));
  CHECK_CONTAINS("\"code\":\"deadline_exceeded\"", ask_with("command=hang\ntimeout_ms=100", "hello"));
  CHECK_CONTAINS("max_token", ask_with("max_token=5", "hello"));
  CHECK_CONTAINS("not name=value", ask_with("fast", "hello"));
  CHECK_TEXT("piece 1\n", ask_with("command=pieces 1 0", "hello"));
  CHECK_CONTAINS("\"code\":\"overloaded\"", ask_with("command=pieces 4 0", "hello"));
  const char *said = harness_bytes(harness_call("call_llm_with", standin_text("no tuple")));
  CHECK_CONTAINS("not a tuple", said);
  CHECK_CONTAINS("not a tuple", harness_bytes(harness_call("call_llm_with", standin_number(3, TYPE_U24))));
}

static void call_llm_with__takes_settings_of_bridge_and_call(void) {
  harness_in_child("fake", "echo", use_settings);
}

static void answer_at_length(void) {
  CHECK_CONTAINS("\"code\":\"output_too_large\"", harness_bytes(harness_call("call_llm", standin_text("hello"))));
  const char *answer = ask_with("output_bytes=100000", "hello");
  CHECK_INT(50000, answer == NULL ? -1 : (long)strlen(answer));
}

static void an_answer_beyond_16_KiB__is_an_error_unless_it_is_asked_for(void) {
  harness_in_child("fake", "flood 50000", answer_at_length);
}

/* An f24 as the number it stands for. */
static float number_of(uint32_t payload) {
  const uint32_t bits = payload << 8;
  float number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

/* What Bend is given of a text's vector, number by number, is at most half of an F24's last bit away from it. */
static void check_vector(llmb_bridge *bridge, const char *text) {
  static uint32_t payloads[1024];
  uint32_t count = 0;
  float *vector = NULL;
  uint64_t dimension = 0;
  const uint64_t size = strlen(text);
  const uint8_t *const bytes = (const uint8_t *)text;
  CHECK(standin_read(harness_call("embed", standin_text(text)), TYPE_F24, payloads, 1024, &count));
  CHECK_INT(512, count);
  CHECK_INT(LLMB_OK, llmb_embed_texts(bridge, &bytes, &size, 1, NULL, &vector, &dimension, NULL, NULL));
  int wrong = 0;
  for (uint32_t i = 0; i < count && i < dimension; i++) {
    const float difference = number_of(payloads[i]) - vector[i], near = vector[i] / (1 << 16);
    wrong += difference > (near < 0 ? -near : near) || -difference > (near < 0 ? -near : near);
  }
  CHECK_INT(0, wrong);
  llmb_free(vector);
}

static void embed_hello(void) {
  static uint32_t payloads[1024];
  uint32_t count = 0, tag = 9;
  port list = harness_call("embed", standin_text("hello"));
  if (!layout_known) {
    CHECK_TEXT("", harness_bytes(list));
    if (!results_possible) return;
    CHECK_CONTAINS("\"code\":\"unsupported\"",
                   harness_result(RESULT_ERR, harness_call("try_embed", standin_text("a"))));
    return;
  }
  CHECK(standin_read(list, TYPE_F24, payloads, 1024, &count));
  CHECK_INT(512, count);
  llmb_bridge *bridge = NULL;
  CHECK_INT(LLMB_OK, llmb_bridge_open(NULL, &bridge, NULL));
  static const char *const texts[] = {"hello", "hello you", "hello both of you", "one and one are two and no more"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    check_vector(bridge, texts[i]); /* each of other lengths */
  llmb_bridge_close(bridge);
  CHECK_TEXT("", harness_bytes(harness_call("embed", standin_text(""))));
  CHECK(standin_read_result(harness_call("try_embed", standin_text("hello")), &tag, &list));
  CHECK_INT(RESULT_OK, tag);
  CHECK(standin_read(list, TYPE_F24, payloads, 1024, &count) && count == 512);
  CHECK_CONTAINS("invalid_argument", harness_result(RESULT_ERR, harness_call("try_embed", standin_text(""))));
}

static void embed__gives_the_vector_as_f24_to_the_nearest(void) {
  harness_in_child("hash", "", embed_hello);
}

static port number(uint32_t value) {
  return standin_number(value, TYPE_U24);
}

static const char *next(port session, uint32_t size) {
  return harness_bytes(harness_call("llm_next", standin_pair(session, number(size))));
}

static void read_in_pieces(void) {
  const port session = harness_call("llm_open", standin_text("hello"));
  CHECK_TEXT("piece 1\n", next(session, 100));
  CHECK_TEXT("piec", next(session, 4));
  CHECK_TEXT("e 2\n", next(session, 100));
  CHECK_TEXT("none", harness_bytes(harness_call("llm_reason", session)));
  CHECK_TEXT("", next(session, 100));
  CHECK_TEXT("", next(session, 100));
  CHECK_TEXT("stop", harness_bytes(harness_call("llm_reason", session)));
  CHECK_INT(number(1), harness_call("llm_close", session));
  CHECK_INT(number(0), harness_call("llm_close", session));
  CHECK_CONTAINS("none is open", next(session, 100));
  CHECK_CONTAINS("not a u24", next(standin_text("a"), 100));
  CHECK_CONTAINS("invalid_argument", next(harness_call("llm_open", number(3)), 100));
  CHECK_INT(number(0), harness_call("llm_close", standin_text("a")));
}

static void a_session__gives_the_answer_piece_by_piece(void) {
  harness_in_child("fake", "pieces 2 20", read_in_pieces);
}

static void open_many(void) {
  port last = number(1);
  uint32_t count = 0;
  while (count < 100 && (last = harness_call("llm_open", standin_text("hello"))) != number(0)) count++;
  CHECK_INT(16, count);
  CHECK_INT(number(1), harness_call("llm_close", number(1)));
  last = harness_call("llm_open", standin_text("hello"));
  CHECK_INT(number(17), last);
  CHECK_TEXT("piece 1\n", next(number(2), 100)); /* and the process ends with fifteen of them open */
}

static void sessions__have_a_limit_and_numbers_of_their_own(void) {
  harness_in_child("fake", "pieces 1000000 5", open_many);
}

static void ask_with_a_bad_environment(void) {
  setenv("LLMBRIDGE_SLOTS", "many", 1);
  const char *error = harness_bytes(harness_call("call_llm", standin_text("hello")));
  CHECK_CONTAINS("\"code\":\"invalid_argument\"", error);
  CHECK_CONTAINS("LLMBRIDGE_SLOTS", error);
  unsetenv("LLMBRIDGE_SLOTS");
  CHECK_TEXT("hello", harness_bytes(harness_call("call_llm", standin_text("hello"))));
}

static void a_bad_variable__is_named(void) {
  harness_in_child("fake", "echo", ask_with_a_bad_environment);
}

static void ask_beside_a_child(void) {
  const pid_t child = fork();
  if (child == 0) execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
  CHECK_TEXT("hello", harness_bytes(harness_call("call_llm", standin_text("hello"))));
  int status = -1;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void the_programs_own_children__stay_its_own(void) {
  harness_in_child("fake", "echo", ask_beside_a_child);
}

static void ask_after_a_fork(void) {
  CHECK_TEXT("hello", harness_bytes(harness_call("call_llm", standin_text("hello"))));
  const pid_t child = fork();
  if (child == 0) {
    CHECK_TEXT("child", harness_bytes(harness_call("call_llm", standin_text("child"))));
    _exit(check_failures != 0);
  }
  int status = -1;
  while (waitpid(child, &status, 0) != child) continue;
  CHECK_INT(0, status);
  CHECK_TEXT("parent", harness_bytes(harness_call("call_llm", standin_text("parent"))));
}

static void a_forked_child__asks_afresh(void) {
  harness_in_child("fake", "echo", ask_after_a_fork);
}

CHECK_MAIN(TEST(try_call_llm__gives_ok_or_err_with_the_whole_error),
           TEST(call_llm_with__takes_settings_of_bridge_and_call),
           TEST(an_answer_beyond_16_KiB__is_an_error_unless_it_is_asked_for),
           TEST(embed__gives_the_vector_as_f24_to_the_nearest), TEST(a_session__gives_the_answer_piece_by_piece),
           TEST(sessions__have_a_limit_and_numbers_of_their_own), TEST(a_bad_variable__is_named),
           TEST(the_programs_own_children__stay_its_own), TEST(a_forked_child__asks_afresh))
