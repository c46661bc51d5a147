#include "schema/schema_keywords.h"

#include <string.h>

#include "schema/exact_number.h"
#include "schema/schema_set.h"

enum { D7 = SCHEMA_DRAFT_7, D2020 = SCHEMA_DRAFT_2020, BOTH = D7 | D2020 };

/* Where the drafts differ in a value's shape, a keyword has a row for each. */
static const struct keyword keywords[] = {
    {"$schema", KEYWORD_SCHEMA, BOTH, SHAPE_TEXT},
    {"$id", KEYWORD_ID, BOTH, SHAPE_TEXT},
    {"$anchor", KEYWORD_ANCHOR, D2020, SHAPE_TEXT},
    {"$dynamicAnchor", KEYWORD_DYNAMIC_ANCHOR, D2020, SHAPE_TEXT},
    {"$ref", KEYWORD_REF, BOTH, SHAPE_TEXT},
    {"$dynamicRef", KEYWORD_DYNAMIC_REF, D2020, SHAPE_TEXT},
    {"$defs", KEYWORD_DEFS, BOTH, SHAPE_SCHEMA_MAP},
    {"definitions", KEYWORD_DEFINITIONS, BOTH, SHAPE_SCHEMA_MAP},
    {"type", KEYWORD_TYPE, BOTH, SHAPE_TYPE},
    {"enum", KEYWORD_ENUM, BOTH, SHAPE_VALUES},
    {"const", KEYWORD_CONST, BOTH, SHAPE_ANY},
    {"multipleOf", KEYWORD_MULTIPLE_OF, BOTH, SHAPE_POSITIVE},
    {"maximum", KEYWORD_MAXIMUM, BOTH, SHAPE_NUMBER},
    {"exclusiveMaximum", KEYWORD_EXCLUSIVE_MAXIMUM, BOTH, SHAPE_NUMBER},
    {"minimum", KEYWORD_MINIMUM, BOTH, SHAPE_NUMBER},
    {"exclusiveMinimum", KEYWORD_EXCLUSIVE_MINIMUM, BOTH, SHAPE_NUMBER},
    {"maxLength", KEYWORD_MAX_LENGTH, BOTH, SHAPE_COUNT_OF},
    {"minLength", KEYWORD_MIN_LENGTH, BOTH, SHAPE_COUNT_OF},
    {"pattern", KEYWORD_PATTERN, BOTH, SHAPE_TEXT},
    {"maxItems", KEYWORD_MAX_ITEMS, BOTH, SHAPE_COUNT_OF},
    {"minItems", KEYWORD_MIN_ITEMS, BOTH, SHAPE_COUNT_OF},
    {"uniqueItems", KEYWORD_UNIQUE_ITEMS, BOTH, SHAPE_BOOLEAN},
    {"maxContains", KEYWORD_MAX_CONTAINS, D2020, SHAPE_COUNT_OF},
    {"minContains", KEYWORD_MIN_CONTAINS, D2020, SHAPE_COUNT_OF},
    {"maxProperties", KEYWORD_MAX_PROPERTIES, BOTH, SHAPE_COUNT_OF},
    {"minProperties", KEYWORD_MIN_PROPERTIES, BOTH, SHAPE_COUNT_OF},
    {"required", KEYWORD_REQUIRED, BOTH, SHAPE_NAMES},
    {"dependentRequired", KEYWORD_DEPENDENT_REQUIRED, D2020, SHAPE_NAMES_MAP},
    {"dependentSchemas", KEYWORD_DEPENDENT_SCHEMAS, D2020, SHAPE_SCHEMA_MAP},
    {"dependencies", KEYWORD_DEPENDENCIES, BOTH, SHAPE_DEPENDENCIES},
    {"allOf", KEYWORD_ALL_OF, BOTH, SHAPE_SCHEMAS},
    {"anyOf", KEYWORD_ANY_OF, BOTH, SHAPE_SCHEMAS},
    {"oneOf", KEYWORD_ONE_OF, BOTH, SHAPE_SCHEMAS},
    {"not", KEYWORD_NOT, BOTH, SHAPE_SCHEMA},
    {"if", KEYWORD_IF, BOTH, SHAPE_SCHEMA},
    {"then", KEYWORD_THEN, BOTH, SHAPE_SCHEMA},
    {"else", KEYWORD_ELSE, BOTH, SHAPE_SCHEMA},
    {"properties", KEYWORD_PROPERTIES, BOTH, SHAPE_SCHEMA_MAP},
    {"patternProperties", KEYWORD_PATTERN_PROPERTIES, BOTH, SHAPE_SCHEMA_MAP},
    {"additionalProperties", KEYWORD_ADDITIONAL_PROPERTIES, BOTH, SHAPE_SCHEMA},
    {"propertyNames", KEYWORD_PROPERTY_NAMES, BOTH, SHAPE_SCHEMA},
    {"prefixItems", KEYWORD_PREFIX_ITEMS, D2020, SHAPE_SCHEMAS},
    {"items", KEYWORD_ITEMS, D2020, SHAPE_SCHEMA},
    {"items", KEYWORD_ITEMS, D7, SHAPE_SCHEMA_OR_ARRAY},
    {"additionalItems", KEYWORD_ADDITIONAL_ITEMS, D7, SHAPE_SCHEMA},
    {"contains", KEYWORD_CONTAINS, BOTH, SHAPE_SCHEMA},
    {"unevaluatedItems", KEYWORD_UNEVALUATED_ITEMS, D2020, SHAPE_SCHEMA},
    {"unevaluatedProperties", KEYWORD_UNEVALUATED_PROPERTIES, D2020, SHAPE_SCHEMA},
    {"$comment", KEYWORD_ANNOTATION, BOTH, SHAPE_TEXT},
    {"$vocabulary", KEYWORD_ANNOTATION, D2020, SHAPE_ANY},
    {"title", KEYWORD_ANNOTATION, BOTH, SHAPE_TEXT},
    {"description", KEYWORD_ANNOTATION, BOTH, SHAPE_TEXT},
    {"default", KEYWORD_ANNOTATION, BOTH, SHAPE_ANY},
    {"deprecated", KEYWORD_ANNOTATION, D2020, SHAPE_BOOLEAN},
    {"readOnly", KEYWORD_ANNOTATION, BOTH, SHAPE_BOOLEAN},
    {"writeOnly", KEYWORD_ANNOTATION, BOTH, SHAPE_BOOLEAN},
    {"examples", KEYWORD_ANNOTATION, BOTH, SHAPE_VALUES},
    {"format", KEYWORD_ANNOTATION, BOTH, SHAPE_TEXT},
    {"contentEncoding", KEYWORD_ANNOTATION, BOTH, SHAPE_TEXT},
    {"contentMediaType", KEYWORD_ANNOTATION, BOTH, SHAPE_TEXT},
    {"contentSchema", KEYWORD_ANNOTATION, D2020, SHAPE_ANY},
};

