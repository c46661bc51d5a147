#include "schema/schema_assert.h"

#include "core/memory.h"
#include "schema/exact_number.h"

bool schema_assert_knows(enum schema_rule_kind kind) {
  return kind <= RULE_DEPENDENT_REQUIRED;
}

bool schema_assert_kind(uint32_t type_bits, enum json_kind kind) {
  return (type_bits >> kind & 1) != 0 || (kind == JSON_NUMBER && (type_bits & RULE_TYPE_INTEGER) != 0);
}

bool schema_assert_lists_kind(const struct schema_set *set, const struct schema *schema, const struct schema_rule *rule,
                              enum json_kind kind) {
  const struct json_tape *tape = &set->documents[schema->document].tape;
  for (uint32_t i = 0; i < rule->count; i++) {
    if (tape->nodes[set->pool[rule->first + i]].kind == kind) return true;
  }
  return false;
}

static struct exact_number number_at(const struct json_tape *tape, uint32_t node) {
  const struct json_value text = json_tape_value(tape, node);
  return exact_number_read(text.text, text.size);
}

static bool has_type(const struct json_tape *tape, uint32_t value, uint32_t bits) {
  const enum json_kind kind = tape->nodes[value].kind;
  if ((bits >> kind & 1) != 0) return true;
  if (kind != JSON_NUMBER || (bits & RULE_TYPE_INTEGER) == 0) return false;
  const struct exact_number number = number_at(tape, value);
  return exact_number_is_integer(&number);
}

static const struct json_tape *names_of(const struct schema_machine *machine, const struct schema *schema) {
  return &machine->set->documents[schema->document].tape;
}

static llmb_status is_enumerated(struct schema_machine *machine, const struct schema *schema,
                                 const struct schema_rule *rule, uint32_t value, bool *out_passes) {
  const uint32_t *nodes = machine->set->pool + rule->first;
  llmb_status status = machine_hash(machine, value);
  *out_passes = schema_set_find(names_of(machine, schema), nodes, rule->count, 1, machine->tape, value) < rule->count;
  return status;
}

static bool keeps_number(const struct schema_machine *machine, const struct schema *schema,
                         const struct schema_rule *rule, uint32_t value) {
  const struct exact_number number = number_at(machine->tape, value);
  const struct exact_number bound = number_at(names_of(machine, schema), rule->node);
  if (rule->kind == RULE_MULTIPLE_OF) return exact_number_is_multiple(&number, &bound);
  const int order = exact_number_compare(&number, &bound);
  if (rule->kind == RULE_MAXIMUM) return order <= 0;
  if (rule->kind == RULE_EXCLUSIVE_MAXIMUM) return order < 0;
  return rule->kind == RULE_MINIMUM ? order >= 0 : order > 0;
}

bool schema_assert_has(const struct schema_machine *machine, uint32_t object, const struct json_tape *names,
                       uint32_t name) {
  const struct tape_node *nodes = machine->tape->nodes;
  for (uint32_t at = object + 1; at < nodes[object].next; at = nodes[at + 1].next) {
    if (json_tape_equal(names, name, machine->tape, at)) return true;
  }
  return false;
}

/* Counts the members that are required, instead of looking for each name among all members. A name that stands twice in
 * the list counts once. */
static bool has_required(const struct schema_machine *machine, const struct schema *schema,
                         const struct schema_rule *rule, uint32_t value) {
  const struct json_tape *names = names_of(machine, schema);
  const struct tape_node *nodes = machine->tape->nodes;
  const uint32_t *required = machine->set->pool + rule->first;
  uint32_t found = 0, distinct = 0;
  for (uint32_t i = 0; i < rule->count; i++) {
    distinct += i == 0 || names->nodes[required[i]].hash != names->nodes[required[i - 1]].hash;
  }
  if (nodes[value].count < distinct) return false;
  for (uint32_t at = value + 1; at < nodes[value].next; at = nodes[at + 1].next) {
    found += schema_set_find(names, required, rule->count, 1, machine->tape, at) < rule->count;
  }
  return found >= distinct;
}

