#include "schema/regex_run.h"

#include "tests/check.h"

static const char *what;

static llmb_status compiles(const char *pattern) {
  struct regex *regex = NULL;
  uint64_t at = 0;
  what = "";
  llmb_status status = regex_compile(pattern, strlen(pattern), &regex, &what, &at);
  regex_close(regex);
  return status;
}

static bool matches(const char *pattern, const char *text) {
  struct regex *regex = NULL;
  struct regex_run run;
  uint64_t at = 0;
  if (regex_compile(pattern, strlen(pattern), &regex, &what, &at) != LLMB_OK) {
    fprintf(stderr, "%s: %s at %d\n", pattern, what, (int)at);
    check_failures++;
    return false;
  }
  CHECK_INT(LLMB_OK, regex_run_open(&run, regex_state_count(regex)));
  const bool is_match = regex_run_text(&run, regex, text, strlen(text));
  regex_run_close(&run);
  regex_close(regex);
  return is_match;
}

struct example {
  const char *pattern, *yes[4], *no[4];
};

static void check_examples(const struct example *examples, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    for (unsigned k = 0; k < 4 && examples[i].yes[k] != NULL; k++) {
      if (matches(examples[i].pattern, examples[i].yes[k])) continue;
      fprintf(stderr, "%s does not match %s\n", examples[i].pattern, examples[i].yes[k]);
      check_failures++;
    }
    for (unsigned k = 0; k < 4 && examples[i].no[k] != NULL; k++) {
      if (!matches(examples[i].pattern, examples[i].no[k])) continue;
      fprintf(stderr, "%s matches %s\n", examples[i].pattern, examples[i].no[k]);
      check_failures++;
    }
  }
}

static void pattern__matches_anywhere_unless_it_is_anchored(void) {
  static const struct example examples[] = {
      {"b+", {"abbc", "b"}, {"", "ac"}}, {"^a|b$", {"ab", "xb", "ax"}, {"xa", "bx"}},
      {"^$", {""}, {"a", "\n"}},         {"^a*?$", {"", "aaa"}, {"ab"}},
      {"", {"", "x"}, {NULL}},           {"^(ab){2,3}$", {"abab", "ababab"}, {"ab", "abababab", "aba"}},
      {"^a{2}$", {"aa"}, {"a", "aaa"}},  {"^a{2,}$", {"aa", "aaaaa"}, {"a"}},
      {"^a{0}b$", {"b"}, {"ab"}},        {"^(?:a|)(?<name>b|c)+$", {"ab", "cbc"}, {"a", "aab"}},
      {"a{x", {"a{x"}, {"ax"}},          {"^(a*)*$", {"", "aaa"}, {"b"}},
      {"^(|a)+$", {"", "aa"}, {"b"}},    {"\\bcat\\b", {"cat", "a cat."}, {"cats", "concat"}},
      {"a\\Bb", {"ab"}, {"a b"}},        {"^.$", {"a", "\xc3\xa4", "\xf0\x9f\x98\x80"}, {"", "\n", "\r", "ab"}},
      {"x$y|z", {"z"}, {"xy", "x"}},
  };
  check_examples(examples, sizeof examples / sizeof examples[0]);
}

static void classes__hold_ranges_escapes_and_properties(void) {
  static const struct example examples[] = {
      {"^[a-c_]+$", {"abc_"}, {"d", ""}},
      {"^[^a-c]$", {"d", "\xc3\xa4"}, {"a", "b"}},
      {"^[]$", {NULL}, {"", "a"}},
      {"^[^]$", {"a", "\n"}, {""}},
      {"^[\\d-]+$", {"1-2"}, {"a"}},
      {"^[+-\\d]$", {"+", "-", "7"}, {","}},
      {"^[\\w.-]+$", {"a.b-c_1"}, {"a b"}},
      {"^\\D\\S\\W$", {"ab-"}, {"1b-", "a -", "abc"}},
      {"^\\s+$", {" \t\n\xc2\xa0\xe2\x80\xa8\xef\xbb\xbf"}, {"a"}},
      {"^[\\b]$", {"\b"}, {"b"}},
      {"^\\x41\\u0042\\u{43}\\cJ\\0?$", {"ABC\n"}, {"abc\n"}},
      {"^\\ud83d\\ude00$", {"\xf0\x9f\x98\x80"}, {"x"}},
      {"^[\\u{1F600}-\\u{1F602}]$", {"\xf0\x9f\x98\x81"}, {"\xf0\x9f\x98\x84"}},
      {"^\\p{L}+$", {"a\xc3\xa4\xce\xb1"}, {"1", "a1"}},
      {"^\\p{Lu}\\p{Lowercase_Letter}$", {"Aa", "\xc3\x84\xc3\xa4"}, {"aA", "aa"}},
      {"^\\P{L}$", {"1", " "}, {"a"}},
      {"^[\\p{Nd}\\p{gc=Sc}]+$", {"1$\xe2\x82\xac\xd9\xa3"}, {"a"}},
      {"^\\p{Any}\\p{ASCII}$", {"\xc3\xa4z"}, {"z\xc3\xa4"}},
      {"^\\p{Cn}$", {"\xcd\xb8"}, {"a"}},
      {"^\\/\\.\\-\\@$", {"/.-@"}, {"/a-@"}},
      {"^\\$\\^\\(\\)\\[\\]\\{\\}\\|\\*\\+\\?\\\\$", {"$^()[]{}|*+?\\"}, {""}},
  };
  check_examples(examples, sizeof examples / sizeof examples[0]);
}

