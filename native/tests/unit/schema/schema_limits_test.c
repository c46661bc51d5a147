/* Schemas and instances that are made to be dear: each ends, and says so. */
#include "tests/unit/schema/schema_harness.h"

/* Deep enough for more than the steps there are, and no deeper: who does not count them ends all the same. */
static void branches__that_multiply_are_given_up_by_name(void) {
  static const char schema[] =
      "{\"properties\":{\"a\":{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}},\"type\":\"object\"}";
  char *deep = repeated("", "{\"a\":", 16, "1"), *instance = repeated(deep, "}", 16, "");
  CHECK_INT(LLMB_E_OUTPUT_INVALID, check_whole(schema, instance));
  CHECK_CONTAINS("steps", schema_message());
  CHECK_INT(-1, refused_after(schema, deep)); /* not known to be wrong, so not refused early */
  free(deep);
  free(instance);
}

static void depth__of_instances_needs_no_stack(void) {
  char *open = repeated("", "[", 512, ""), *deep = repeated(open, "]", 512, "");
  char *more_open = repeated("", "[", 513, ""), *more = repeated(more_open, "]", 513, "");
  CHECK_INT(LLMB_OK, check_whole("{\"items\":{\"allOf\":[{\"$ref\":\"#\"}]}}", deep));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, check_whole("{\"items\":{\"$ref\":\"#\"}}", more));
  CHECK_CONTAINS("512 levels", schema_message());
  free(open);
  free(deep);
  free(more_open);
  free(more);
}

static void depth__of_schemas_needs_no_stack(void) {
  char *open = repeated("", "{\"not\":", 500, "true"), *deep = repeated(open, "}", 500, "");
  CHECK_INT(LLMB_OK, check_whole(deep, "1"));
  free(open);
  free(deep);
}

static void enumeration__of_many_is_quick(void) {
  char *values = malloc(200000), *at = values + sprintf(values, "{\"enum\":[");
  for (unsigned i = 0; i < 5000; i++) at += sprintf(at, "%s\"value-%u\"", i == 0 ? "" : ",", i);
  sprintf(at, "]}");
  CHECK_INT(LLMB_OK, check_whole(values, "\"value-4999\""));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, check_whole(values, "\"value-5000\""));
  CHECK_INT(8, refused_after(values, "\"value-5x"));
  free(values);
}

static void work__that_a_long_list_of_dependencies_makes_is_counted(void) {
  char *pairs = malloc(3000000), *at = pairs + sprintf(pairs, "{\"dependentRequired\":{");
  for (unsigned i = 0; i < 100000; i++) at += sprintf(at, "%s\"n%u\":[\"x\"]", i == 0 ? "" : ",", i);
  sprintf(at, "}}");
  char *members = malloc(3000000), *to = members + sprintf(members, "{");
  for (unsigned i = 0; i < 100000; i++) to += sprintf(to, "%s\"m%u\":0", i == 0 ? "" : ",", i);
  sprintf(to, "}");
  CHECK_INT(LLMB_E_OUTPUT_INVALID, check_whole(pairs, members));
  CHECK_CONTAINS("steps", schema_message());
  free(pairs);
  free(members);
}

static void size__of_a_schema_is_limited(void) {
  char *large = repeated("{\"description\":\"", "x", SCHEMA_SIZE_MAX, "\"}");
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, compile_only(large));
  char *many = repeated("{\"allOf\":[true", ",{}", SCHEMA_COUNT_MAX, "]}");
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, compile_only(many));
  CHECK_CONTAINS("50000 subschemas", schema_message());
  char *patterns = repeated("{\"allOf\":[true", ",{\"pattern\":\"a{5000}\"}", 101, "]}");
  CHECK_INT(LLMB_E_UNSUPPORTED, compile_only(patterns));
  CHECK_CONTAINS("500000 states", schema_message());
  free(large);
  free(many);
  free(patterns);
}

static void number_of_values__in_an_instance_is_limited(void) {
  char *many = repeated("[0", ",0", TAPE_NODES_MAX, "]");
  CHECK_INT(LLMB_E_OUTPUT_INVALID, check_whole("{\"type\":\"array\"}", many));
  CHECK_CONTAINS("values", schema_message());
  free(many);
}

CHECK_MAIN(TEST(branches__that_multiply_are_given_up_by_name), TEST(depth__of_instances_needs_no_stack),
           TEST(depth__of_schemas_needs_no_stack), TEST(enumeration__of_many_is_quick),
           TEST(work__that_a_long_list_of_dependencies_makes_is_counted), TEST(size__of_a_schema_is_limited),
           TEST(number_of_values__in_an_instance_is_limited))
