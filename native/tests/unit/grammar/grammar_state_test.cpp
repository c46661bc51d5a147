// Where texts stand in a grammar, and which tokens may come there.
#include "engine/grammar/grammar_state.hpp"

#include "engine/grammar/gbnf.hpp"
#include "engine/grammar/token_mask.hpp"
#include "tests/check.h"
#include "tests/unit/grammar/grammar_texts.hpp"

using grammars::grammar_state;

static std::vector<std::string> some_tokens(unsigned count) {
  std::vector<std::string> texts;
  std::minstd_rand numbers(7);
  for (unsigned i = 0; i < 256; i++) texts.emplace_back(1, static_cast<char>(i));
  const std::string letters = "{}[]:,\"abct rue0123.-\\n";
  while (texts.size() < count) {
    std::string text;
    for (size_t size = numbers() % 6 + 1; text.size() < size;) text.push_back(letters[numbers() % letters.size()]);
    texts.push_back(text);
  }
  texts[300].clear();
  return texts;
}

static const char *const json_like =
    "root ::= value\nvalue ::= \"{\" (pair (\",\" pair)*)? \"}\" | \"[\" (value (\",\" value)*)? \"]\" | number | "
    "\"true\"\npair ::= \"\\\"\" [a-z ]* \"\\\":\" value\nnumber ::= \"-\"? [0-9]+ (\".\" [0-9]+)?";

static void a_mask__has_the_tokens_that_can_be_taken_one_by_one(void) {
  auto places = grammar_tests::places_of(grammars::gbnf_read(json_like));
  std::vector<std::string> texts = some_tokens(3000);
  grammars::token_texts tokens(texts);
  grammars::token_masks masks;
  for (unsigned seed = 0; seed < 60; seed++) {
    bool is_whole = false;
    std::string text = grammar_tests::drawn_text(places, seed, seed % 30, &is_whole);
    grammar_state state(places);
    CHECK(state.take(text.data(), text.size()));
    const grammars::token_bits bits = masks.of(state, tokens, {});
    for (uint32_t token = 0; token < texts.size(); token++) {
      bool can = !texts[token].empty() && state.allows(texts[token].data(), texts[token].size());
      if (can != grammars::has_token(bits, token)) fprintf(stderr, "'%s' '%s'\n", text.c_str(), texts[token].c_str());
      CHECK_INT(can, grammars::has_token(bits, token));
    }
  }
}

static void refused_bytes__change_nothing(void) {
  auto places = grammar_tests::places_of(grammars::gbnf_read("root ::= \"abc\" | \"abd\""));
  grammar_state state(places);
  CHECK(!state.take("abx", 3));
  CHECK(state.take("ab", 2));
  CHECK(!state.take("bd", 2));
  CHECK(!state.may_end());
  CHECK(state.take("d", 1));
  CHECK(state.may_end());
  CHECK(!state.may_go_on());
  CHECK(!state.allows("a", 1));
}

static void what_is_forgotten__leaves_texts_where_they_stand(void) {
  auto places = grammar_tests::places_of(grammars::gbnf_read("root ::= \"(\" root \")\" | [a-z]"));
  grammar_state one(places), other(places);
  CHECK(one.take("(((((", 5));
  CHECK(other.take("((", 2));
  places->forget();
  CHECK(one.take("x)))))", 6));
  CHECK(one.may_end());
  CHECK(other.take("x)", 2));
  CHECK(!other.may_end());
  CHECK(other.take(")", 1));
  CHECK(other.may_end());
}

// Each level is a row of places of its own: more of them than may be kept.
static void a_text_longer_than_what_is_kept__goes_on(void) {
  auto places = grammar_tests::places_of(grammars::gbnf_read("root ::= (\"<\" [a-z]{0,2000} \">\")*"));
  grammar_state state(places);
  const std::string part = "<" + std::string(1999, 'q') + ">";
  for (int i = 0; i < 50; i++) CHECK(state.take(part.data(), part.size()));
  CHECK(state.may_end());
}

static void a_grammar_with_too_many_ways__ends_with_an_error(void) {
  // 2,000 places at once that each lead to 2,000
  std::string wide =
      "root ::= a{0,2000} \"x\"\na ::= b{0,2000}\nb ::= c{0,2000}\nc ::= \"q\" | \"q\" c | \"q\" b \"q\"";
  auto places = grammar_tests::places_of(grammars::gbnf_read(wide));
  bool refused = false;
  try {
    grammar_state state(places);
    for (int i = 0; i < 5000; i++) CHECK(state.take("q", 1));
  } catch (const grammars::grammar_too_large &) {
    refused = true;
  }
  CHECK(refused);
}

static void a_watch__is_called_and_may_end_the_work(void) {
  auto places = grammar_tests::places_of(grammars::gbnf_read("root ::= a{0,2000} \"x\"\na ::= b{0,2000}\nb ::= \"q\""));
  struct enough {};
  unsigned calls = 0;
  std::function<void()> watch = [&] {
    if (++calls == 2) throw enough();
  };
  grammar_state state(places);
  bool ended = false;
  try {
    for (int i = 0; i < 100; i++) CHECK(state.take("q", 1, &watch));
  } catch (const enough &) {
    ended = true;
  }
  CHECK(ended);
  CHECK(state.allows("x", 1));
}

CHECK_MAIN(TEST(a_mask__has_the_tokens_that_can_be_taken_one_by_one), TEST(refused_bytes__change_nothing),
           TEST(what_is_forgotten__leaves_texts_where_they_stand), TEST(a_text_longer_than_what_is_kept__goes_on),
           TEST(a_grammar_with_too_many_ways__ends_with_an_error), TEST(a_watch__is_called_and_may_end_the_work))
