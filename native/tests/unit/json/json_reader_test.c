#include "core/json_reader.h"

#include "tests/check.h"

static struct json_value read_text(const char *text) {
  return json_read(text, strlen(text));
}

static void check_value(const char *expected, struct json_value value) {
  char text[128] = "";
  if (value.size < sizeof text && value.text != NULL) memcpy(text, value.text, value.size);
  CHECK_TEXT(expected, text);
}

static void check_copy(const char *json, const char *expected, uint64_t expected_size) {
  char copy[128];
  const struct json_value value = read_text(json);
  CHECK_INT(JSON_STRING, value.kind);
  CHECK_INT(expected_size, json_string_copy(value, copy));
  CHECK_INT(0, memcmp(expected, copy, expected_size + 1));
}

static void value__has_its_kind_and_its_own_text(void) {
  static const struct {
    const char *json, *text;
    enum json_kind kind;
  } cases[] = {
      {" null ", "null", JSON_NULL},
      {"true", "true", JSON_TRUE},
      {"\tfalse\r\n", "false", JSON_FALSE},
      {" -1.5e+3\n", "-1.5e+3", JSON_NUMBER},
      {"\"a\"", "\"a\"", JSON_STRING},
      {"[1,[2]] ", "[1,[2]]", JSON_ARRAY},
      {" {\"a\":{}}", "{\"a\":{}}", JSON_OBJECT},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const struct json_value value = read_text(cases[i].json);
    CHECK_INT(cases[i].kind, value.kind);
    check_value(cases[i].text, value);
  }
  CHECK_INT(JSON_ABSENT, read_text("").kind);
  CHECK_INT(JSON_ABSENT, read_text("  ").kind);
}

static void array__is_walked_element_by_element(void) {
  static const char *const expected[] = {"1", "\"a,]\"", "[ ]", "{\"x\":[2]}", "null"};
  const struct json_value array = read_text("[ 1 , \"a,]\",[ ] ,{\"x\":[2]}, null ]");
  struct json_value element;
  unsigned count = 0;
  for (uint64_t at = 0; json_next(array, &at, NULL, &element); count++) {
    if (count < 5) check_value(expected[count], element);
  }
  CHECK_INT(5, count);
}

static void nothing__is_walked_in_what_is_empty_or_has_no_elements(void) {
  static const char *const cases[] = {"[]", "[ ]", "{}", "{ \n}", "7", "\"[1]\"", "null", ""};
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct json_value name, value;
    uint64_t at = 0;
    CHECK(!json_next(read_text(cases[i]), &at, &name, &value));
  }
}

static void object__is_walked_with_its_names(void) {
  const struct json_value object = read_text("{\"a\" : 1 ,\"b:\\\"}\":[{}],\"\":\"\"}");
  struct json_value name, value;
  uint64_t at = 0;
  CHECK(json_next(object, &at, &name, &value));
  check_value("\"a\"", name);
  check_value("1", value);
  CHECK(json_next(object, &at, &name, &value));
  check_value("\"b:\\\"}\"", name);
  check_value("[{}]", value);
  CHECK(json_next(object, &at, &name, &value));
  check_value("\"\"", name);
  check_value("\"\"", value);
  CHECK(!json_next(object, &at, &name, &value));
}

static void member__is_found_by_its_name_and_the_last_one_counts(void) {
  const struct json_value object = read_text("{\"a\":1,\"\\u0062\":2,\"a\":[3]}");
  check_value("[3]", json_member(object, "a"));
  check_value("2", json_member(object, "b"));
  CHECK_INT(JSON_ABSENT, json_member(object, "c").kind);
  CHECK_INT(JSON_ABSENT, json_member(read_text("[\"a\",1]"), "a").kind);
  CHECK_INT(JSON_ABSENT, json_member(json_member(object, "c"), "a").kind);
}

static void string__is_compared_by_what_it_means(void) {
  CHECK(json_string_is(read_text("\"ab\""), "ab"));
  CHECK(json_string_is(read_text("\"\\u0061b\""), "ab"));
  CHECK(!json_string_is(read_text("\"abc\""), "ab"));
  CHECK(!json_string_is(read_text("\"a\\u0000\""), "a"));
  CHECK(!json_string_is(read_text("7"), "7"));
}

static void string__is_copied_without_its_escapes(void) {
  check_copy("\"\"", "", 0);
  check_copy("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8);
  check_copy("\"\\u00e9\\u20AC\"", "é€", 5);
  check_copy("\"\\ud83d\\ude00!\"", "😀!", 5);
  check_copy("\"a\\u0000b\"", "a\0b", 3);
}

static void surrogate__that_is_alone_becomes_a_replacement(void) {
  check_copy("\"\\ud83d\"", "\uFFFD", 3);
  check_copy("\"\\ude00x\"", "\uFFFDx", 4);
  check_copy("\"\\ud83d\\u0041\"", "\uFFFDA", 4);
  check_copy("\"\\ud83d\\ud83d\\ude00\"", "\uFFFD😀", 7);
}

CHECK_MAIN(TEST(value__has_its_kind_and_its_own_text), TEST(array__is_walked_element_by_element),
           TEST(nothing__is_walked_in_what_is_empty_or_has_no_elements), TEST(object__is_walked_with_its_names),
           TEST(member__is_found_by_its_name_and_the_last_one_counts), TEST(string__is_compared_by_what_it_means),
           TEST(string__is_copied_without_its_escapes), TEST(surrogate__that_is_alone_becomes_a_replacement))
