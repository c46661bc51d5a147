#include "engine/llama/text_match.hpp"

#include <map>

#include "tests/check.h"

using llama_engine::substitution;
using llama_engine::text_match;

// Below 10: control tokens. 99 does not tell its text.
static const std::map<llama_token, std::string> words = {{10, "a"},  {11, "b"},   {12, "c"},    {20, "ab"},
                                                         {21, "bc"}, {22, "abc"}, {30, "\xc3"}, {31, "\xa9"}};

static llama_engine::token_texts texts() {
  llama_engine::token_texts texts;
  texts.is_control = [](llama_token token) { return token < 10; };
  texts.append = [](llama_token token, std::string &out) {
    auto found = words.find(token);
    if (found == words.end()) return false;
    out += found->second;
    return true;
  };
  texts.divide = [](const std::string &text) {
    std::vector<llama_token> tokens;
    for (char letter : text) tokens.push_back(10 + letter - 'a');
    return tokens;
  };
  return texts;
}

using tokens = std::vector<llama_token>;

// The prompt as it becomes.
static tokens matched(tokens prompt, const tokens &held) {
  CHECK(llama_engine::substitute(prompt, text_match(prompt, held, texts())));
  return prompt;
}

static void answer__that_is_divided_otherwise_is_taken_as_it_was_said(void) {
  CHECK(matched({1, 22, 2, 10, 2}, {1, 10, 21}) == tokens({1, 10, 21, 2, 10, 2}));
  CHECK(matched({1, 22, 2, 22, 2, 10}, {1, 10, 21, 2, 20, 12}) == tokens({1, 10, 21, 2, 20, 12, 2, 10}));
  CHECK(matched({1, 11, 22, 2}, {1, 11, 20, 12, 2, 11}) == tokens({1, 11, 20, 12, 2}));
}

static void answer__that_ended_early_is_taken_as_far_as_it_goes(void) {
  CHECK(matched({1, 22, 22, 2}, {1, 20, 12, 20}) == tokens({1, 20, 12, 20, 12, 2}));  // its limit: a token was not read
  CHECK(matched({1, 22, 20, 2}, {1, 20, 12, 10, 21, 11}) == tokens({1, 20, 12, 10, 11, 2}));  // a stop string
}

static void text__that_differs_is_read(void) {
  CHECK(text_match({1, 22, 11, 2}, {1, 10, 11, 11, 11}, texts()).size() <= 1);
  CHECK(text_match({1, 12, 2}, {1, 10, 11}, texts()).empty());
  CHECK(text_match({1, 22, 3}, {4, 10, 21}, texts()).empty());
}

static void text__that_may_go_on_is_read(void) {
  CHECK(text_match({1, 22}, {1, 10, 21}, texts()).empty());
}

static void control_token__is_no_text(void) {
  CHECK(text_match({1, 22, 2}, {1, 10, 5, 11, 12}, texts()).empty());
}

static void token__that_does_not_tell_its_text_is_read(void) {
  CHECK(text_match({1, 22, 2}, {1, 10, 99}, texts()).empty());
  CHECK(text_match({1, 22, 99, 2}, {1, 10, 21}, texts()).empty());
}

static void character__is_not_divided(void) {
  CHECK(text_match({1, 30, 31, 10, 2}, {1, 30}, texts()).empty());
}

static void nothing__has_no_match(void) {
  CHECK(text_match({}, {}, texts()).empty());
  CHECK(text_match({1}, {}, texts()).empty());
  CHECK(text_match({}, {1}, texts()).empty());
}

static void substitutions__that_are_none_of_the_prompts_are_refused(void) {
  tokens prompt = {1, 2, 3};
  CHECK(!llama_engine::substitute(prompt, {{2, 2, {}}}));
  CHECK(!llama_engine::substitute(prompt, {{4, 0, {}}}));
  CHECK(!llama_engine::substitute(prompt, {{1, 2, {}}, {2, 0, {}}}));
  CHECK(!llama_engine::substitute(prompt, {{1, UINT32_MAX, {}}}));
  CHECK(prompt == tokens({1, 2, 3}));
  CHECK(llama_engine::substitute(prompt, {{0, 1, {7, 8}}, {3, 0, {9}}}));
  CHECK(prompt == tokens({7, 8, 2, 3, 9}));
}

CHECK_MAIN(TEST(answer__that_is_divided_otherwise_is_taken_as_it_was_said),
           TEST(answer__that_ended_early_is_taken_as_far_as_it_goes), TEST(text__that_differs_is_read),
           TEST(text__that_may_go_on_is_read), TEST(control_token__is_no_text),
           TEST(token__that_does_not_tell_its_text_is_read), TEST(character__is_not_divided),
           TEST(nothing__has_no_match), TEST(substitutions__that_are_none_of_the_prompts_are_refused))
