/* The keywords of JSON Schema, what their values have to look like, and what they hold. */
#ifndef LLMB_SCHEMA_KEYWORDS_H
#define LLMB_SCHEMA_KEYWORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/json_tape.h"

enum schema_keyword {
  KEYWORD_SCHEMA,
  KEYWORD_ID,
  KEYWORD_ANCHOR,
  KEYWORD_DYNAMIC_ANCHOR,
  KEYWORD_REF,
  KEYWORD_DYNAMIC_REF,
  KEYWORD_DEFS,
  KEYWORD_DEFINITIONS,
  KEYWORD_TYPE,
  KEYWORD_ENUM,
  KEYWORD_CONST,
  KEYWORD_MULTIPLE_OF,
  KEYWORD_MAXIMUM,
  KEYWORD_EXCLUSIVE_MAXIMUM,
  KEYWORD_MINIMUM,
  KEYWORD_EXCLUSIVE_MINIMUM,
  KEYWORD_MAX_LENGTH,
  KEYWORD_MIN_LENGTH,
  KEYWORD_PATTERN,
  KEYWORD_MAX_ITEMS,
  KEYWORD_MIN_ITEMS,
  KEYWORD_UNIQUE_ITEMS,
  KEYWORD_MAX_CONTAINS,
  KEYWORD_MIN_CONTAINS,
  KEYWORD_MAX_PROPERTIES,
  KEYWORD_MIN_PROPERTIES,
  KEYWORD_REQUIRED,
  KEYWORD_DEPENDENT_REQUIRED,
  KEYWORD_DEPENDENT_SCHEMAS,
  KEYWORD_DEPENDENCIES,
  KEYWORD_ALL_OF,
  KEYWORD_ANY_OF,
  KEYWORD_ONE_OF,
  KEYWORD_NOT,
  KEYWORD_IF,
  KEYWORD_THEN,
  KEYWORD_ELSE,
  KEYWORD_PROPERTIES,
  KEYWORD_PATTERN_PROPERTIES,
  KEYWORD_ADDITIONAL_PROPERTIES,
  KEYWORD_PROPERTY_NAMES,
  KEYWORD_PREFIX_ITEMS,
  KEYWORD_ITEMS,
  KEYWORD_ADDITIONAL_ITEMS,
  KEYWORD_CONTAINS,
  KEYWORD_UNEVALUATED_ITEMS,
  KEYWORD_UNEVALUATED_PROPERTIES,
  KEYWORD_ANNOTATION, /* all that say nothing of whether an instance is valid */
  KEYWORD_COUNT
};

/* What a keyword's value is. */
enum keyword_shape {
  SHAPE_ANY,
  SHAPE_TEXT,
  SHAPE_BOOLEAN,
  SHAPE_NUMBER,
  SHAPE_POSITIVE,
  SHAPE_COUNT_OF,        /* a whole number, not negative */
  SHAPE_TYPE,            /* a type's name, or an array of such */
  SHAPE_VALUES,          /* an array */
  SHAPE_NAMES,           /* an array of different strings */
  SHAPE_NAMES_MAP,       /* an object of such arrays */
  SHAPE_SCHEMA,          /* a schema, as in all that follow */
  SHAPE_SCHEMAS,         /* an array of at least one */
  SHAPE_SCHEMA_MAP,      /* an object of them */
  SHAPE_SCHEMA_OR_ARRAY, /* draft 7's items: one, or an array */
  SHAPE_DEPENDENCIES     /* draft 7's: an object of schemas and arrays of different strings */
};

struct keyword {
  const char *name;
  uint8_t keyword, drafts, shape; /* drafts: enum schema_draft, or-ed */
};

/* The keyword of this name in the draft, or NULL. */
const struct keyword *keyword_find(const char *name, uint64_t size, unsigned draft);

/* What is wrong with a keyword's value, at *out_node; NULL if nothing is. Schemas inside it are not looked at. */
const char *keyword_fault(const struct json_tape *tape, uint32_t value, enum keyword_shape shape, uint32_t *out_node);

/* The bits of RULE_TYPE for a type's name; 0 if there is no such type. */
uint32_t keyword_type_bits(const struct json_tape *tape, uint32_t name);

#endif
