#include "schema/exact_number.h"

#include "tests/check.h"

static struct exact_number number(const char *text) {
  return exact_number_read(text, strlen(text));
}

static int compare(const char *a, const char *b) {
  const struct exact_number one = number(a), other = number(b);
  const int order = exact_number_compare(&one, &other), reverse = exact_number_compare(&other, &one);
  CHECK_INT(-order, reverse);
  return order;
}

static bool is_multiple(const char *a, const char *b) {
  const struct exact_number one = number(a), other = number(b);
  return exact_number_is_multiple(&one, &other);
}

static bool is_integer(const char *text) {
  const struct exact_number one = number(text);
  return exact_number_is_integer(&one);
}

static void numbers__are_equal_however_they_are_written(void) {
  static const char *const hundreds[] = {"100", "100.0", "1e2", "1E+2", "0.01e4", "1000e-1", "100.000e0"};
  static const char *const zeros[] = {"0", "-0", "0.0", "0e9", "-0.000e-7"};
  for (unsigned i = 0; i < 7; i++) CHECK_INT(0, compare("100", hundreds[i]));
  for (unsigned i = 0; i < 5; i++) CHECK_INT(0, compare("0", zeros[i]));
}

static void numbers__are_ordered_beyond_what_a_double_tells_apart(void) {
  static const char *const rising[] = {"-1e400",
                                       "-9007199254740993",
                                       "-9007199254740992",
                                       "-1.5",
                                       "-0.1",
                                       "0",
                                       "1e-400",
                                       "0.1",
                                       "0.10000000000000000001",
                                       "1",
                                       "9007199254740992",
                                       "9007199254740992.5",
                                       "9007199254740993",
                                       "1e400",
                                       "1.1e400"};
  for (unsigned i = 0; i < 15; i++) {
    for (unsigned k = 0; k < 15; k++)
      CHECK_INT(i < k ? -1 : i > k, compare(rising[i], rising[k]) > 0 ? 1 : compare(rising[i], rising[k]) < 0 ? -1 : 0);
  }
}

static void a_multiple__is_found_exactly(void) {
  static const char *const pairs[][2] = {
      {"4.02", "0.01"},        {"19.99", "0.01"}, {"0.0075", "0.0001"}, {"1e308", "0.5"},
      {"12391239123", "1e-8"}, {"0", "3"},        {"-9", "3"},          {"9007199254740993", "3"},
      {"1e1000", "7e999"},     {"1.1", "1.1"},    {"700e-2", "7"}};
  static const char *const others[][2] = {
      {"4.021", "0.01"}, {"0.00751", "0.0001"}, {"1e308", "3"}, {"9007199254740994", "3"},
      {"0.5", "1"},      {"1e-400", "1"},       {"35", "10"}};
  for (unsigned i = 0; i < 8; i++) CHECK(is_multiple(pairs[i][0], pairs[i][1]));
  CHECK(!is_multiple(pairs[8][0], pairs[8][1]));
  CHECK(is_multiple(pairs[9][0], pairs[9][1]) && is_multiple(pairs[10][0], pairs[10][1]));
  for (unsigned i = 0; i < 7; i++) CHECK(!is_multiple(others[i][0], others[i][1]));
}

static void an_integer__may_be_written_as_a_fraction(void) {
  static const char *const integers[] = {"0", "-0.0", "1", "1.0", "1e2", "1.5e1", "12000e-3", "1e400"};
  static const char *const others[] = {"0.1", "1.5", "15e-1", "1e-400", "9007199254740993.5"};
  for (unsigned i = 0; i < 8; i++) CHECK(is_integer(integers[i]));
  for (unsigned i = 0; i < 5; i++) CHECK(!is_integer(others[i]));
}

static void a_count__is_whole_and_not_negative(void) {
  static const struct {
    const char *text;
    int64_t count; /* -1: it is none */
  } cases[] = {{"0", 0},
               {"-0", 0},
               {"2.0", 2},
               {"1.2e1", 12},
               {"4294967295", UINT32_MAX},
               {"4294967296", UINT32_MAX},
               {"1e400", UINT32_MAX},
               {"123456789012345678901234567890", UINT32_MAX},
               {"-1", -1},
               {"0.5", -1}};
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct exact_number one = number(cases[i].text);
    uint32_t count = 7;
    CHECK_INT(cases[i].count >= 0, exact_number_count(&one, &count));
    if (cases[i].count >= 0) CHECK_INT(cases[i].count, count);
  }
}

CHECK_MAIN(TEST(numbers__are_equal_however_they_are_written),
           TEST(numbers__are_ordered_beyond_what_a_double_tells_apart), TEST(a_multiple__is_found_exactly),
           TEST(an_integer__may_be_written_as_a_fraction), TEST(a_count__is_whole_and_not_negative))
