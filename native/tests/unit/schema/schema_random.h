/* Random schemas and instances. Names, texts and numbers are few, so that the two often meet. */
#ifndef LLMB_TESTS_SCHEMA_RANDOM_H
#define LLMB_TESTS_SCHEMA_RANDOM_H

#include <stdbool.h>
#include <string.h>

#include "core/json_writer.h"
#include "tests/seeded_random.h"

enum { DEPTH_MAX = 3 };

struct maker {
  struct random random;
  struct json_writer writer;
  bool has_unevaluated_items;         /* else `contains`: ajv does not count what that evaluates */
  bool has_written_unevaluated_items; /* one in a document: ajv 8.20 does not count, for an outer one, what an inner one
                                         in an allOf evaluates */
  bool is_draft_7;
  bool is_in_definitions; /* where a reference could lead back to itself */
  bool wants_type;        /* contains: ajv does not count what a schema without keywords lets through */
};

static bool one_in(struct maker *maker, uint64_t count) {
  return random_next(&maker->random, count) == 0;
}

static const char *pick(struct maker *maker, const char *const *texts, uint64_t count) {
  return texts[random_next(&maker->random, count)];
}

static const char *const names[] = {"a", "b", "ab", "c"};
static const char *const texts[] = {"", "a", "b", "ab", "aab", "\xc3\xa4", "\xf0\x9f\x98\x80", "1"};
static const char *const numbers[] = {"0", "1", "2", "3", "-1", "1.5", "0.5", "10", "1.0", "2e0", "1e1"};
static const char *const patterns[] = {"^a", "b$",  "^a*$",      "[ab]", "^.$",  "^(a|b)+$",
                                       "^$", "\\d", "^\\p{L}+$", "a{2}", "^[^a]"};

static void verbatim(struct maker *maker, const char *json) {
  json_verbatim(&maker->writer, json, strlen(json));
}

static void write_value(struct maker *maker, unsigned depth) {
  struct json_writer *writer = &maker->writer;
  switch (random_next(&maker->random, depth < DEPTH_MAX ? 8 : 5)) {
    case 0:
      json_null(writer);
      break;
    case 1:
      json_boolean(writer, one_in(maker, 2));
      break;
    case 2:
      json_text(writer, pick(maker, texts, 8));
      break;
    case 3:
    case 4:
      verbatim(maker, pick(maker, numbers, 11));
      break;
    case 5:
      json_array_open(writer);
      for (uint64_t i = random_next(&maker->random, 4); i > 0; i--) write_value(maker, depth + 1);
      json_array_close(writer);
      break;
    default:
      json_object_open(writer);
      for (unsigned i = 0; i < 4; i++) {
        if (!one_in(maker, 2)) continue;
        json_key(writer, names[i]);
        write_value(maker, depth + 1);
      }
      json_object_close(writer);
  }
}

static void write_schema(struct maker *maker, unsigned depth);

static void write_names(struct maker *maker) {
  json_array_open(&maker->writer);
  for (unsigned i = 0; i < 4; i++) {
    if (one_in(maker, 3)) json_text(&maker->writer, names[i]);
  }
  json_array_close(&maker->writer);
}

static void write_map(struct maker *maker, const char *const *keys, uint64_t count, unsigned depth) {
  json_object_open(&maker->writer);
  for (uint64_t i = 0; i < count; i++) {
    if (!one_in(maker, count > 4 ? 6 : 2)) continue;
    json_key(&maker->writer, keys[i]);
    write_schema(maker, depth + 1);
  }
  json_object_close(&maker->writer);
}

static void write_list(struct maker *maker, unsigned depth) {
  json_array_open(&maker->writer);
  for (uint64_t i = 1 + random_next(&maker->random, 3); i > 0; i--) write_schema(maker, depth + 1);
  json_array_close(&maker->writer);
}

static void write_type(struct maker *maker) {
  static const char *const types[] = {"null", "boolean", "number", "integer", "string", "array", "object"};
  if (!one_in(maker, 3)) {
    json_text(&maker->writer, pick(maker, types, 7));
    return;
  }
  const uint64_t first = random_next(&maker->random, 7);
  json_array_open(&maker->writer);
  json_text(&maker->writer, types[first]);
  json_text(&maker->writer, types[(first + 1 + random_next(&maker->random, 6)) % 7]);
  json_array_close(&maker->writer);
}

static void write_count(struct maker *maker) {
  json_integer(&maker->writer, (int64_t)random_next(&maker->random, 4));
}

/* Keywords that assert something of the value itself. */
static void write_assertion(struct maker *maker) {
  static const char *const counts[] = {"maxLength", "minLength",     "maxItems",
                                       "minItems",  "maxProperties", "minProperties"};
  static const char *const bounds[] = {"maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"};
  static const char *const divisors[] = {"2", "0.5", "3", "1"};
  struct json_writer *writer = &maker->writer;
  switch (random_next(&maker->random, 8)) {
    case 0:
      json_key(writer, "enum");
      json_array_open(writer);
      for (unsigned i = 0; i < 3; i++) write_value(maker, DEPTH_MAX - 1);
      json_array_close(writer);
      break;
    case 1:
      json_key(writer, "const");
      write_value(maker, DEPTH_MAX - 1);
      break;
    case 2:
      json_key(writer, pick(maker, counts, 6));
      write_count(maker);
      break;
    case 3:
      json_key(writer, pick(maker, bounds, 4));
      verbatim(maker, pick(maker, numbers, 11));
      break;
    case 4:
      json_key(writer, "multipleOf");
      verbatim(maker, pick(maker, divisors, 4));
      break;
    case 5:
      json_key(writer, "pattern");
      json_text(writer, pick(maker, patterns, 11));
      break;
    case 6:
      json_key(writer, "uniqueItems");
      json_boolean(writer, !one_in(maker, 4));
      break;
    default:
      json_key(writer, "required");
      write_names(maker);
  }
}

