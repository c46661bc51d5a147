#include "tests/check.h"

#include <math.h>

#include "core/json_writer.h"
#include "core/memory_faults.h"
#include "core/number_text.h"
#include "tests/unit/core/json_expect.h"

#define CHECK_WRITES(expected, ...)                         \
  do {                                                      \
    struct json_writer writer;                              \
    char *text;                                             \
    json_writer_begin(&writer);                             \
    __VA_ARGS__;                                            \
    CHECK_INT(LLMB_OK, json_writer_finish(&writer, &text)); \
    CHECK_TEXT(expected, text);                             \
    llmb_free(text);                                        \
  } while (0)

static void json_writer__puts_commas_where_they_belong(void) {
  CHECK_WRITES("{}", json_object_open(&writer); json_object_close(&writer));
  CHECK_WRITES("[[],{},[1,2],null,true,false]", json_array_open(&writer); json_array_open(&writer);
               json_array_close(&writer); json_object_open(&writer); json_object_close(&writer);
               json_array_open(&writer); json_integer(&writer, 1); json_integer(&writer, 2); json_array_close(&writer);
               json_null(&writer); json_boolean(&writer, true); json_boolean(&writer, false);
               json_array_close(&writer));
  CHECK_WRITES("{\"a\":{\"b\":1,\"c\":[\"x\"]},\"d\":null}", json_object_open(&writer); json_key(&writer, "a");
               json_object_open(&writer); json_key(&writer, "b"); json_integer(&writer, 1); json_key(&writer, "c");
               json_array_open(&writer); json_text(&writer, "x"); json_array_close(&writer); json_object_close(&writer);
               json_key(&writer, "d"); json_text(&writer, NULL); json_object_close(&writer));
}

static void json_text__escapes_what_json_wants_escaped(void) {
  CHECK_WRITES("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"", json_text(&writer, "\"\\/\b\f\n\r\t\x01\x1f\x7f"));
  CHECK_WRITES("\"\xC3\xA4\xF0\x9F\x98\x80\"", json_text(&writer, "\xC3\xA4\xF0\x9F\x98\x80"));
  CHECK_WRITES("\"a\\u0000b\"", json_text_sized(&writer, "a\0b", 3));
  CHECK_WRITES("\"\"", json_text(&writer, ""));
}

static void json_text__replaces_what_is_not_utf8(void) {
  CHECK_WRITES(
      "\"a\xEF\xBF\xBD\xEF\xBF\xBD"
      "b\xC3\xA4\xEF\xBF\xBD\"",
      json_text(&writer,
                "a\xFF\xC3"
                "b\xC3\xA4\xE2"));
}

static void json_text__of_every_byte_is_json(void) {
  char all[256];
  for (int i = 1; i < 256; i++) all[i - 1] = (char)i;
  all[255] = '\0';
  struct json_writer writer;
  char *text;
  json_writer_begin(&writer);
  json_text(&writer, all);
  CHECK_INT(LLMB_OK, json_writer_finish(&writer, &text));
  CHECK(json_is_whole(text));
  llmb_free(text);
}

static void json_integer__writes_the_limits(void) {
  CHECK_WRITES("[0,-1,9223372036854775807,-9223372036854775808]", json_array_open(&writer); json_integer(&writer, 0);
               json_integer(&writer, -1); json_integer(&writer, INT64_MAX); json_integer(&writer, INT64_MIN);
               json_array_close(&writer));
}

static void json_number__is_fixed_point_and_null_for_what_is_no_number(void) {
  CHECK_WRITES("[0.5,1,-0.3,0.0,812.4,null,null,null]", json_array_open(&writer); json_number(&writer, 0.5, 1);
               json_number(&writer, 0.6, 0); json_number(&writer, -0.25, 1); json_number(&writer, -0.01, 1);
               json_number(&writer, 812.4, 1); json_number(&writer, NAN, 1); json_number(&writer, INFINITY, 1);
               json_number(&writer, -INFINITY, 1); json_array_close(&writer));
}

static void json_verbatim__stays_as_it_is_but_on_one_line(void) {
  static const char json[] = "[1,\r\n \"\\n\"]";
  CHECK_WRITES("{\"a\":[1,   \"\\n\"],\"b\":2}", json_object_open(&writer); json_key(&writer, "a");
               json_verbatim(&writer, json, sizeof json - 1); json_key(&writer, "b"); json_integer(&writer, 2);
               json_object_close(&writer));
}

static void json_writer__into_a_buffer_never_leaves_it(void) {
  for (uint64_t capacity = 0; capacity < 16; capacity++) {
    char buffer[16], *text;
    struct json_writer writer;
    memset(buffer, 0x55, sizeof buffer);
    json_writer_begin_in(&writer, buffer, capacity);
    json_array_open(&writer);
    json_text(&writer, "abcd");
    json_array_close(&writer);
    llmb_status status = json_writer_finish(&writer, &text);
    CHECK_INT(capacity >= 9 ? LLMB_OK : LLMB_E_OUT_OF_MEMORY, status);
    CHECK(text == (capacity >= 9 ? buffer : NULL));
    if (text != NULL) CHECK_TEXT("[\"abcd\"]", text);
    for (uint64_t i = capacity; i < sizeof buffer; i++) CHECK_INT(0x55, buffer[i]);
  }
}