const struct keyword *keyword_find(const char *name, uint64_t size, unsigned draft) {
  for (unsigned i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
    const struct keyword *keyword = &keywords[i];
    if ((keyword->drafts & draft) == 0 || strlen(keyword->name) != size) continue;
    if (memcmp(keyword->name, name, size) == 0) return keyword;
  }
  return NULL;
}

uint32_t keyword_type_bits(const struct json_tape *tape, uint32_t name) {
  static const struct {
    const char *name;
    uint32_t bits;
  } types[] = {{"null", 1 << JSON_NULL},     {"boolean", 1 << JSON_TRUE | 1 << JSON_FALSE},
               {"number", 1 << JSON_NUMBER}, {"integer", RULE_TYPE_INTEGER},
               {"string", 1 << JSON_STRING}, {"array", 1 << JSON_ARRAY},
               {"object", 1 << JSON_OBJECT}};
  uint64_t size = 0;
  if (tape->nodes[name].kind != JSON_STRING) return 0;
  const char *text = json_tape_string(tape, name, &size);
  for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
    if (strlen(types[i].name) == size && memcmp(types[i].name, text, size) == 0) return types[i].bits;
  }
  return 0;
}

static const char *number_fault(const struct json_tape *tape, uint32_t value, enum keyword_shape shape) {
  const struct json_value text = json_tape_value(tape, value);
  if (text.kind != JSON_NUMBER) return "a number is expected";
  const struct exact_number number = exact_number_read(text.text, text.size);
  uint32_t count = 0;
  if (shape == SHAPE_COUNT_OF && !exact_number_count(&number, &count)) return "a whole number from 0 on is expected";
  if (shape == SHAPE_POSITIVE && (number.digit_count == 0 || number.is_negative)) return "a number above 0 is expected";
  return NULL;
}