uint32_t schema_assert_missing(const struct schema_machine *machine, const struct schema *schema,
                               const struct schema_rule *rule, uint32_t value) {
  const struct json_tape *names = names_of(machine, schema);
  const uint32_t *pool = machine->set->pool + rule->first;
  const bool in_pairs = rule->kind == RULE_DEPENDENT_REQUIRED;
  for (uint32_t i = 0; i < rule->count; i += in_pairs ? 2 : 1) {
    if (in_pairs && !schema_assert_has(machine, value, names, pool[i])) continue;
    const uint32_t name = pool[in_pairs ? i + 1 : i];
    if (!schema_assert_has(machine, value, names, name)) return name;
  }
  return TAPE_NONE;
}

/* Whether no two items are equal: each is looked for by its hash in a table of those before it. */
static llmb_status are_unique(struct schema_machine *machine, uint32_t value, bool *out_passes) {
  const struct tape_node *nodes = machine->tape->nodes;
  const uint32_t count = nodes[value].count;
  void *block = NULL;
  uint32_t slots = 8;
  *out_passes = true;
  if (count < 2) return LLMB_OK;
  while (slots < count * 2) slots *= 2;
  llmb_status status = machine_hash(machine, value);
  if (status == LLMB_OK) status = memory_allocate((uint64_t)slots * sizeof(uint32_t), &block);
  if (status != LLMB_OK) return status;
  uint32_t *table = block;
  for (uint32_t item = value + 1; item < nodes[value].next && *out_passes; item = nodes[item].next) {
    uint64_t at = nodes[item].hash & (slots - 1);
    for (; table[at] != 0 && *out_passes; at = (at + 1) & (slots - 1)) {
      *out_passes = !json_tape_equal(machine->tape, table[at], machine->tape, item);
    }
    if (*out_passes) table[at] = item;
  }
  memory_release(block);
  return machine_count(machine, slots);
}

llmb_status schema_assert(struct schema_machine *machine, const struct schema *schema, const struct schema_rule *rule,
                          uint32_t value, bool *out_passes) {
  const struct tape_node *node = &machine->tape->nodes[value];
  const bool is_string = node->kind == JSON_STRING, is_array = node->kind == JSON_ARRAY;
  const bool is_object = node->kind == JSON_OBJECT;
  llmb_status status = LLMB_OK;
  *out_passes = true;
  switch ((int)rule->kind) {
    case RULE_TYPE:
      *out_passes = has_type(machine->tape, value, rule->first);
      break;
    case RULE_ENUM:
      status = is_enumerated(machine, schema, rule, value, out_passes);
      break;
    case RULE_MULTIPLE_OF:
    case RULE_MAXIMUM:
    case RULE_EXCLUSIVE_MAXIMUM:
    case RULE_MINIMUM:
    case RULE_EXCLUSIVE_MINIMUM:
      if (node->kind != JSON_NUMBER) break;
      status = machine_count(machine, (node->size + names_of(machine, schema)->nodes[rule->node].size) / 16);
      if (status == LLMB_OK) *out_passes = keeps_number(machine, schema, rule, value);
      break;
    case RULE_MAX_LENGTH:
      *out_passes = !is_string || node->count <= rule->first;
      break;
    case RULE_MIN_LENGTH:
      *out_passes = !is_string || node->count >= rule->first;
      break;
    case RULE_PATTERN:
      return is_string ? machine_match(machine, rule->first, value, out_passes) : LLMB_OK;
    case RULE_MAX_ITEMS:
      *out_passes = !is_array || node->count <= rule->first;
      break;
    case RULE_MIN_ITEMS:
      *out_passes = !is_array || node->count >= rule->first;
      break;
    case RULE_MAX_PROPERTIES:
      *out_passes = !is_object || node->count <= rule->first;
      break;
    case RULE_MIN_PROPERTIES:
      *out_passes = !is_object || node->count >= rule->first;
      break;
    case RULE_UNIQUE_ITEMS:
      return is_array ? are_unique(machine, value, out_passes) : LLMB_OK;
    case RULE_REQUIRED:
      if (!is_object) break;
      status = machine_count(machine, rule->count + node->count);
      if (status == LLMB_OK) *out_passes = has_required(machine, schema, rule, value);
      break;
    case RULE_DEPENDENT_REQUIRED:
      if (!is_object) break;
      status = machine_count(machine, (uint64_t)rule->count * (1 + node->count));
      if (status == LLMB_OK) *out_passes = schema_assert_missing(machine, schema, rule, value) == TAPE_NONE;
      break;
    default:
      return LLMB_E_INTERNAL;
  }
  return status == LLMB_OK ? machine_count(machine, 1) : status;
}
