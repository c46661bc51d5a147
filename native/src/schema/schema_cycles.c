#include "schema/schema_cycles.h"

#include "core/memory.h"

enum colour { NEW, OPEN, DONE };

struct step {
  uint32_t schema, rule, child;
};

/* The next schema that a rule applies to the same value, from *child on; SCHEMA_NONE after the last. */
static uint32_t next_child(const struct schema_set *set, const struct schema_rule *rule, uint32_t *child) {
  uint32_t stride = 1, from = 0, count = rule->count;
  switch ((int)rule->kind) {
    case RULE_REF:
    case RULE_DYNAMIC_REF:
      count = 1;
      break;
    case RULE_ALL_OF:
    case RULE_ANY_OF:
    case RULE_ONE_OF:
    case RULE_NOT:
    case RULE_IF:
      break;
    case RULE_DEPENDENT_SCHEMAS:
      stride = 2;
      from = 1;
      break;
    default:
      return SCHEMA_NONE;
  }
  while (from + *child * stride < count) {
    const uint32_t schema = set->pool[rule->first + from + (*child)++ * stride];
    if (schema != SCHEMA_NONE) return schema;
  }
  return SCHEMA_NONE;
}

static uint32_t next_step(const struct schema_set *set, struct step *step) {
  const struct schema *schema = &set->schemas[step->schema];
  for (; step->rule < schema->rule_count; step->rule++, step->child = 0) {
    const uint32_t child = next_child(set, &set->rules[schema->first_rule + step->rule], &step->child);
    if (child != SCHEMA_NONE) return child;
  }
  return SCHEMA_NONE;
}

llmb_status schema_cycles_find(const struct schema_set *set, uint32_t *out_schema) {
  void *block = NULL;
  llmb_status status = memory_allocate(set->schema_count * (sizeof(struct step) + 1), &block);
  if (status != LLMB_OK) return status;
  struct step *stack = block;
  uint8_t *colours = (uint8_t *)(stack + set->schema_count);
  *out_schema = SCHEMA_NONE;
  for (uint32_t root = 0; root < set->schema_count && *out_schema == SCHEMA_NONE; root++) {
    if (colours[root] != NEW) continue;
    uint32_t depth = 0;
    colours[root] = OPEN;
    stack[depth++] = (struct step){root, 0, 0};
    while (depth > 0 && *out_schema == SCHEMA_NONE) {
      const uint32_t child = next_step(set, &stack[depth - 1]);
      if (child == SCHEMA_NONE) {
        colours[stack[--depth].schema] = DONE;
      } else if (colours[child] == OPEN) {
        *out_schema = child;
      } else if (colours[child] == NEW) {
        colours[child] = OPEN;
        stack[depth++] = (struct step){child, 0, 0};
      }
    }
  }
  memory_release(block);
  return LLMB_OK;
}
