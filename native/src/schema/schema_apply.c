#include "schema/schema_apply.h"

#include <string.h>

#include "schema/schema_assert.h"

static struct schema_frame *top(struct schema_machine *machine) {
  return &machine->frames[machine->frame_count - 1];
}

/* Applies a schema to a value; what the top frame holds may move. */
static llmb_status apply(struct schema_machine *machine, uint32_t schema, uint32_t value, const char *by, bool gives,
                         enum schema_verdict *out) {
  *out = VERDICT_APPLIED;
  return machine_push(machine, schema, value, by, gives);
}

static llmb_status done(enum schema_verdict verdict, enum schema_verdict *out) {
  *out = verdict;
  return LLMB_OK;
}

static bool is_same_name(const struct schema_set *set, const struct schema_anchor *a, const struct schema_anchor *b) {
  return json_tape_equal(&set->documents[a->document].tape, a->node, &set->documents[b->document].tape, b->node);
}

/* The anchor of that name in the outermost resource of the way here that has one. */
uint32_t schema_apply_target(struct schema_machine *machine, const struct schema_rule *rule) {
  const struct schema_set *set = machine->set;
  const uint32_t found = set->pool[rule->first + 1];
  if (found == SCHEMA_NONE) return set->pool[rule->first];
  for (uint32_t i = 0; i < machine->frame_count; i++) {
    const uint32_t resource = set->schemas[machine->frames[i].schema].resource;
    machine->steps += set->anchor_count;
    for (uint32_t k = 0; k < set->anchor_count; k++) {
      const struct schema_anchor *anchor = &set->anchors[k];
      if (!anchor->is_dynamic || anchor->resource != resource) continue;
      if (is_same_name(set, anchor, &set->anchors[found])) return anchor->schema;
    }
  }
  return set->pool[rule->first];
}

static llmb_status apply_reference(struct schema_machine *machine, const struct schema_rule *rule,
                                   enum schema_child child, enum schema_verdict *out) {
  if (child != CHILD_NONE) return done(child == CHILD_PASSED ? VERDICT_PASS : VERDICT_FAIL, out);
  return apply(machine, schema_apply_target(machine, rule), top(machine)->value, rule->keyword, true, out);
}

static llmb_status apply_all(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                             enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  if (child == CHILD_FAILED) return done(VERDICT_FAIL, out);
  if (frame->step == rule->count) return done(VERDICT_PASS, out);
  return apply(machine, machine->set->pool[rule->first + frame->step++], frame->value, rule->keyword, true, out);
}

/* anyOf and oneOf. Where marks are kept, anyOf looks at all: each that passes has evaluated something. */
static llmb_status apply_some(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                              enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  const bool is_any = rule->kind == RULE_ANY_OF;
  frame->hits += child == CHILD_PASSED;
  if (is_any && frame->hits > 0 && !frame->has_marks) return done(VERDICT_PASS, out);
  if (!is_any && frame->hits > 1) return done(VERDICT_FAIL, out);
  if (frame->step == rule->count) return done(frame->hits > 0 ? VERDICT_PASS : VERDICT_FAIL, out);
  return apply(machine, machine->set->pool[rule->first + frame->step++], frame->value, rule->keyword, true, out);
}

static llmb_status apply_not(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                             enum schema_verdict *out) {
  if (child != CHILD_NONE) return done(child == CHILD_FAILED ? VERDICT_PASS : VERDICT_FAIL, out);
  return apply(machine, machine->set->pool[rule->first], top(machine)->value, rule->keyword, false, out);
}

static llmb_status apply_if(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                            enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  const uint32_t *pool = machine->set->pool + rule->first;
  if (frame->step == 2) return done(child == CHILD_PASSED ? VERDICT_PASS : VERDICT_FAIL, out);
  if (frame->step++ == 0) return apply(machine, pool[0], frame->value, "if", true, out);
  const uint32_t next = child == CHILD_PASSED ? pool[1] : pool[2];
  if (next == SCHEMA_NONE) return done(VERDICT_PASS, out);
  return apply(machine, next, frame->value, child == CHILD_PASSED ? "then" : "else", true, out);
}

