/* The rules of one subschema, made of its keywords. */
#ifndef LLMB_SCHEMA_RULES_H
#define LLMB_SCHEMA_RULES_H

#include "schema/schema_build.h"
#include "schema/schema_keywords.h"

/* Adds the rules of a schema; `found` are the nodes of its keywords' values, or TAPE_NONE. Its subschemas are added to
 * the set, its references stay open. */
llmb_status schema_rules_add(struct schema_build *build, uint32_t schema, const uint32_t found[KEYWORD_COUNT]);

#endif