static void json_writer__reports_missing_memory_once_at_the_end(void) {
  char long_text[5000];
  memset(long_text, 'x', sizeof long_text);
  long_text[sizeof long_text - 1] = '\0';
  int64_t before = memory_blocks_live();
  uint64_t nth = 1;
  for (bool failed = true; failed; nth++) {
    struct json_writer writer;
    char *text = long_text;
    memory_fail_after(nth, false);
    json_writer_begin(&writer);
    json_array_open(&writer);
    for (int i = 0; i < 5; i++) json_text(&writer, long_text);
    json_array_close(&writer);
    llmb_status status = json_writer_finish(&writer, &text);
    failed = memory_fault_happened();
    CHECK_INT(failed ? LLMB_E_OUT_OF_MEMORY : LLMB_OK, status);
    CHECK((text == NULL) == failed);
    llmb_free(text);
  }
  CHECK(nth > 3);
  memory_fail_after(0, false);
  CHECK_INT(before, memory_blocks_live());
}

static void number_write__agrees_with_printf(void) {
  const double values[] = {0,
                           0.1,
                           0.125,
                           1,
                           1.5,
                           999.9996,
                           123456.789,
                           4294967295.0,
                           1e15,
                           9007199254740993.0,
                           1e18,
                           9.3e18,
                           1e19,
                           1e22,
                           1.7976931348623157e308,
                           -1e300,
                           -1234.5,
                           2.5e-7,
                           1e-300,
                           5e-324,
                           18446744073709551616.0};
  for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
    for (unsigned decimals = 0; decimals <= 6; decimals += 3) {
      char text[NUMBER_TEXT_CAPACITY], expected[400];
      snprintf(expected, sizeof expected, "%.*f", (int)decimals, values[i]);
      uint32_t size = number_write(text, values[i], decimals);
      CHECK_INT(strlen(text), size);
      /* Halves go up here and to the even digit there. */
      if (values[i] == 0.125 || values[i] == 1.5 || values[i] == -1234.5) continue;
      CHECK_TEXT(expected, text);
    }
  }
}

static void number_write__fits_its_buffer_at_its_longest(void) {
  char text[NUMBER_TEXT_CAPACITY];
  CHECK_INT(1 + 309 + 1 + 9, number_write(text, -1.7976931348623157e308, 99));
}

static void number_write_short__drops_zeros_at_the_end(void) {
  char text[NUMBER_TEXT_CAPACITY];
  number_write_short(text, 0.5, 3);
  CHECK_TEXT("0.5", text);
  number_write_short(text, 100, 3);
  CHECK_TEXT("100", text);
  number_write_short(text, 0.01, 3);
  CHECK_TEXT("0.01", text);
  number_write_short(text, 100, 0);
  CHECK_TEXT("100", text);
}

static void number_parse__reads_what_strtod_reads(void) {
  const char *const texts[] = {"0",
                               "1",
                               "-1",
                               "0.7",
                               "0.95",
                               "1.1",
                               ".5",
                               "5.",
                               "1e3",
                               "1E-3",
                               "1.25e+2",
                               "123456789012345678901234567890",
                               "0.1000000000000000",
                               "1e22",
                               "0.000001",
                               "00012",
                               "4294967295",
                               "1e999",
                               "1e-999",
                               "0e99999999999999"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    double expected = strtod(texts[i], NULL), value = -77;
    CHECK(number_parse(texts[i], &value));
    double difference = value - expected;
    bool is_equal = value == expected || (difference < 0 ? -difference : difference) < 1e-15 * expected;
    if (!is_equal) fprintf(stderr, "  %s gave %g\n", texts[i], value);
    CHECK(is_equal);
  }
}

static void number_parse__refuses_what_is_no_number(void) {
  const char *const texts[] = {"",   "-",    ".",   "-.",  "e5",   "1e",  "1e+", "1,5",      "1.2.3", " 1", "1 ",
                               "+1", "0x10", "nan", "inf", "1e5x", "--1", "1-",  "\xD9\xA1", "1e--5", "1f"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    double value = -77;
    if (number_parse(texts[i], &value)) fprintf(stderr, "  took %s\n", texts[i]);
    CHECK(!number_parse(texts[i], &value));
    CHECK(value == -77);
  }
}

static void integer_parse__reads_whole_numbers_and_saturates(void) {
  const struct {
    const char *text;
    int64_t value;
  } cases[] = {{"0", 0},
               {"-0", 0},
               {"007", 7},
               {"-12", -12},
               {"9223372036854775807", INT64_MAX},
               {"9223372036854775808", INT64_MAX},
               {"99999999999999999999999990", INT64_MAX},
               {"-9223372036854775808", INT64_MIN},
               {"-99999999999999999999999999", INT64_MIN}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t value = -77;
    CHECK(integer_parse(cases[i].text, &value));
    CHECK_INT(cases[i].value, value);
  }
  const char *const wrong[] = {"", "-", "+1", "1.0", "1e3", " 1", "1 ", "0x1", "1_000", "one"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    int64_t value;
    CHECK(!integer_parse(wrong[i], &value));
  }
}

CHECK_MAIN(TEST(json_writer__puts_commas_where_they_belong), TEST(json_text__escapes_what_json_wants_escaped),
           TEST(json_text__replaces_what_is_not_utf8), TEST(json_text__of_every_byte_is_json),
           TEST(json_integer__writes_the_limits), TEST(json_number__is_fixed_point_and_null_for_what_is_no_number),
           TEST(json_verbatim__stays_as_it_is_but_on_one_line), TEST(json_writer__into_a_buffer_never_leaves_it),
           TEST(json_writer__reports_missing_memory_once_at_the_end), TEST(number_write__agrees_with_printf),
           TEST(number_write__fits_its_buffer_at_its_longest), TEST(number_write_short__drops_zeros_at_the_end),
           TEST(number_parse__reads_what_strtod_reads), TEST(number_parse__refuses_what_is_no_number),
           TEST(integer_parse__reads_whole_numbers_and_saturates))
