/* How early a text is refused that cannot become valid any more, and that none is refused that can. */
#include "core/memory_faults.h"
#include "tests/unit/schema/schema_harness.h"

/* `text` is refused with its last byte, and not before. */
static void violations__are_found_with_the_byte_that_makes_them_definite(void) {
  static const struct {
    const char *schema, *text;
  } cases[] = {
      {"true", "S"},
      {"true", "{\"a\":1,]"},
      {"true", "{\"a\":1,\"a\""},
      {"{\"type\":\"object\"}", "["},
      {"{\"type\":\"string\"}", " n"},
      {"{\"const\":true}", "f"},
      {"{\"enum\":[\"red\",\"green\",1]}", "\"rex"},
      {"{\"enum\":[\"red\"]}", "\"red\\u0020"},
      {"{\"const\":\"ab\"}", "\"b"},
      {"{\"pattern\":\"^[0-9]+-\"}", "\"12x"},
      {"{\"maxLength\":2}", "\"abc"},
      {"{\"minimum\":0}", "-0.01"},
      {"{\"exclusiveMaximum\":0}", "1"},
      {"{\"maximum\":10}", "12,"},
      {"{\"items\":{\"multipleOf\":2}}", "[2,3,"},
      {"{\"items\":{\"maximum\":10}}", "[1,12,"},
      {"{\"additionalProperties\":false,\"properties\":{\"abc\":true,\"abd\":true}}", "{\"abx"},
      {"{\"additionalProperties\":false,\"patternProperties\":{\"^x\":true}}", "{\"y\""},
      {"{\"properties\":{\"a\":{\"type\":\"array\"}}}", "{\"a\":{"},
      {"{\"properties\":{\"a\":false}}", "{\"a\""},
      {"{\"propertyNames\":{\"pattern\":\"^x\"}}", "{\"y"},
      {"{\"maxItems\":1}", "[1,2"},
      {"{\"prefixItems\":[true],\"items\":false}", "[1,2"},
      {"{\"maxProperties\":1}", "{\"a\":1,\""},
      {"{\"uniqueItems\":true}", "[{\"a\":1},{\"a\":1.0}"},
      {"{\"items\":{\"required\":[\"a\"]}}", "[{}"},
      {"{\"items\":{\"minItems\":1}}", "[[]"},
      {"{\"items\":{\"oneOf\":[{\"type\":\"null\"},{\"const\":1}]}}", "[null,2,"},
      {"{\"items\":{\"not\":{\"type\":\"array\"}}}", "[[1]"},
      {"{\"properties\":{\"a\":{\"contains\":{\"type\":\"null\"}}}}", "{\"a\":[1,2]"},
      {"{\"properties\":{\"a\":{\"properties\":{\"b\":true},\"unevaluatedProperties\":false}}}", "{\"a\":{\"c\":1}"},
      {"{\"allOf\":[{\"$ref\":\"#/$defs/n\"}],\"$defs\":{\"n\":{\"properties\":{\"a\":{\"type\":\"number\"}}}}}",
       "{\"a\":\""},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const int refused = refused_after(cases[i].schema, cases[i].text);
    if (refused == (int)strlen(cases[i].text) - 1) continue;
    fprintf(stderr, "%s: %s is refused after %d\n", cases[i].schema, cases[i].text, refused);
    check_failures++;
  }
}

