/* Checks a value that has ended against a schema. */
#ifndef LLMB_SCHEMA_EVALUATE_H
#define LLMB_SCHEMA_EVALUATE_H

#include "schema/schema_machine.h"

/* Whether the value keeps all rules of the schema; what fails is noted in the machine. Of a schema whose parts are
 * looked at by themselves (is_shallow) the rules that only pass on to them are left out. LLMB_E_OUTPUT_INVALID if that
 * takes more than SCHEMA_STEPS_MAX. */
llmb_status schema_evaluate(struct schema_machine *machine, uint32_t schema, uint32_t value, bool is_shallow,
                            bool *out_passes);

/* Whether a rule only says that parts of it hold, each by itself. */
bool schema_evaluate_is_conjunction(enum schema_rule_kind kind);

#endif