static llmb_status apply_dependent(struct schema_machine *machine, const struct schema_rule *rule,
                                   enum schema_child child, enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  const struct json_tape *names = &machine->set->documents[machine->set->schemas[frame->schema].document].tape;
  if (child == CHILD_FAILED) return done(VERDICT_FAIL, out);
  if (machine->tape->nodes[frame->value].kind != JSON_OBJECT) return done(VERDICT_PASS, out);
  while (frame->step < rule->count) {
    const uint32_t *pair = machine->set->pool + rule->first + frame->step;
    frame->step += 2;
    llmb_status status = machine_count(machine, 1 + machine->tape->nodes[frame->value].count);
    if (status != LLMB_OK) return status;
    if (!schema_assert_has(machine, frame->value, names, pair[0])) continue;
    return apply(machine, pair[1], frame->value, rule->keyword, true, out);
  }
  return done(VERDICT_PASS, out);
}

/* Sets the frame at its value's first item or member; false if it has none. */
static bool begin_parts(const struct schema_machine *machine, struct schema_frame *frame, enum json_kind kind) {
  const struct tape_node *value = &machine->tape->nodes[frame->value];
  frame->member = frame->value + 1;
  return value->kind == kind && value->count > 0;
}

/* On to the next; false behind the last. */
static bool next_part(const struct schema_machine *machine, struct schema_frame *frame) {
  const struct tape_node *nodes = machine->tape->nodes, *value = &nodes[frame->value];
  frame->member = value->kind == JSON_OBJECT ? nodes[frame->member + 1].next : nodes[frame->member].next;
  frame->index++;
  return frame->member < value->next;
}

static llmb_status apply_names(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                               enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  if (child == CHILD_FAILED) return done(VERDICT_FAIL, out);
  const bool is_more = child == CHILD_NONE ? begin_parts(machine, frame, JSON_OBJECT) : next_part(machine, frame);
  if (!is_more) return done(VERDICT_PASS, out);
  return apply(machine, machine->set->pool[rule->first], frame->member, rule->keyword, false, out);
}

/* Of each member: properties, each of patternProperties (step counts them), then additionalProperties if none was its
 * (hits counts those). */
static llmb_status apply_members(struct schema_machine *machine, const struct schema_rule *rule,
                                 enum schema_child child, enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  const struct schema_set *set = machine->set;
  const struct schema *schema = &set->schemas[frame->schema];
  const uint32_t *pool = set->pool + rule->first;
  const uint32_t patterns = MEMBERS_NAMES + 2 * pool[MEMBERS_NAME_COUNT];
  const uint32_t additional = 1 + (rule->count - patterns) / 2;
  if (child == CHILD_FAILED) return done(VERDICT_FAIL, out);
  if (child == CHILD_NONE && !begin_parts(machine, frame, JSON_OBJECT)) return done(VERDICT_PASS, out);
  do {
    for (; frame->step <= additional;) {
      const uint32_t step = frame->step++;
      uint32_t next = SCHEMA_NONE;
      const char *by = "properties";
      llmb_status status = machine_count(machine, 1);
      if (step == 0) {
        next = schema_set_member(set, schema, rule, machine->tape, frame->member);
      } else if (step < additional) {
        bool matches = false;
        by = "patternProperties";
        if (status == LLMB_OK)
          status = machine_match(machine, pool[patterns + 2 * (step - 1)], frame->member, &matches);
        if (matches) next = pool[patterns + 2 * (step - 1) + 1];
      } else if (frame->hits == 0) {
        by = "additionalProperties";
        next = pool[MEMBERS_OTHER];
      }
      if (status != LLMB_OK) return status;
      if (next == SCHEMA_NONE) continue;
      frame->hits++;
      machine_mark(machine, frame, frame->index);
      return apply(machine, next, frame->member + 1, by, false, out);
    }
    frame->step = frame->hits = 0;
  } while (next_part(machine, frame));
  return done(VERDICT_PASS, out);
}

