#include "schema/schema_asserted.h"

static bool has(const struct schema_asserted *asserted, uint32_t schema) {
  for (uint32_t i = 0; i < asserted->count; i++) {
    if (asserted->schemas[i] == schema) return true;
  }
  return false;
}

static void add_one(struct schema_asserted *asserted, uint32_t schema) {
  if (schema == SCHEMA_NONE || asserted->count == SCHEMA_ASSERTED_MAX || has(asserted, schema)) return;
  asserted->schemas[asserted->count++] = schema;
}

void schema_asserted_add(struct schema_asserted *asserted, const struct schema_set *set, uint32_t schema) {
  uint32_t next = asserted->count;
  add_one(asserted, schema);
  for (; next < asserted->count; next++) {
    const struct schema *at = &set->schemas[asserted->schemas[next]];
    for (uint32_t i = 0; i < at->rule_count; i++) {
      const struct schema_rule *rule = &set->rules[at->first_rule + i];
      if (rule->kind == RULE_REF) add_one(asserted, set->pool[rule->first]);
      if (rule->kind != RULE_ALL_OF) continue;
      for (uint32_t k = 0; k < rule->count; k++) add_one(asserted, set->pool[rule->first + k]);
    }
  }
}

const struct schema_rule *schema_asserted_rule(const struct schema_asserted *asserted, const struct schema_set *set,
                                               enum schema_rule_kind kind, uint64_t *at, uint32_t *out_schema) {
  for (uint32_t which = (uint32_t)(*at >> 32), i = (uint32_t)*at; which < asserted->count; which++, i = 0) {
    const struct schema *schema = &set->schemas[asserted->schemas[which]];
    for (; i < schema->rule_count; i++) {
      const struct schema_rule *rule = &set->rules[schema->first_rule + i];
      if (rule->kind != kind) continue;
      *at = (uint64_t)which << 32 | (i + 1);
      *out_schema = asserted->schemas[which];
      return rule;
    }
  }
  return NULL;
}

void schema_asserted_item(struct schema_asserted *asserted, const struct schema_set *set,
                          const struct schema_asserted *container, uint32_t index) {
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint64_t at = 0; (rule = schema_asserted_rule(container, set, RULE_ITEMS, &at, &schema)) != NULL;) {
    const uint32_t place = index < rule->count - 1 ? index : rule->count - 1;
    schema_asserted_add(asserted, set, set->pool[rule->first + place]);
  }
}

llmb_status schema_asserted_member(struct schema_asserted *asserted, struct schema_machine *machine,
                                   const struct schema_asserted *container, uint32_t name) {
  const struct schema_set *set = machine->set;
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint64_t at = 0; (rule = schema_asserted_rule(container, set, RULE_MEMBERS, &at, &schema)) != NULL;) {
    const uint32_t *pool = set->pool + rule->first;
    const uint32_t known = schema_set_member(set, &set->schemas[schema], rule, machine->tape, name);
    bool is_known = known != SCHEMA_NONE;
    schema_asserted_add(asserted, set, known);
    for (uint32_t i = MEMBERS_NAMES + 2 * pool[MEMBERS_NAME_COUNT]; i < rule->count; i += 2) {
      bool matches = false;
      llmb_status status = machine_match(machine, pool[i], name, &matches);
      if (status != LLMB_OK) return status;
      if (matches) schema_asserted_add(asserted, set, pool[i + 1]);
      is_known = is_known || matches;
    }
    if (!is_known) schema_asserted_add(asserted, set, pool[MEMBERS_OTHER]);
  }
  return LLMB_OK;
}

void schema_asserted_names(struct schema_asserted *asserted, const struct schema_set *set,
                           const struct schema_asserted *container) {
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint64_t at = 0; (rule = schema_asserted_rule(container, set, RULE_PROPERTY_NAMES, &at, &schema)) != NULL;) {
    schema_asserted_add(asserted, set, set->pool[rule->first]);
  }
}