static void write_object_rules(struct maker *maker, unsigned depth) {
  struct json_writer *writer = &maker->writer;
  if (!one_in(maker, 4)) {
    json_key(writer, "properties");
    write_map(maker, names, 4, depth);
  }
  if (one_in(maker, 3)) {
    json_key(writer, "patternProperties");
    write_map(maker, patterns, 11, depth);
  }
  if (one_in(maker, 3)) {
    json_key(writer, "additionalProperties");
    write_schema(maker, depth + 1);
  }
  if (one_in(maker, 5)) {
    json_key(writer, "propertyNames");
    write_schema(maker, depth + 1);
  }
  if (one_in(maker, 6)) {
    json_key(writer, maker->is_draft_7 ? "dependencies" : "dependentSchemas");
    write_map(maker, names, 4, depth);
  }
  if (!maker->is_draft_7 && one_in(maker, 3)) {
    json_key(writer, "unevaluatedProperties");
    write_schema(maker, depth + 1);
  }
}

static void write_array_rules(struct maker *maker, unsigned depth) {
  struct json_writer *writer = &maker->writer;
  const bool has_prefix = one_in(maker, 2);
  if (has_prefix) {
    json_key(writer, maker->is_draft_7 ? "items" : "prefixItems");
    write_list(maker, depth);
  }
  if (one_in(maker, 2)) {
    json_key(writer, maker->is_draft_7 && has_prefix ? "additionalItems" : "items");
    write_schema(maker, depth + 1);
  }
  /* Beside a list of first items ajv 8.20 takes `contains` to be kept by an array that has no such item. */
  if (!maker->has_unevaluated_items && !has_prefix && one_in(maker, 2)) {
    json_key(writer, "contains");
    maker->wants_type = true;
    write_schema(maker, depth + 1);
    if (!maker->is_draft_7 && one_in(maker, 2)) {
      json_key(writer, one_in(maker, 2) ? "minContains" : "maxContains");
      write_count(maker);
    }
  }
  if (!maker->is_draft_7 && maker->has_unevaluated_items && !maker->has_written_unevaluated_items && one_in(maker, 2)) {
    maker->has_written_unevaluated_items = true;
    json_key(writer, "unevaluatedItems");
    write_schema(maker, depth + 1);
  }
}

static void write_joined(struct maker *maker, unsigned depth) {
  static const char *const joins[] = {"allOf", "anyOf", "oneOf"};
  struct json_writer *writer = &maker->writer;
  if (one_in(maker, 3)) {
    json_key(writer, "if");
    write_schema(maker, depth + 1);
    json_key(writer, "then");
    write_schema(maker, depth + 1);
    if (one_in(maker, 2)) return;
    json_key(writer, "else");
    write_schema(maker, depth + 1);
  } else if (one_in(maker, 4)) {
    json_key(writer, "not");
    write_schema(maker, depth + 1);
  } else {
    json_key(writer, pick(maker, joins, 3));
    write_list(maker, depth);
  }
}

static void write_schema(struct maker *maker, unsigned depth) {
  struct json_writer *writer = &maker->writer;
  const bool wants_type = maker->wants_type;
  maker->wants_type = false;
  if (depth > 0 && !wants_type && one_in(maker, 6)) {
    json_boolean(writer, !one_in(maker, 3));
    return;
  }
  json_object_open(writer);
  if (depth > 0 && !wants_type && !maker->is_in_definitions && one_in(maker, 8)) {
    json_key(writer, "$ref");
    json_text(writer, one_in(maker, 2) ? "#/$defs/x" : "#/$defs/y");
    if (maker->is_draft_7) { /* whose other keywords count for nothing: ajv does not have it so everywhere */
      json_object_close(writer);
      return;
    }
  }
  if (wants_type || one_in(maker, 3)) {
    json_key(writer, "type");
    write_type(maker);
  }
  if (one_in(maker, 2)) write_assertion(maker);
  if (depth < DEPTH_MAX && one_in(maker, 2)) write_object_rules(maker, depth);
  if (depth < DEPTH_MAX && one_in(maker, 3)) write_array_rules(maker, depth);
  if (depth < DEPTH_MAX && one_in(maker, 3)) write_joined(maker, depth);
  if (depth == 0) {
    json_key(writer, "$schema");
    json_text(writer, maker->is_draft_7 ? "http://json-schema.org/draft-07/schema#"
                                        : "https://json-schema.org/draft/2020-12/schema");
    json_key(writer, "$defs");
    json_object_open(writer);
    maker->is_in_definitions = true;
    for (unsigned i = 0; i < 2; i++) {
      json_key(writer, i == 0 ? "x" : "y");
      write_schema(maker, DEPTH_MAX - 1);
    }
    maker->is_in_definitions = false;
    json_object_close(writer);
  }
  json_object_close(writer);
}

#endif
