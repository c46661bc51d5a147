// GBNF: what its texts are, and what is wrong with one, by line and column.
#include "engine/grammar/gbnf.hpp"

#include "tests/check.h"
#include "tests/unit/grammar/grammar_texts.hpp"

using grammar_tests::is_text;

static bool follows(const char *grammar, const char *text) {
  try {
    return is_text(grammar_tests::places_of(grammars::gbnf_read(grammar)), text);
  } catch (const std::exception &error) {
    fprintf(stderr, "%s: %s\n", grammar, error.what());
    CHECK(false);
    return false;
  }
}

static const char *complaint(std::string_view grammar) {
  static std::string said;
  said = "none";
  try {
    grammars::gbnf_read(grammar);
  } catch (const grammars::grammar_error &error) {
    said = error.what();
  }
  return said.c_str();
}

static void literals_and_alternatives__are_texts(void) {
  const char *grammar = "root ::= \"yes\" | \"no\" tail\ntail ::= \" way\" # a comment\n";
  CHECK(follows(grammar, "yes"));
  CHECK(follows(grammar, "no way"));
  CHECK(!follows(grammar, "no"));
  CHECK(!follows(grammar, "yes way"));
  CHECK(!follows(grammar, ""));
}

static void classes__take_characters_of_any_plane(void) {
  const char *grammar = "root ::= [a-c\\u00e9\\U0001F600] [^x\\n] .";
  CHECK(follows(grammar, "a\xc3\xa9z"));
  CHECK(follows(grammar, "\xf0\x9f\x98\x80y\n"));
  CHECK(follows(grammar, "\xc3\xa9\xf0\x9f\x98\x81\xe2\x82\xac"));
  CHECK(!follows(grammar, "dyy"));
  CHECK(!follows(grammar, "axy"));
  CHECK(!follows(grammar, "a\xff\xff"));
  CHECK(follows("root ::= [\\]\\-a]+", "]-a"));
  CHECK(follows("root ::= [a-]+", "a-"));
}

static void no_part_of_a_surrogate__is_a_character(void) {
  CHECK(!follows("root ::= .", "\xed\xa0\x80"));
  CHECK(follows("root ::= .", "\xed\x9f\xbf"));
  CHECK(!follows("root ::= .", "\xf4\x90\x80\x80"));
  CHECK(!follows("root ::= .", "\xc1\x81"));
}

static void repetitions__are_counted(void) {
  CHECK(follows("root ::= \"ab\"*", "ababab"));
  CHECK(follows("root ::= \"ab\"*", ""));
  CHECK(!follows("root ::= \"ab\"+", ""));
  CHECK(follows("root ::= [0-9]{2,3}", "123"));
  CHECK(!follows("root ::= [0-9]{2,3}", "1"));
  CHECK(!follows("root ::= [0-9]{2,3}", "1234"));
  CHECK(follows("root ::= (\"a\" | \"b\"){2}", "ab"));
  CHECK(!follows("root ::= (\"a\" | \"b\"){2}", "aba"));
  CHECK(follows("root ::= \"a\"{3,}", "aaaaa"));
  CHECK(follows("root ::= (\"a\"?)*", "aaa"));
  CHECK(follows("root ::= ((\"a\"?)*)* \"b\"", "aab"));
}

static void rules__go_on_over_lines_in_groups_and_behind_bars(void) {
  CHECK(follows("root ::= (\n  \"a\"\n  \"b\"\n) |\n  \"c\"\n", "ab"));
  CHECK(follows("root ::=\n \"a\" x\r\nx ::= \"b\"", "ab"));
}

static void nesting__goes_as_deep_as_the_text(void) {
  const char *grammar = "root ::= \"(\" root \")\" | \"x\"";
  std::string text = std::string(20000, '(') + "x" + std::string(20000, ')');
  CHECK(follows(grammar, text.c_str()));
  CHECK(!follows(grammar, (text + ")").c_str()));
}

