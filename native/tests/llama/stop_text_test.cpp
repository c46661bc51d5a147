#include "engine/llama/stop_text.hpp"

#include "tests/check.h"

using llama_engine::stop_text;

struct outcome {
  bool stopped = false;
  std::string text;
};

// Pushes the pieces until a stop string comes up; every prefix of the result has been delivered as soon as possible.
static outcome run(std::vector<std::string> stops, const std::vector<std::string> &pieces) {
  stop_text filter(std::move(stops));
  outcome out;
  for (const std::string &piece : pieces) {
    out.stopped = filter.push(piece, out.text);
    if (out.stopped) return out;
  }
  filter.flush(out.text);
  return out;
}

static void stop_text__without_strings_lets_everything_through(void) {
  outcome out = run({}, {"a", "b"});
  CHECK(!out.stopped);
  CHECK_TEXT("ab", out.text.c_str());
}

static void stop_text__finds_a_string_across_pieces(void) {
  outcome out = run({"END"}, {"one E", "N", "D two"});
  CHECK(out.stopped);
  CHECK_TEXT("one ", out.text.c_str());
}

static void stop_text__holds_back_what_may_begin_a_string_and_no_more(void) {
  stop_text filter({"abc"});
  std::string out;
  CHECK(!filter.push("xab", out));
  CHECK_TEXT("x", out.c_str());
  CHECK(!filter.push("x", out));
  CHECK_TEXT("xabx", out.c_str());
}

static void stop_text__gives_back_what_it_held_when_the_answer_ends(void) {
  outcome out = run({"abc"}, {"ab"});
  CHECK(!out.stopped);
  CHECK_TEXT("ab", out.text.c_str());
}

static void stop_text__takes_the_string_that_comes_first(void) {
  outcome out = run({"3", "2"}, {"1234"});
  CHECK_TEXT("1", out.text.c_str());
}

static void stop_text__finds_a_string_that_begins_again_inside_itself(void) {
  outcome out = run({"aab"}, {"a", "a", "a", "b"});
  CHECK(out.stopped);
  CHECK_TEXT("a", out.text.c_str());
}

static void stop_text__ignores_empty_strings(void) {
  outcome out = run({""}, {"text"});
  CHECK_TEXT("text", out.text.c_str());
}

static void stop_setting__is_one_string_or_an_array(void) {
  CHECK_INT(0, llama_engine::stop_strings_read(nullptr).size());
  std::vector<std::string> one = llama_engine::stop_strings_read("a b");
  CHECK_TEXT("a b", one.front().c_str());
  std::vector<std::string> two = llama_engine::stop_strings_read(" [\"x\"]");
  CHECK_TEXT(" [\"x\"]", two.front().c_str());  // an array begins with its bracket
  two = llama_engine::stop_strings_read("[ \"\\n\\u20ac\" , \"\\ud83d\\ude00\" ]");
  CHECK_INT(2, two.size());
  CHECK_TEXT("\n\xe2\x82\xac", two[0].c_str());
  CHECK_TEXT("\xf0\x9f\x98\x80", two[1].c_str());
}

static void stop_setting__that_only_begins_like_an_array_is_a_string(void) {
  for (const char *text : {"[", "[END]", "[INST]", "[\"a\"", "[\"a\"] x", "[\"a\",]", "[\"\t\"]"}) {
    std::vector<std::string> strings = llama_engine::stop_strings_read(text);
    CHECK_INT(1, strings.size());
    CHECK_TEXT(text, strings.front().c_str());
  }
}

CHECK_MAIN(TEST(stop_text__without_strings_lets_everything_through), TEST(stop_text__finds_a_string_across_pieces),
           TEST(stop_text__holds_back_what_may_begin_a_string_and_no_more),
           TEST(stop_text__gives_back_what_it_held_when_the_answer_ends),
           TEST(stop_text__takes_the_string_that_comes_first),
           TEST(stop_text__finds_a_string_that_begins_again_inside_itself), TEST(stop_text__ignores_empty_strings),
           TEST(stop_setting__is_one_string_or_an_array),
           TEST(stop_setting__that_only_begins_like_an_array_is_a_string))