static const char *names_fault(const struct json_tape *tape, uint32_t value, uint32_t *out_node) {
  const struct tape_node *nodes = tape->nodes;
  if (nodes[value].kind != JSON_ARRAY) return "an array of strings is expected";
  for (uint32_t at = value + 1; at < nodes[value].next; at = nodes[at].next) {
    *out_node = at;
    if (nodes[at].kind != JSON_STRING) return "a string is expected";
  }
  return NULL;
}

static const char *type_fault(const struct json_tape *tape, uint32_t value, uint32_t *out_node) {
  static const char expected[] = "null, boolean, number, integer, string, array or object is expected";
  const struct tape_node *nodes = tape->nodes;
  if (nodes[value].kind != JSON_ARRAY) return keyword_type_bits(tape, value) == 0 ? expected : NULL;
  if (nodes[value].count == 0) return "at least one type is expected";
  for (uint32_t at = value + 1; at < nodes[value].next; at = nodes[at].next) {
    *out_node = at;
    if (keyword_type_bits(tape, at) == 0) return expected;
  }
  return NULL;
}

static const char *map_fault(const struct json_tape *tape, uint32_t value, enum keyword_shape shape,
                             uint32_t *out_node) {
  const struct tape_node *nodes = tape->nodes;
  if (nodes[value].kind != JSON_OBJECT) return "an object is expected";
  if (shape == SHAPE_SCHEMA_MAP) return NULL;
  for (uint32_t name = value + 1; name < nodes[value].next; name = nodes[nodes[name].next].next) {
    const uint32_t member = nodes[name].next;
    if (shape == SHAPE_DEPENDENCIES && nodes[member].kind != JSON_ARRAY) continue;
    *out_node = member;
    const char *fault = names_fault(tape, member, out_node);
    if (fault != NULL) return fault;
  }
  return NULL;
}

const char *keyword_fault(const struct json_tape *tape, uint32_t value, enum keyword_shape shape, uint32_t *out_node) {
  const enum json_kind kind = tape->nodes[value].kind;
  *out_node = value;
  switch (shape) {
    case SHAPE_ANY:
    case SHAPE_SCHEMA_OR_ARRAY:
      return NULL;
    case SHAPE_SCHEMA:
      return kind == JSON_OBJECT || kind == JSON_TRUE || kind == JSON_FALSE
                 ? NULL
                 : "a schema is expected: an object, true or false";
    case SHAPE_TEXT:
      return kind == JSON_STRING ? NULL : "a string is expected";
    case SHAPE_BOOLEAN:
      return kind == JSON_TRUE || kind == JSON_FALSE ? NULL : "true or false is expected";
    case SHAPE_NUMBER:
    case SHAPE_POSITIVE:
    case SHAPE_COUNT_OF:
      return number_fault(tape, value, shape);
    case SHAPE_TYPE:
      return type_fault(tape, value, out_node);
    case SHAPE_VALUES:
      return kind == JSON_ARRAY ? NULL : "an array is expected";
    case SHAPE_NAMES:
      return names_fault(tape, value, out_node);
    case SHAPE_SCHEMAS:
      return kind == JSON_ARRAY && tape->nodes[value].count > 0 ? NULL : "an array of schemas is expected";
    case SHAPE_NAMES_MAP:
    case SHAPE_SCHEMA_MAP:
    case SHAPE_DEPENDENCIES:
      return map_fault(tape, value, shape, out_node);
  }
  return NULL;
}