static void a_grammar_that_does_not_parse__says_line_and_column(void) {
  CHECK_TEXT("line 2, column 3: ::= is missing behind the name x", complaint("root ::= \"a\"\nx y"));
  CHECK_TEXT("line 1, column 10: a literal's \" is missing", complaint("root ::= \"a\nx ::= y"));
  CHECK_TEXT("line 1, column 10: a class's ] is missing", complaint("root ::= [a"));
  CHECK_TEXT("line 1, column 10: no rule has the name other", complaint("root ::= other"));
  CHECK_TEXT("line 1, column 10: nothing stands before this repetition", complaint("root ::= *"));
  CHECK_TEXT("line 1, column 14: more than 2000 repetitions", complaint("root ::= \"a\"{2001}"));
  CHECK_TEXT("line 1, column 14: a group's ) is missing here", complaint("root ::= (\"a\""));
  CHECK_TEXT("line 1, column 10: tokens by name or number are not supported", complaint("root ::= <[7]>"));
  CHECK_TEXT("line 2, column 1: there is a rule with the name root already",
             complaint("root ::= \"a\"\nroot ::= \"b\""));
  CHECK_TEXT("line 1, column 11: there is no such escape", complaint("root ::= \"\\q\""));
  CHECK_TEXT("line 1, column 13: there is no such character", complaint("root ::= \"\\ud800\""));
  CHECK_TEXT("line 1, column 13: there is no rule with the name root", complaint("tree ::= \"a\""));
  CHECK_TEXT("line 1, column 14: the rule root cannot go on like this", complaint("root ::= \"a\" )"));
}

static void an_empty_text__is_no_grammar(void) {
  CHECK_TEXT("line 1, column 1: there is no rule with the name root", complaint(""));
  CHECK_TEXT("line 1, column 1: a rule's name is missing here", complaint("\xff\xfe"));
}

static void llguidance__is_refused_by_name(void) {
  CHECK_TEXT("line 1, column 1: %llguidance is another notation than GBNF, and not supported",
             complaint("%llguidance {}\nstart: \"a\""));
}

static void left_recursion__is_refused_where_it_stands(void) {
  CHECK_TEXT("line 1, column 1: rule root: it begins with itself", complaint("root ::= root \"a\" | \"b\""));
  CHECK_TEXT("line 2, column 1: rule x: it begins with itself",
             complaint("root ::= x\nx ::= y \"a\" | \"c\"\ny ::= z x \"d\"\nz ::= \"q\"?"));
  CHECK_CONTAINS("it begins with itself", complaint("root ::= (root \"a\")? \"b\""));
  CHECK_TEXT("none", complaint("root ::= root | \"a\""));
}

static void a_grammar_without_texts__is_refused(void) {
  CHECK_TEXT("line 1, column 1: no text follows it", complaint("root ::= \"a\" root"));
  CHECK_TEXT("line 1, column 1: no text follows it", complaint("root ::= []"));
}

static void a_grammar_larger_than_may_be__is_refused(void) {
  std::string large = "root ::= ";
  for (int i = 0; i < 200; i++) large += "(\"aaaaaaaaaa\"{2000} | \"b\"){2000} ";
  CHECK_CONTAINS("symbols", complaint(large));
  std::string deep = "root ::= " + std::string(65, '(') + "\"a\"" + std::string(65, ')');
  CHECK_CONTAINS("groups inside each other", complaint(deep));
}

CHECK_MAIN(TEST(literals_and_alternatives__are_texts), TEST(classes__take_characters_of_any_plane),
           TEST(no_part_of_a_surrogate__is_a_character), TEST(repetitions__are_counted),
           TEST(rules__go_on_over_lines_in_groups_and_behind_bars), TEST(nesting__goes_as_deep_as_the_text),
           TEST(a_grammar_that_does_not_parse__says_line_and_column), TEST(an_empty_text__is_no_grammar),
           TEST(llguidance__is_refused_by_name), TEST(left_recursion__is_refused_where_it_stands),
           TEST(a_grammar_without_texts__is_refused), TEST(a_grammar_larger_than_may_be__is_refused))