static void what_is_not_regular__is_unsupported_by_name(void) {
  static const char *const looks[] = {"(?=a)", "(?!a)", "(?<=a)", "(?<!a)b"}, *const backs[] = {"(a)\\1", "\\k<a>"};
  for (unsigned i = 0; i < 4; i++) {
    CHECK_INT(LLMB_E_UNSUPPORTED, compiles(looks[i]));
    CHECK_CONTAINS("look-arounds", what);
  }
  for (unsigned i = 0; i < 2; i++) {
    CHECK_INT(LLMB_E_UNSUPPORTED, compiles(backs[i]));
    CHECK_CONTAINS("back-references", what);
  }
  CHECK_INT(LLMB_E_UNSUPPORTED, compiles("\\p{Script=Greek}"));
  CHECK_CONTAINS("general categories", what);
}

static void what_is_no_pattern__is_refused(void) {
  static const char *const wrong[] = {"(",    ")",     "a)",    "[",      "[a",   "*",    "a**",   "+a",
                                      "(?x)", "(?<a",  "[b-a]", "a{2,1}", "\\",   "\\x1", "\\u12", "\\u{110000}",
                                      "\\p",  "\\p{L", "\\q",   "^*",     "\\c1", "\\01", "[\\q]"};
  for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    if (compiles(wrong[i]) == LLMB_E_INVALID_ARGUMENT && what != NULL && what[0] != 0) continue;
    fprintf(stderr, "%s is not refused\n", wrong[i]);
    check_failures++;
  }
}

static void size__is_limited(void) {
  char nested[200] = "";
  for (int i = 0; i < 40; i++) strcat(nested, "(");
  CHECK_INT(LLMB_E_UNSUPPORTED, compiles(nested));
  CHECK_INT(LLMB_E_UNSUPPORTED, compiles("((((a{100}){100}){100}){100}){100}"));
  CHECK_CONTAINS("states", what);
  CHECK_INT(LLMB_E_UNSUPPORTED, compiles("a{5001}"));
  CHECK_INT(LLMB_OK, compiles("a{5000}"));
  char *large = malloc(20001);
  memset(large, 'a', 20000);
  large[20000] = 0;
  CHECK_INT(LLMB_E_UNSUPPORTED, compiles(large));
  free(large);
}

/* The classic of those that backtrack: twice the text must not be more than about twice the steps. */
static void time__is_linear_in_the_text(void) {
  static const char *const patterns[] = {"^(a+)+$", "^(a|a)*$", "^(a*)*b$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"};
  for (unsigned i = 0; i < 5; i++) {
    uint64_t steps[2], at = 0;
    for (unsigned k = 0; k < 2; k++) {
      struct regex *regex = NULL;
      struct regex_run run;
      char text[4001];
      const size_t size = k == 0 ? 2000 : 4000;
      memset(text, i == 3 ? 'x' : 'a', size);
      text[size - 1] = '!';
      CHECK_INT(LLMB_OK, regex_compile(patterns[i], strlen(patterns[i]), &regex, &what, &at));
      CHECK_INT(LLMB_OK, regex_run_open(&run, regex_state_count(regex)));
      CHECK(!regex_run_text(&run, regex, text, size));
      steps[k] = run.steps;
      regex_run_close(&run);
      regex_close(regex);
    }
    CHECK(steps[1] < steps[0] * 21 / 10 && steps[1] < 4000 * 40);
  }
}

/* All ways lead to one state, and it is looked at but once. */
static void state__is_looked_at_once_for_a_character(void) {
  static const char pattern[] = "^(?:||||||||)b";
  struct regex *regex = NULL;
  struct regex_run run;
  uint64_t at = 0;
  CHECK_INT(LLMB_OK, regex_compile(pattern, strlen(pattern), &regex, &what, &at));
  CHECK_INT(LLMB_OK, regex_run_open(&run, regex_state_count(regex)));
  regex_run_begin(&run, regex);
  (void)regex_run_take(&run, 'x');
  CHECK(run.steps > 0 && run.steps <= regex_state_count(regex));
  regex_run_close(&run);
  regex_close(regex);
}

static void run__says_when_no_text_that_goes_on_can_match(void) {
  static const struct {
    const char *pattern, *text;
    int dead_after; /* characters; -1 for never */
  } cases[] = {{"^abc", "abx", 2},        {"^abc", "abcx", -1}, {"abc", "xyz", -1},
               {"^[0-9]{3}$", "1234", 3}, {"^a|b", "xx", -1},   {"^(ab)*$", "abb", 2}};
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct regex *regex = NULL;
    struct regex_run run;
    uint64_t at = 0;
    int dead = -1;
    CHECK_INT(LLMB_OK, regex_compile(cases[i].pattern, strlen(cases[i].pattern), &regex, &what, &at));
    CHECK_INT(LLMB_OK, regex_run_open(&run, regex_state_count(regex)));
    regex_run_begin(&run, regex);
    for (int k = 0; cases[i].text[k] != 0 && dead < 0; k++) {
      if (!regex_run_take(&run, (uint8_t)cases[i].text[k])) dead = k;
    }
    CHECK_INT(cases[i].dead_after, dead);
    regex_run_close(&run);
    regex_close(regex);
  }
}

CHECK_MAIN(TEST(pattern__matches_anywhere_unless_it_is_anchored), TEST(classes__hold_ranges_escapes_and_properties),
           TEST(what_is_not_regular__is_unsupported_by_name), TEST(what_is_no_pattern__is_refused),
           TEST(size__is_limited), TEST(time__is_linear_in_the_text), TEST(state__is_looked_at_once_for_a_character),
           TEST(run__says_when_no_text_that_goes_on_can_match))
