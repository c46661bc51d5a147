/* The rules that look at one value by itself. */
#ifndef LLMB_SCHEMA_ASSERT_H
#define LLMB_SCHEMA_ASSERT_H

#include "schema/schema_machine.h"

/* Whether the rule is one of these: RULE_TYPE to RULE_DEPENDENT_REQUIRED. */
bool schema_assert_knows(enum schema_rule_kind kind);

/* Whether the value, which has ended, keeps the rule. */
llmb_status schema_assert(struct schema_machine *machine, const struct schema *schema, const struct schema_rule *rule,
                          uint32_t value, bool *out_passes);

/* The name that RULE_REQUIRED or RULE_DEPENDENT_REQUIRED misses, in the schema's document; TAPE_NONE if none. */
uint32_t schema_assert_missing(const struct schema_machine *machine, const struct schema *schema,
                               const struct schema_rule *rule, uint32_t value);

/* Whether a value of this kind can keep RULE_TYPE; a number may yet become an integer. */
bool schema_assert_kind(uint32_t type_bits, enum json_kind kind);

/* Whether RULE_ENUM has a value of this kind. */
bool schema_assert_lists_kind(const struct schema_set *set, const struct schema *schema, const struct schema_rule *rule,
                              enum json_kind kind);

/* Whether an object has a member of the name that is a node of the schema's document. */
bool schema_assert_has(const struct schema_machine *machine, uint32_t object, const struct json_tape *names,
                       uint32_t name);

#endif
