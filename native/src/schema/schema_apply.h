/* The rules that apply further schemas, to the same value or to what is in it. */
#ifndef LLMB_SCHEMA_APPLY_H
#define LLMB_SCHEMA_APPLY_H

#include "schema/schema_machine.h"

enum schema_child { CHILD_NONE, CHILD_PASSED, CHILD_FAILED }; /* what became of the schema that was applied last */

enum schema_verdict { VERDICT_PASS, VERDICT_FAIL, VERDICT_APPLIED /* a further schema: come back with its verdict */ };

/* Goes on with the rule that the top frame is at. */
llmb_status schema_apply(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                         enum schema_verdict *out_verdict);

/* Whether a child's failure is the rule's: what the child says of it is the reason. */
bool schema_apply_passes_on(enum schema_rule_kind kind);

/* The schema that a $dynamicRef means here. */
uint32_t schema_apply_target(struct schema_machine *machine, const struct schema_rule *rule);

#endif
