#include "schema/schema_set.h"

#include "core/memory.h"

llmb_status schema_set_grow(void **array, uint32_t count, uint32_t *capacity, uint64_t size) {
  if (count < *capacity) return LLMB_OK;
  const uint32_t grown = *capacity < 16 ? 16 : *capacity * 2;
  llmb_status status = memory_resize(array, grown * size);
  if (status == LLMB_OK) *capacity = grown;
  return status;
}

llmb_status schema_set_add_pool(struct schema_set *set, uint32_t value) {
  void *array = set->pool;
  llmb_status status = schema_set_grow(&array, set->pool_count, &set->pool_capacity, sizeof *set->pool);
  set->pool = array;
  if (status == LLMB_OK) set->pool[set->pool_count++] = value;
  return status;
}

/* A shell sort, which needs neither memory nor recursion. */
void schema_set_sort(struct schema_set *set, uint32_t document, uint32_t first, uint32_t count, uint32_t width) {
  const struct tape_node *nodes = set->documents[document].tape.nodes;
  uint32_t *rows = set->pool + first;
  for (uint32_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
    for (uint32_t i = gap; i < count; i++) {
      const uint32_t node = rows[i * width], other = rows[i * width + width - 1];
      uint32_t at = i;
      for (; at >= gap && nodes[rows[(at - gap) * width]].hash > nodes[node].hash; at -= gap) {
        rows[at * width] = rows[(at - gap) * width];
        rows[at * width + width - 1] = rows[(at - gap) * width + width - 1];
      }
      rows[at * width] = node;
      rows[at * width + width - 1] = other;
    }
  }
}

void schema_set_close(struct schema_set *set) {
  for (uint32_t i = 0; i < set->document_count; i++) {
    json_tape_close(&set->documents[i].tape);
    memory_release(set->documents[i].schemas);
  }
  for (uint32_t i = 0; i < set->resource_count; i++) memory_release(set->resources[i].uri);
  for (uint32_t i = 0; i < set->regex_count; i++) regex_close(set->regexes[i]);
  memory_release(set->schemas);
  memory_release(set->rules);
  memory_release(set->resources);
  memory_release(set->anchors);
  memory_release(set->regexes);
  memory_release(set->pool);
  *set = (struct schema_set){0};
}

uint32_t schema_set_find(const struct json_tape *names, const uint32_t *rows, uint32_t count, uint32_t width,
                         const struct json_tape *tape, uint32_t node) {
  const uint64_t hash = tape->nodes[node].hash;
  uint32_t low = 0, high = count;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (names->nodes[rows[middle * width]].hash < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (; low < count && names->nodes[rows[low * width]].hash == hash; low++) {
    if (json_tape_equal(names, rows[low * width], tape, node)) return low;
  }
  return count;
}

uint32_t schema_set_member(const struct schema_set *set, const struct schema *schema, const struct schema_rule *rule,
                           const struct json_tape *tape, uint32_t name) {
  const uint32_t *pairs = set->pool + rule->first + MEMBERS_NAMES;
  const uint32_t count = set->pool[rule->first + MEMBERS_NAME_COUNT];
  const uint32_t found = schema_set_find(&set->documents[schema->document].tape, pairs, count, 2, tape, name);
  return found < count ? pairs[2 * found + 1] : SCHEMA_NONE;
}
