/* The schemas that a value has to keep whatever else there is: those it can be looked at with before it has ended. */
#ifndef LLMB_SCHEMA_ASSERTED_H
#define LLMB_SCHEMA_ASSERTED_H

#include "schema/schema_machine.h"

/* At most SCHEMA_ASSERTED_MAX: with fewer, less is found early. */
struct schema_asserted {
  uint32_t schemas[SCHEMA_ASSERTED_MAX];
  uint32_t count;
};

/* Adds a schema, and those that its allOf and $ref apply to the same value. */
void schema_asserted_add(struct schema_asserted *asserted, const struct schema_set *set, uint32_t schema);

/* What the container's schemas say of its item at `index`, or of the member whose name has ended. */
void schema_asserted_item(struct schema_asserted *asserted, const struct schema_set *set,
                          const struct schema_asserted *container, uint32_t index);
llmb_status schema_asserted_member(struct schema_asserted *asserted, struct schema_machine *machine,
                                   const struct schema_asserted *container, uint32_t name);

/* What they say of the names of members. */
void schema_asserted_names(struct schema_asserted *asserted, const struct schema_set *set,
                           const struct schema_asserted *container);

/* The next rule of this kind among all of theirs, from *at on (0 at first): NULL behind the last. */
const struct schema_rule *schema_asserted_rule(const struct schema_asserted *asserted, const struct schema_set *set,
                                               enum schema_rule_kind kind, uint64_t *at, uint32_t *out_schema);

#endif