static void text__that_can_yet_become_valid_is_not_refused(void) {
  static const struct {
    const char *schema, *text;
  } cases[] = {
      {"{\"maximum\":10}", "123456"},    /* e-9 may follow */
      {"{\"type\":\"integer\"}", "1.5"}, /* e1 may follow */
      {"{\"minimum\":0}", "-0.000"},
      {"{\"pattern\":\"a$\"}", "\"bbb"},
      {"{\"enum\":[\"red\",\"reed\"]}", "\"re"},
      {"{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"object\"}]}", "[1,2"},
      {"{\"required\":[\"a\"]}", "{\"b\":1,"},
      {"{\"maxLength\":1}", "\"\\ud83d\\ude00"},
      {"{\"const\":\"\\ud83d\\ude00\"}", "\"\\ud83d\\ude"},
      {"{\"not\":{\"const\":\"a\"}}", "\"a"},
      {"{\"if\":{\"type\":\"string\"},\"then\":false}", "\"x"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (refused_after(cases[i].schema, cases[i].text) < 0) continue;
    fprintf(stderr, "%s: %s: %s\n", cases[i].schema, cases[i].text, schema_message());
    check_failures++;
  }
}

static void stream__is_open_until_its_value_has_ended(void) {
  struct schema_set set;
  struct schema_stream *stream = NULL;
  CHECK_INT(LLMB_OK, compile(&set, "{\"type\":\"object\"}"));
  CHECK_INT(LLMB_OK, schema_stream_open(&set, &stream));
  CHECK_INT(LLMB_OK, schema_stream_take(stream, "{\"a\":", 5, false, &schema_error));
  CHECK(schema_stream_is_open(stream));
  CHECK_INT(LLMB_OK, schema_stream_take(stream, "1} ", 3, false, &schema_error));
  CHECK(!schema_stream_is_open(stream));
  CHECK_INT(LLMB_OK, schema_stream_take(stream, "", 0, true, &schema_error));
  schema_stream_close(stream);
  schema_set_close(&set);
}

static void steps__that_were_spent_before_count(void) {
  struct schema_set set;
  struct schema_stream *stream = NULL;
  CHECK_INT(LLMB_OK, compile(&set, "{\"items\":{\"type\":\"integer\"}}"));
  CHECK_INT(LLMB_OK, schema_stream_open(&set, &stream));
  CHECK_INT(LLMB_OK, schema_stream_take(stream, "[1,2]", 5, true, &schema_error));
  CHECK(schema_stream_spent(stream) > 0);
  schema_stream_close(stream);
  CHECK_INT(LLMB_OK, schema_stream_open(&set, &stream));
  schema_stream_spend(stream, SCHEMA_STEPS_MAX);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, schema_stream_take(stream, "[1,2]", 5, true, &schema_error));
  CHECK_CONTAINS("steps", schema_message());
  schema_stream_close(stream);
  schema_set_close(&set);
}

static void refusal__is_repeated_whatever_follows(void) {
  struct schema_set set;
  struct schema_stream *stream = NULL;
  CHECK_INT(LLMB_OK, compile(&set, "{\"type\":\"object\"}"));
  CHECK_INT(LLMB_OK, schema_stream_open(&set, &stream));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, schema_stream_take(stream, "[", 1, false, &schema_error));
  llmb_error_init(&schema_error);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, schema_stream_take(stream, "{}", 2, true, &schema_error));
  CHECK_CONTAINS("type", schema_message());
  schema_stream_close(stream);
  schema_set_close(&set);
}

static void white_space__between_tokens_is_bounded(void) {
  char *fits = repeated("[", " ", SCHEMA_BLANKS_MAX, "1]"), *more = repeated("[", "\n", SCHEMA_BLANKS_MAX + 1, "1]");
  CHECK_INT(-1, refused_after("true", fits));
  CHECK_INT(SCHEMA_BLANKS_MAX + 1, refused_after("true", more));
  CHECK_CONTAINS("no more white space", schema_message());
  free(fits);
  free(more);
}

static void stream__survives_every_failing_allocation(void) {
  static const char schema[] = "{\"items\":{\"enum\":[\"abc\"],\"pattern\":\"^a\"},\"uniqueItems\":false}";
  static const char text[] = "[\"abc\",\"a\\u0062c\",[{\"x\":1}]]";
  struct schema_set set;
  llmb_status status = LLMB_E_OUT_OF_MEMORY;
  CHECK_INT(LLMB_OK, compile(&set, schema));
  memory_fail_after(0, false);
  const int64_t before = memory_blocks_live();
  unsigned nth = 1;
  for (; status == LLMB_E_OUT_OF_MEMORY && nth < 1000; nth++) {
    struct schema_stream *stream = NULL;
    memory_fail_after(nth, false);
    status = schema_stream_open(&set, &stream);
    for (unsigned i = 0; status == LLMB_OK && i < strlen(text); i++) {
      status = schema_stream_take(stream, text + i, 1, false, &schema_error);
    }
    memory_fail_after(0, false);
    schema_stream_close(stream);
    CHECK_INT(before, memory_blocks_live());
  }
  CHECK_INT(LLMB_E_OUTPUT_INVALID, status); /* an array is not in the enumeration */
  CHECK(nth > 8);
  schema_set_close(&set);
}

CHECK_MAIN(TEST(violations__are_found_with_the_byte_that_makes_them_definite),
           TEST(text__that_can_yet_become_valid_is_not_refused), TEST(stream__is_open_until_its_value_has_ended),
           TEST(steps__that_were_spent_before_count), TEST(refusal__is_repeated_whatever_follows),
           TEST(white_space__between_tokens_is_bounded), TEST(stream__survives_every_failing_allocation))
