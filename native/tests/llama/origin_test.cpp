#include "engine/llama/origin.hpp"

#include "tests/check.h"

using llama_engine::origin;
using llama_engine::origin_limits;
using llama_engine::origin_read;
using llama_engine::origin_words;
using words = std::vector<int32_t>;

static const origin_limits limits = {77, 100, 32, 8};

static origin sample() {
  origin from;
  from.substitutions = {{1, 2, {41, 42, 43}}, {6, 0, {44}}};
  from.ranges = {{4, false, {}}, {3, true, {}}, {2, false, {51, 52}}};
  return from;
}

static std::vector<llama_token> prompt() {
  return {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
}

static bool reads(const words &said) {
  std::vector<llama_token> same = prompt();
  if (origin_read(said.data(), static_cast<uint32_t>(said.size()), limits, same)) return true;
  CHECK(same == prompt());
  return false;
}

static void origin__comes_back_as_it_was_said(void) {
  words said = origin_words(sample(), 77);
  std::vector<llama_token> changed = prompt();
  auto read = origin_read(said.data(), static_cast<uint32_t>(said.size()), limits, changed);
  CHECK(read.has_value());
  if (!read) return;
  CHECK(changed == std::vector<llama_token>({1, 41, 42, 43, 4, 5, 6, 44, 7, 8, 9, 10}));
  CHECK(origin_words(*read, 77) == said);
}

static void origin__of_another_model_is_refused(void) {
  CHECK(!reads(origin_words(sample(), 78)));
}

static void origin__that_is_cut_or_longer_is_refused(void) {
  words said = origin_words(sample(), 77);
  for (size_t size = 0; size < said.size(); size++)
    CHECK(!reads(words(said.begin(), said.begin() + static_cast<ptrdiff_t>(size))));
  said.push_back(0);
  CHECK(!reads(said));
}

// Whatever stands in a word: it is refused, or makes an origin that keeps the limits.
static void origin__with_any_word_changed_keeps_the_limits(void) {
  words said = origin_words(sample(), 77);
  for (size_t i = 0; i < said.size(); i++) {
    for (int32_t lie : {-1, INT32_MIN, INT32_MAX, 0, 1, 2, 3, 8, 9, 32, 33, 99, 100}) {
      words changed = said;
      changed[i] = lie;
      std::vector<llama_token> tokens = prompt();
      auto read = origin_read(changed.data(), static_cast<uint32_t>(changed.size()), limits, tokens);
      if (!read) continue;
      uint32_t end = 0;
      for (const llama_engine::token_range &range : read->ranges) {
        CHECK(range.count > 0 && range.batch() <= limits.batch);
        CHECK(end + range.batch() <= limits.context);
        end += range.count;
      }
      CHECK(end < tokens.size() && tokens.size() <= limits.context);
      for (llama_token token : tokens) CHECK(token >= 0 && token < limits.vocabulary);
    }
  }
}

static void origin__that_covers_the_whole_prompt_is_refused(void) {
  origin from;
  from.ranges = {{8, false, {}}, {2, true, {}}};
  CHECK(!reads(origin_words(from, 77)));  // the last token must be read for its logits
  from.ranges = {{8, false, {}}, {1, true, {}}};
  CHECK(reads(origin_words(from, 77)));
}

static void origin__that_is_too_long_to_be_said_says_nothing(void) {
  origin from;
  from.substitutions = {{0, 1, std::vector<llama_token>(9000, 1)}};
  CHECK_INT(1, origin_words(from, 77).size());
  CHECK(!reads(origin_words(from, 77)));
}

CHECK_MAIN(TEST(origin__comes_back_as_it_was_said), TEST(origin__of_another_model_is_refused),
           TEST(origin__that_is_cut_or_longer_is_refused), TEST(origin__with_any_word_changed_keeps_the_limits),
           TEST(origin__that_covers_the_whole_prompt_is_refused),
           TEST(origin__that_is_too_long_to_be_said_says_nothing))
