/* Each rule on instances that keep it and that do not, apart from the public suite; and what is said of them. */
#include <llmbridge/schema.h>

#include "tests/unit/schema/schema_harness.h"

struct example {
  const char *schema, *yes[4], *no[4];
};

static void check_examples(const struct example *examples, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    for (unsigned k = 0; k < 8; k++) {
      const char *instance = k < 4 ? examples[i].yes[k] : examples[i].no[k - 4];
      const llmb_status expected = k < 4 ? LLMB_OK : LLMB_E_OUTPUT_INVALID;
      if (instance == NULL || check_whole(examples[i].schema, instance) == expected) continue;
      fprintf(stderr, "%s: %s is not %s\n", examples[i].schema, instance, k < 4 ? "allowed" : "refused");
      check_failures++;
    }
  }
}

static void assertions__hold_of_single_values(void) {
  static const struct example examples[] = {
      {"true", {"1", "null"}, {NULL}},
      {"false", {NULL}, {"1", "{}"}},
      {"{\"type\":\"integer\"}", {"1", "1.0", "1e3", "-0"}, {"1.5", "\"1\"", "null"}},
      {"{\"type\":[\"null\",\"boolean\"]}", {"null", "true", "false"}, {"0", "[]"}},
      {"{\"enum\":[1,\"a\",[true],{\"x\":null}]}", {"1.0", "\"a\"", "[true]", "{\"x\":null}"}, {"2", "[false]", "{}"}},
      {"{\"const\":9007199254740993}", {"9007199254740993", "9007199254740993.0"}, {"9007199254740992"}},
      {"{\"multipleOf\":0.01}", {"4.02", "0", "\"x\""}, {"4.021"}},
      {"{\"minimum\":0.1,\"exclusiveMaximum\":1e2}", {"0.1", "99.99999999999999999999"}, {"0.09", "100", "100.0"}},
      {"{\"maxLength\":2,\"minLength\":1}", {"\"\\u00e4b\"", "\"\\ud83d\\ude00x\"", "1"}, {"\"\"", "\"abc\""}},
      {"{\"pattern\":\"^a+$\"}", {"\"aa\"", "1"}, {"\"ab\"", "\"\""}},
      {"{\"maxItems\":2,\"minItems\":1,\"uniqueItems\":true}", {"[1]", "[1,2]", "{}"}, {"[]", "[1,2,3]", "[1,1.0]"}},
      {"{\"maxProperties\":1}", {"{}", "{\"a\":1}"}, {"{\"a\":1,\"b\":2}"}},
      {"{\"required\":[\"a\",\"\\u0062\"]}", {"{\"b\":1,\"a\":2}", "[]"}, {"{\"a\":1}", "{}", "{\"b\":1,\"c\":1}"}},
      {"{\"dependentRequired\":{\"a\":[\"b\"]}}", {"{}", "{\"b\":1}", "{\"a\":1,\"b\":1}"}, {"{\"a\":1}"}},
  };
  check_examples(examples, sizeof examples / sizeof examples[0]);
}

static void applicators__join_the_verdicts_of_their_schemas(void) {
  static const struct example examples[] = {
      {"{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", {"1", "2"}, {"0", "3"}},
      {"{\"anyOf\":[{\"type\":\"null\"},{\"minimum\":5}]}", {"null", "5", "\"x\""}, {"4"}},
      {"{\"oneOf\":[{\"multipleOf\":2},{\"multipleOf\":3}]}", {"2", "3"}, {"6", "1"}},
      {"{\"not\":{\"required\":[\"a\"]}}", {"{}", "{\"b\":1}"}, {"{\"a\":1}", "1"}},
      {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},\"else\":{\"minimum\":2}}",
       {"\"ab\"", "2"},
       {"\"a\"", "1"}},
      {"{\"properties\":{\"a\":{\"type\":\"null\"}},\"patternProperties\":{\"^b\":{\"type\":\"number\"}},"
       "\"additionalProperties\":false}",
       {"{}", "{\"a\":null,\"bc\":1}"},
       {"{\"a\":1}", "{\"bc\":null}", "{\"c\":1}"}},
      {"{\"propertyNames\":{\"maxLength\":1}}", {"{\"a\":1}"}, {"{\"ab\":1}"}},
      {"{\"prefixItems\":[{\"type\":\"null\"}],\"items\":{\"type\":\"number\"}}",
       {"[]", "[null,1,2]"},
       {"[1]", "[null,null]"}},
      {"{\"contains\":{\"type\":\"number\"},\"minContains\":2,\"maxContains\":3}",
       {"[1,2]", "[1,null,2,3]"},
       {"[1]", "[1,2,3,4]", "[]"}},
      {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", {"{\"b\":1}", "{\"a\":1,\"b\":1}"}, {"{\"a\":1}"}},
      {"{\"allOf\":[{\"properties\":{\"a\":true}}],\"anyOf\":[{\"properties\":{\"b\":{\"type\":\"null\"}},\"required\":"
       "[\"b\"]},"
       "true],\"unevaluatedProperties\":false}",
       {"{\"a\":1}", "{\"a\":1,\"b\":null}"},
       {"{\"b\":1}", "{\"c\":1}"}},
      {"{\"anyOf\":[{\"properties\":{\"a\":true}},{\"properties\":{\"b\":true}}],\"unevaluatedProperties\":false}",
       {"{\"a\":1,\"b\":2}"},
       {"{\"c\":1}"}},
      {"{\"prefixItems\":[true],\"contains\":{\"type\":\"null\"},\"unevaluatedItems\":{\"type\":\"number\"}}",
       {"[\"x\",null,1]", "[null,2]"},
       {"[null,\"x\"]"}},
      {"{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$anchor\":\"x\",\"items\":{\"$ref\":\"#x\"}}}}",
       {"[[[]]]", "1"},
       {NULL}},
      {"{\"properties\":{\"next\":{\"$ref\":\"#\"},\"n\":{\"type\":\"number\"}},\"required\":[\"n\"]}",
       {"{\"n\":1,\"next\":{\"n\":2}}"},
       {"{\"n\":1,\"next\":{}}"}},
  };
  check_examples(examples, sizeof examples / sizeof examples[0]);
}

