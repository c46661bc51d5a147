#include "tests/unit/json/json_texts.h"

static void json_check__accepts_any_value_at_the_top(void) {
  const struct text texts[] = {T("0"),   T("\"\""), T("true"),  T("false"),           T("null"),
                               T("{}"),  T("[]"),   T("\"a\""), T(" \t\r\n1\n\r\t "), T("\n{\n}\n"),
                               T("[ ]"), T("{ }")};
  CHECK_ACCEPTED(texts);
}

static void json_check__accepts_numbers_of_the_grammar(void) {
  const struct text texts[] = {T("-0"),
                               T("-1"),
                               T("10"),
                               T("1234567890"),
                               T("0.0"),
                               T("-0.5"),
                               T("1.25e10"),
                               T("1E5"),
                               T("1e+5"),
                               T("1e-5"),
                               T("0e0"),
                               T("0E+00"),
                               T("1e00"),
                               T("1e999999"),
                               T("-1e-999"),
                               T("1.000"),
                               T("123e1"),
                               T("0.1e-1"),
                               T("[1,2.5]"),
                               T("[-0e-0 ]"),
                               T("1.0E+2"),
                               T("20"),
                               T("9007199254740993"),
                               T("123456789012345678901234567890123456789012345678901234567890")};
  CHECK_ACCEPTED(texts);
}

static void json_check__refuses_other_numbers(void) {
  const struct refusal refusals[] = {
      R("-", 1, "digit"),         R("+1", 0, "value"),          R(".5", 0, "value"),      R("1.", 2, "digit"),
      R("1.e1", 2, "digit"),      R("1e", 2, "digit"),          R("1e+", 3, "digit"),     R("1E-", 3, "digit"),
      R("01", 1, "nothing"),      R("-01", 2, "nothing"),       R("00", 1, "nothing"),    R("1.2.3", 3, "nothing"),
      R("0x10", 1, "nothing"),    R("1e1.5", 3, "nothing"),     R("--1", 1, "digit"),     R("-a", 1, "digit"),
      R("1_000", 1, "nothing"),   R("1,000", 1, "nothing"),     R("NaN", 0, "value"),     R("Infinity", 0, "value"),
      R("-Infinity", 1, "digit"), R("-.5", 1, "digit"),         R("1e5e5", 3, "nothing"), R("[1 2]", 3, "',' or ']'"),
      R("[01]", 2, "',' or ']'"), R("[-]", 2, "digit"),         R("[1.]", 3, "digit"),    R("[1e]", 3, "digit"),
      R("1 2", 2, "nothing"),     R("\xEF\xBC\x91", 0, "value") /* a digit one of another script */};
  CHECK_REFUSED(refusals);
}

