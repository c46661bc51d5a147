/* Settings as text: what they mean, and values of several lines. */
#include "tests/hvm/hvm_harness.h"

static const bool layout_known = !STANDIN_SHIFTED;
static const bool results_possible = !STANDIN_SHIFTED || STANDIN_UNDECLARED;

static const char *ask_with(const char *settings) {
  return harness_bytes(harness_call("call_llm_with", standin_pair(standin_text(settings), standin_text("hello"))));
}

/* A program may have four bridges: were these told apart by their text, the fourth would be refused. */
static void write_the_same_in_many_ways(void) {
  static const char *const same[] = {"command=pieces 1 0\nslots=3",
                                     "slots=3\ncommand=pieces 1 0",
                                     "slots=3\ncommand=pieces 1 0\n",
                                     "\n\nslots=3\n\ncommand=pieces 1 0\n\n",
                                     "slots=2\nslots=3\ncommand=pieces 1 0",
                                     "slots=3\ncommand=pieces 1 0\nretries=1\nworkers=1\nengine=fake",
                                     "max_tokens=9\nslots=3\ncommand=pieces 1 0",
                                     "slots=3\ncommand=pieces 7 0\ncommand=pieces 1 0"};
  for (unsigned i = 0; i < sizeof same / sizeof same[0]; i++) CHECK_TEXT("piece 1\n", ask_with(same[i]));
  CHECK_TEXT("hello", ask_with("slots=4\ncommand=echo")); /* what it is anyway, by default and environment */
  CHECK_TEXT("hello", ask_with(""));
  CHECK_TEXT("piece 1\npiece 2\n", ask_with("command=pieces 2 0"));
  CHECK_TEXT("piece 1\n", ask_with("command=pieces 1 0")); /* four slots: another */
  CHECK_CONTAINS("\"code\":\"overloaded\"", ask_with("command=pieces 1 0\nslots=5"));
  CHECK_TEXT("piece 1\n", ask_with("slots=3\ncommand=pieces 1 0"));
}

static void settings__are_told_apart_by_what_they_mean(void) {
  harness_in_child("fake", "echo", write_the_same_in_many_ways);
}

static void give_values_of_several_lines(void) {
  CHECK_TEXT("onetwo", ask_with("engine=exec\ncommand=sh -c 'printf one\n printf two'"));
  CHECK_TEXT("a\nb\n\n c", ask_with("command=printf %s 'a\n\tb\n \n  c'\nengine=exec\n"));
  CHECK_TEXT("hello", ask_with("stop=[\"x\",\n \"y\"]\ntimeout_ms=20000"));
  CHECK_CONTAINS("one\\\\ntwo", ask_with("max_tokens=one\n two"));
  CHECK_CONTAINS("not name=value", ask_with("stop=[\"x\",\n\"y\"]"));
}

static void a_value__goes_on_in_lines_that_begin_with_a_blank(void) {
  harness_in_child("fake", "echo", give_values_of_several_lines);
}

static void embed_in_both_ways(void) {
  static uint32_t plain[1024], with[1024];
  uint32_t count = 0, count_with = 0;
  const port pair = standin_pair(standin_text("timeout_ms=20000\nworkers=2"), standin_text("hello"));
  const port list = harness_call("embed_with", pair);
  const port bad = standin_pair(standin_text("wrokers=2"), standin_text("hello"));
  if (results_possible) CHECK_CONTAINS("wrokers", harness_result(RESULT_ERR, harness_call("try_embed_with", bad)));
  CHECK_TEXT("", harness_bytes(harness_call("embed_with", standin_text("no tuple"))));
  if (!layout_known) return;
  CHECK(standin_read(list, TYPE_F24, with, 1024, &count_with) && count_with == 512);
  CHECK(standin_read(harness_call("embed", standin_text("hello")), TYPE_F24, plain, 1024, &count));
  CHECK(count == count_with && memcmp(plain, with, count * sizeof *plain) == 0);
  port value;
  uint32_t tag = 9;
  const port good = standin_pair(standin_text(""), standin_text("hello"));
  CHECK(standin_read_result(harness_call("try_embed_with", good), &tag, &value));
  CHECK_INT(RESULT_OK, tag);
}

static void embed_with__takes_settings_of_bridge_and_call(void) {
  harness_in_child("hash", "", embed_in_both_ways);
}

CHECK_MAIN(TEST(settings__are_told_apart_by_what_they_mean), TEST(a_value__goes_on_in_lines_that_begin_with_a_blank),
           TEST(embed_with__takes_settings_of_bridge_and_call))