static void draft_7__is_told_by_its_uri(void) {
  static const char schema[] =
      "{\"$schema\":\"http://json-schema.org/draft-07/"
      "schema#\",\"items\":[{\"type\":\"null\"}],\"additionalItems\":false,"
      "\"dependencies\":{\"a\":[\"b\"],\"c\":{\"required\":[\"d\"]}},\"definitions\":{\"x\":{\"$ref\":\"#\",\"type\":"
      "\"string\"}}}";
  const struct example example = {
      schema, {"[null]", "{\"a\":1,\"b\":2}"}, {"[null,1]", "[1]", "{\"a\":1}", "{\"c\":1}"}};
  check_examples(&example, 1);
}

static void metaschemas__are_built_in(void) {
  const struct example examples[] = {
      {"{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}",
       {"{\"minLength\":1}", "true"},
       {"{\"minLength\":-1}", "1"}},
      {"{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}", {"{\"items\":[true]}"}, {"{\"type\":\"strung\"}"}}};
  check_examples(examples, 2);
}

static void message__has_place_byte_and_keyword(void) {
  static const struct {
    const char *schema, *instance, *parts[3];
  } cases[] = {
      {"{\"properties\":{\"a\":{\"items\":{\"maximum\":3}}}}", "{\"a\":[1,4]}", {"\"/a/1\"", "byte 8", "maximum 3"}},
      {"{\"required\":[\"x\",\"y\"]}", "{\"x\":1}", {"\"\"", "byte 0", "required \"y\""}},
      {"{\"additionalProperties\":false}", "{\"x\":1}", {"\"/x\"", "byte 5", "additionalProperties"}},
      {"{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", " 7", {"\"\"", "byte 1", "anyOf"}},
      {"{\"type\":\"object\"}", "{\"a\":}", {"not JSON", "byte 5", "a value"}},
      {"{\"type\":\"object\"}", "{\"a\":1,\"\\u0061\":2}", {"byte 7", "a name that the object does not have", ""}},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    CHECK_INT(LLMB_E_OUTPUT_INVALID, check_whole(cases[i].schema, cases[i].instance));
    for (unsigned k = 0; k < 3; k++) CHECK_CONTAINS(cases[i].parts[k], schema_message());
    CHECK_INT(LLMB_PHASE_VALIDATE, schema_error.phase);
  }
}

static void public_function__tells_schema_and_instance_apart(void) {
  static const char schema[] = "{\"type\":\"string\",\"example\":1}", wrong[] = "{\"type\":\"strung\"}";
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_schema_check(schema, sizeof schema - 1, "\"x\"", 3, &error));
  CHECK_INT(LLMB_OK, llmb_schema_check(schema, sizeof schema - 1, NULL, 0, &error));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, llmb_schema_check(schema, sizeof schema - 1, "1", 1, &error));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, llmb_schema_check(schema, sizeof schema - 1, "1", 1, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_schema_check(wrong, sizeof wrong - 1, "1", 1, &error));
  CHECK_CONTAINS("/type", error.message);
  CHECK_INT(LLMB_PHASE_CONFIGURE, error.phase);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_schema_check(NULL, 0, "1", 1, &error));
}

CHECK_MAIN(TEST(assertions__hold_of_single_values), TEST(applicators__join_the_verdicts_of_their_schemas),
           TEST(draft_7__is_told_by_its_uri), TEST(metaschemas__are_built_in),
           TEST(message__has_place_byte_and_keyword), TEST(public_function__tells_schema_and_instance_apart))