static void json_check__accepts_texts_and_their_escapes(void) {
  const struct text texts[] = {T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
                               T("\"\\u0000\""),
                               T("\"\\uFFFF\\uabcd\\uABCD\\u0123\""),
                               T("\"\\uD834\\uDD1E\""),
                               T("\"\\uD800\""), /* alone, yet in the grammar */
                               T("\"\\uDC00\\uD800\""),
                               T("\"\x7F\""),
                               T("\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""),
                               T("\"\xE2\x80\xA8\xE2\x80\xA9\""), /* line separators need no escape */
                               T("\"\xEF\xBB\xBF\""),
                               T("\"/\""),
                               T("\"'\""),
                               T("\"\\\\u12\""),
                               T("\"\\u005C\\u0022\""),
                               T("\"{}[]:,\""),
                               T("\"\xF4\x8F\xBF\xBF\xEF\xBF\xBF\"")};
  CHECK_ACCEPTED(texts);
}

static void json_check__refuses_broken_texts(void) {
  const struct refusal refusals[] = {
      R("\"", 1, "closing quote"),        R("\"abc", 4, "closing quote"),     R("\"abc\\\"", 6, "closing quote"),
      R("\"\\", 2, "backslash"),          R("\"\\x41\"", 2, "backslash"),     R("\"\\a\"", 2, "backslash"),
      R("\"\\'\"", 2, "backslash"),       R("\"\\0\"", 2, "backslash"),       R("\"\\\0\"", 2, "backslash"),
      R("\"\\N\"", 2, "backslash"),       R("\"\\U0041\"", 2, "backslash"),   R("\"\\u\"", 3, "hexadecimal"),
      R("\"\\u123\"", 6, "hexadecimal"),  R("\"\\u12G4\"", 5, "hexadecimal"), R("\"\\u12", 5, "hexadecimal"),
      R("\"\\u-123\"", 3, "hexadecimal"), R("\"\\u 123\"", 3, "hexadecimal"), R("'a'", 0, "value"),
      R("\"a\"\"b\"", 3, "nothing"),      R("\"a\" \"b\"", 4, "nothing"),     R("abc", 0, "value"),
      R("\\u0022a\"", 0, "value")};
  CHECK_REFUSED(refusals);
}

static void json_check__refuses_every_control_character_in_texts(void) {
  for (int byte = 0; byte < 0x20; byte++) {
    char text[] = {'"', 'a', (char)byte, 'b', '"'};
    uint64_t offset = 0;
    const char *what = NULL;
    CHECK_INT(LLMB_E_OUTPUT_INVALID, check_copy(text, sizeof text, &offset, &what));
    CHECK_INT(2, offset);
    CHECK_CONTAINS("control character", what);
  }
}

static void json_check__accepts_no_blanks_but_the_four(void) {
  const struct refusal refusals[] = {R("\v1", 0, "value"),
                                     R("\f1", 0, "value"),
                                     R("1\0", 1, "nothing"),
                                     R("\0", 0, "value"),
                                     R("[\xC2\xA0]", 1, "value"),
                                     R("\xE2\x80\x83"
                                       "1",
                                       0, "value"),
                                     R("1\xE2\x80\xA8", 1, "nothing"),
                                     R("[1,\b2]", 3, "value"),
                                     R("[\0]", 1, "value"),
                                     R("{\0}", 1, "name"),
                                     R("\x1F{}", 0, "value")};
  CHECK_REFUSED(refusals);
}

static void json_check__refuses_words_that_are_none(void) {
  const struct refusal refusals[] = {
      R("", 0, "value"),           R(" \n", 2, "value"),       R("t", 1, "true"),        R("tru", 3, "true"),
      R("True", 0, "value"),       R("TRUE", 0, "value"),      R("truth", 3, "true"),    R("truer", 4, "nothing"),
      R("fals", 4, "false"),       R("nul", 3, "null"),        R("nil", 1, "null"),      R("None", 0, "value"),
      R("nullnull", 4, "nothing"), R("undefined", 0, "value"), R("true,", 4, "nothing"), R("[fasle]", 3, "false")};
  CHECK_REFUSED(refusals);
}

static void json_check__refuses_comments_marks_and_fences(void) {
  const struct refusal refusals[] = {
      R("/* a */ 1", 0, "value"),        R("1 // a", 2, "nothing"),       R("[1 /* a */]", 3, "',' or ']'"),
      R("# a\n1", 0, "value"),           R("\xEF\xBB\xBF{}", 0, "value"), /* a byte order mark */
      R("```json\n{}\n```", 0, "value"), R("{}\n```", 3, "nothing"),      R("Here is the JSON: {}", 0, "value"),
      R("\x1E{}", 0, "value"),           R("{}\n{}", 3, "nothing")};
  CHECK_REFUSED(refusals);
}

static void json_check__refuses_what_is_not_utf8(void) {
  const struct refusal refusals[] = {R("\"\xFF\"", 1, "UTF-8"),       R("\"\xC3\"", 1, "UTF-8"),
                                     R("\"a\xE2\x82\"", 2, "UTF-8"),  R("\"\xED\xA0\x80\"", 1, "UTF-8"),
                                     R("\"\xC0\x80\"", 1, "UTF-8"),   R("\"\xF4\x90\x80\x80\"", 1, "UTF-8"),
                                     R("\"\x80\"", 1, "UTF-8"),       R("{\"a\xFE\":1}", 3, "UTF-8"),
                                     R("[1]\xFF", 3, "UTF-8"),        R("\xFF", 0, "UTF-8"),
                                     R("\xFE\xFF\0[\0]", 0, "UTF-8"), /* UTF-16 */
                                     R("[\0]\0", 1, "value"),         R("\"\xC3", 1, "UTF-8"),
                                     R("[1,]\xFF", 3, "value"), /* the first fault counts */
                                     R("tr\xFF", 2, "UTF-8")};
  CHECK_REFUSED(refusals);
}

static void json_check__takes_no_bytes_at_all(void) {
  uint64_t offset = 1;
  const char *what = NULL;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, json_check(NULL, 0, &offset, &what));
  CHECK_INT(0, offset);
  CHECK_TEXT("a value", what);
}

CHECK_MAIN(TEST(json_check__accepts_any_value_at_the_top), TEST(json_check__accepts_numbers_of_the_grammar),
           TEST(json_check__refuses_other_numbers), TEST(json_check__accepts_texts_and_their_escapes),
           TEST(json_check__refuses_broken_texts), TEST(json_check__refuses_every_control_character_in_texts),
           TEST(json_check__accepts_no_blanks_but_the_four), TEST(json_check__refuses_words_that_are_none),
           TEST(json_check__refuses_comments_marks_and_fences), TEST(json_check__refuses_what_is_not_utf8),
           TEST(json_check__takes_no_bytes_at_all))
