#include "engine/llama/text_mender.hpp"

#include <vector>

#include "tests/check.h"

using llama_engine::text_mender;

#define MARK "\xef\xbf\xbd"

// The text that comes of these pieces, and what is counted.
static std::string mended(const std::vector<std::string> &pieces, bool finished, uint64_t *count) {
  text_mender mender;
  std::string out;
  for (const std::string &piece : pieces) mender.push(piece, out);
  if (finished) mender.finish(out);
  *count = mender.replaced();
  return out;
}

static void check(const std::vector<std::string> &pieces, bool finished, const char *text, uint64_t replaced) {
  uint64_t count = 0;
  std::string out = mended(pieces, finished, &count);
  CHECK_TEXT(text, out.c_str());
  CHECK_INT(replaced, count);
}

static void text_mender__lets_whole_characters_through_however_they_are_cut(void) {
  check({"plain"}, true, "plain", 0);
  check({"\xf0", "\x9f", "\x98", "\x80", "!"}, true, "\xf0\x9f\x98\x80!", 0);
  check({"a\xc3", "\xa9z"}, true, "a\xc3\xa9z", 0);
  check({"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"}, true, "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", 0);
}

static void text_mender__drops_what_is_cut_and_marks_what_was_ended(void) {
  check({"a\xf0\x9f"}, false, "a", 0);
  check({"a\xf0\x9f"}, true, "a" MARK, 1);
  check({"\xc3"}, false, "", 0);
}

static void text_mender__marks_each_longest_part_that_could_have_been_a_character(void) {
  check({"a\xff"
         "b"},
        true, "a" MARK "b", 1);
  check({"\xed", "\xa0", "\x80", "b"}, true, MARK MARK MARK "b", 3);
  check({"\xf0\x9f\x98"
         "b"},
        true, MARK "b", 1);
  check({"\xf0\x9f", "\xf0\x9f\x98\x80"}, true, MARK "\xf0\x9f\x98\x80", 1);
  check({"\xc0\x80"}, true, MARK MARK, 2);
  check({"\xe0\x80"}, true, MARK MARK, 2);
  check({"\xf4\x90\x80\x80"}, true, MARK MARK MARK MARK, 4);
  check({"\x80\x80"}, true, MARK MARK, 2);
}

CHECK_MAIN(TEST(text_mender__lets_whole_characters_through_however_they_are_cut),
           TEST(text_mender__drops_what_is_cut_and_marks_what_was_ended),
           TEST(text_mender__marks_each_longest_part_that_could_have_been_a_character))
