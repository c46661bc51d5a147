#include "schema/schema_evaluate.h"

#include "schema/schema_apply.h"
#include "schema/schema_assert.h"

bool schema_evaluate_is_conjunction(enum schema_rule_kind kind) {
  return kind == RULE_REF || kind == RULE_ALL_OF || kind == RULE_MEMBERS || kind == RULE_ITEMS ||
         kind == RULE_PROPERTY_NAMES;
}

static void note_failure(struct schema_machine *machine, const struct schema_frame *frame,
                         const struct schema_rule *rule) {
  machine->failure =
      (struct schema_failure){rule != NULL ? rule->keyword : frame->by, frame->schema,
                              rule != NULL ? (uint32_t)(rule - machine->set->rules) : SCHEMA_NONE, frame->value};
}

/* Goes on with the top frame until it has a verdict or has applied a further schema. */
static llmb_status go_on(struct schema_machine *machine, enum schema_child child, bool is_shallow,
                         enum schema_verdict *out_verdict) {
  const uint32_t index = machine->frame_count - 1;
  const struct schema *schema = &machine->set->schemas[machine->frames[index].schema];
  *out_verdict = VERDICT_FAIL;
  if (schema->is_false) {
    note_failure(machine, &machine->frames[index], NULL);
    return LLMB_OK;
  }
  for (; machine->frames[index].rule < schema->rule_count; machine->frames[index].rule++) {
    struct schema_frame *frame = &machine->frames[index];
    const struct schema_rule *rule = &machine->set->rules[schema->first_rule + frame->rule];
    llmb_status status = LLMB_OK;
    if (is_shallow && index == 0 && !schema->wants_marks && schema_evaluate_is_conjunction(rule->kind)) continue;
    if (schema_assert_knows(rule->kind)) {
      bool passes = false;
      status = schema_assert(machine, schema, rule, frame->value, &passes);
      *out_verdict = passes ? VERDICT_PASS : VERDICT_FAIL;
    } else {
      if (child == CHILD_NONE) frame->step = frame->member = frame->index = frame->hits = 0;
      status = schema_apply(machine, rule, child, out_verdict);
    }
    if (status != LLMB_OK || *out_verdict == VERDICT_APPLIED) return status;
    if (*out_verdict == VERDICT_FAIL) {
      if (child != CHILD_FAILED || !schema_apply_passes_on(rule->kind)) {
        note_failure(machine, &machine->frames[index], rule);
      }
      return LLMB_OK;
    }
    child = CHILD_NONE;
  }
  *out_verdict = VERDICT_PASS;
  return LLMB_OK;
}

llmb_status schema_evaluate(struct schema_machine *machine, uint32_t schema, uint32_t value, bool is_shallow,
                            bool *out_passes) {
  enum schema_child child = CHILD_NONE;
  *out_passes = false;
  machine->frame_count = machine->mark_count = 0;
  llmb_status status = machine_push(machine, schema, value, "schema", false);
  while (status == LLMB_OK && machine->frame_count > 0) {
    enum schema_verdict verdict = VERDICT_FAIL;
    status = go_on(machine, child, is_shallow, &verdict);
    child = CHILD_NONE;
    if (status != LLMB_OK || verdict == VERDICT_APPLIED) continue;
    child = verdict == VERDICT_PASS ? CHILD_PASSED : CHILD_FAILED;
    machine_pop(machine, verdict == VERDICT_PASS);
  }
  *out_passes = child == CHILD_PASSED;
  return status;
}