static llmb_status apply_items(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                               enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  const uint32_t *pool = machine->set->pool + rule->first, prefix = rule->count - 1;
  if (child == CHILD_FAILED) return done(VERDICT_FAIL, out);
  const bool is_more = child == CHILD_NONE ? begin_parts(machine, frame, JSON_ARRAY) : next_part(machine, frame);
  const uint32_t schema = frame->index < prefix ? pool[frame->index] : pool[prefix];
  if (!is_more || schema == SCHEMA_NONE) return done(VERDICT_PASS, out);
  machine_mark(machine, frame, frame->index);
  return apply(machine, schema, frame->member, frame->index < prefix ? "prefixItems" : "items", false, out);
}

static llmb_status apply_contains(struct schema_machine *machine, const struct schema_rule *rule,
                                  enum schema_child child, enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  const uint32_t *pool = machine->set->pool + rule->first, least = pool[1], most = pool[2];
  if (machine->tape->nodes[frame->value].kind != JSON_ARRAY) return done(VERDICT_PASS, out);
  if (child == CHILD_PASSED) {
    frame->hits++;
    machine_mark(machine, frame, frame->index);
  }
  if (frame->hits > most) return done(VERDICT_FAIL, out);
  const bool is_enough = frame->hits >= least && most == UINT32_MAX && !frame->has_marks;
  const bool is_more = child == CHILD_NONE ? begin_parts(machine, frame, JSON_ARRAY) : next_part(machine, frame);
  if (!is_more || is_enough) return done(frame->hits >= least ? VERDICT_PASS : VERDICT_FAIL, out);
  return apply(machine, pool[0], frame->member, rule->keyword, false, out);
}

/* What no other rule has marked. */
static llmb_status apply_unevaluated(struct schema_machine *machine, const struct schema_rule *rule,
                                     enum schema_child child, enum schema_verdict *out) {
  struct schema_frame *frame = top(machine);
  const bool of_items = rule->kind == RULE_UNEVALUATED_ITEMS;
  if (child == CHILD_FAILED) return done(VERDICT_FAIL, out);
  bool is_more = child == CHILD_NONE ? begin_parts(machine, frame, of_items ? JSON_ARRAY : JSON_OBJECT)
                                     : next_part(machine, frame);
  for (; is_more; is_more = next_part(machine, frame)) {
    llmb_status status = machine_count(machine, 1);
    if (status != LLMB_OK) return status;
    if (machine_is_marked(machine, frame, frame->index)) continue;
    machine_mark(machine, frame, frame->index);
    return apply(machine, machine->set->pool[rule->first], of_items ? frame->member : frame->member + 1, rule->keyword,
                 false, out);
  }
  return done(VERDICT_PASS, out);
}

bool schema_apply_passes_on(enum schema_rule_kind kind) {
  return kind != RULE_ANY_OF && kind != RULE_ONE_OF && kind != RULE_NOT && kind != RULE_CONTAINS;
}

llmb_status schema_apply(struct schema_machine *machine, const struct schema_rule *rule, enum schema_child child,
                         enum schema_verdict *out_verdict) {
  switch ((int)rule->kind) {
    case RULE_REF:
    case RULE_DYNAMIC_REF:
      return apply_reference(machine, rule, child, out_verdict);
    case RULE_ALL_OF:
      return apply_all(machine, rule, child, out_verdict);
    case RULE_ANY_OF:
    case RULE_ONE_OF:
      return apply_some(machine, rule, child, out_verdict);
    case RULE_NOT:
      return apply_not(machine, rule, child, out_verdict);
    case RULE_IF:
      return apply_if(machine, rule, child, out_verdict);
    case RULE_DEPENDENT_SCHEMAS:
      return apply_dependent(machine, rule, child, out_verdict);
    case RULE_PROPERTY_NAMES:
      return apply_names(machine, rule, child, out_verdict);
    case RULE_MEMBERS:
      return apply_members(machine, rule, child, out_verdict);
    case RULE_ITEMS:
      return apply_items(machine, rule, child, out_verdict);
    case RULE_CONTAINS:
      return apply_contains(machine, rule, child, out_verdict);
    case RULE_UNEVALUATED_ITEMS:
    case RULE_UNEVALUATED_PROPERTIES:
      return apply_unevaluated(machine, rule, child, out_verdict);
    default:
      return LLMB_E_INTERNAL;
  }
}
