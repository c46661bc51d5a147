/* What is no schema, and what cannot be checked here, with the place and the reason. */
#include "core/memory_faults.h"
#include "tests/unit/schema/schema_harness.h"

struct fault {
  const char *schema, *pointer, *reason;
};

static void check_faults(const struct fault *faults, unsigned count, llmb_status expected) {
  for (unsigned i = 0; i < count; i++) {
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\"", faults[i].pointer);
    CHECK_INT(expected, compile_only(faults[i].schema));
    CHECK_CONTAINS(quoted, schema_message());
    CHECK_CONTAINS(faults[i].reason, schema_message());
  }
}

static void what_is_no_schema__is_refused_with_its_place(void) {
  static const struct fault faults[] = {
      {"1", "", "a schema is expected"},
      {"{\"type\":\"strung\"}", "/type", "integer"},
      {"{\"type\":[]}", "/type", "at least one"},
      {"{\"properties\":[]}", "/properties", "an object"},
      {"{\"properties\":{\"a\":{\"items\":[true]}}}", "/properties/a/items", "a schema is expected"},
      {"{\"allOf\":[]}", "/allOf", "an array of schemas"},
      {"{\"allOf\":[true,7]}", "/allOf/1", "a schema is expected"},
      {"{\"minLength\":-1}", "/minLength", "from 0 on"},
      {"{\"minLength\":1.5}", "/minLength", "from 0 on"},
      {"{\"multipleOf\":0}", "/multipleOf", "above 0"},
      {"{\"required\":[\"a\",1]}", "/required/1", "a string"},
      {"{\"uniqueItems\":1}", "/uniqueItems", "true or false"},
      {"{\"pattern\":\"(\"}", "/pattern", "a group has no end"},
      {"{\"patternProperties\":{\"[\":true}}", "/patternProperties/[", "a class has no end"},
      {"{\"a/b~\":1}", "/a~1b~0", "schema_mode=lenient"},
      {"{\"$ref\":\"#/$defs/x\"}", "/$ref", "refers to nothing"},
      {"{\"$ref\":\"#x\"}", "/$ref", "refers to nothing"},
      {"{\"$ref\":\"#/properties\",\"properties\":{\"a\":true}}", "/properties/a", "schema"},
      {"{\"$defs\":{\"a\":{\"$id\":\"x\"},\"b\":{\"$id\":\"x\"}}}", "/$defs/b", "another schema has the $id"},
      {"{\"$id\":\"#a\"}", "/$id", "without a fragment"},
      {"{\"minimum\":1,\"minim\\u0075m\":2}", "/minimum", "occurs twice"},
  };
  check_faults(faults, sizeof faults / sizeof faults[0], LLMB_E_INVALID_ARGUMENT);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, compile_only("{\"type\":"));
  CHECK_CONTAINS("not JSON: at byte 8", schema_message());
}

static void what_cannot_be_checked__is_unsupported_by_name(void) {
  static const struct fault faults[] = {
      {"{\"$ref\":\"http://example.com/s\"}", "/$ref", "http://example.com/s"},
      {"{\"$id\":\"http://a/b/c\",\"items\":{\"$ref\":\"../d?e\"}}", "/items/$ref", "http://a/d?e"},
      {"{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}", "/$schema", "draft-04"},
      {"{\"pattern\":\"a(?=b)\"}", "/pattern", "look-arounds"},
      {"{\"items\":{\"pattern\":\"(a)\\\\1\"}}", "/items/pattern", "back-references"},
      {"{\"multipleOf\":1.234567890123456789}", "/multipleOf", "18 significant digits"},
  };
  check_faults(faults, sizeof faults / sizeof faults[0], LLMB_E_UNSUPPORTED);
}

static void cycle__that_never_goes_into_the_instance_is_refused(void) {
  static const char *const cycles[] = {"{\"$ref\":\"#\"}",
                                       "{\"allOf\":[{\"$ref\":\"#\"}]}",
                                       "{\"anyOf\":[true,{\"not\":{\"$ref\":\"#\"}}]}",
                                       "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"if\":{\"$ref\":\"#/$defs/"
                                       "b\"}},\"b\":{\"oneOf\":[{\"$ref\":\"#/$defs/a\"}]}}}",
                                       "{\"dependentSchemas\":{\"a\":{\"$ref\":\"#\"}}}",
                                       "{\"if\":true,\"then\":{\"$ref\":\"#\"}}"};
  for (unsigned i = 0; i < sizeof cycles / sizeof cycles[0]; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, compile_only(cycles[i]));
    CHECK_CONTAINS("leads back to itself", schema_message());
  }
  CHECK_INT(LLMB_OK, compile_only("{\"properties\":{\"a\":{\"$ref\":\"#\"}},\"items\":{\"$ref\":\"#\"}}"));
  CHECK_INT(LLMB_OK,
            compile_only("{\"$defs\":{\"a\":true},\"allOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/a\"}]}"));
}

static void unknown_keyword__is_ignored_where_that_is_asked_for(void) {
  struct schema_set set;
  CHECK_INT(LLMB_OK,
            compile_as(&set, "{\"x-ui\":1,\"nullable\":true}", (struct schema_options){SCHEMA_DRAFT_2020, false}));
  schema_set_close(&set);
  CHECK_INT(LLMB_OK,
            compile_only("{\"title\":\"t\",\"default\":1,\"format\":\"date\",\"deprecated\":true,\"examples\":[]}"));
}

static void compile__survives_every_failing_allocation(void) {
  static const char schema[] =
      "{\"$id\":\"http://a/"
      "\",\"properties\":{\"a\":{\"pattern\":\"^[a-c]+\\\\p{L}$\",\"enum\":[\"b\",1]}},\"$defs\":{\"x\":"
      "{\"$anchor\":\"q\",\"allOf\":[{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}]}},\"$ref\":\"#q\"}";
  llmb_status status = LLMB_E_OUT_OF_MEMORY;
  memory_fail_after(0, false);
  const int64_t before = memory_blocks_live();
  unsigned nth = 1;
  for (; status != LLMB_OK && nth < 10000; nth++) {
    memory_fail_after(nth, false);
    status = compile_only(schema);
    memory_fail_after(0, false);
    if (status != LLMB_OK) CHECK_INT(LLMB_E_OUT_OF_MEMORY, status);
    CHECK_INT(before, memory_blocks_live());
  }
  CHECK(nth > 20 && nth < 10000);
}

CHECK_MAIN(TEST(what_is_no_schema__is_refused_with_its_place), TEST(what_cannot_be_checked__is_unsupported_by_name),
           TEST(cycle__that_never_goes_into_the_instance_is_refused),
           TEST(unknown_keyword__is_ignored_where_that_is_asked_for), TEST(compile__survives_every_failing_allocation))
