#include "schema/json_names.h"

#include <stddef.h>

#include "core/memory.h"

static uint32_t place_of(const struct json_names *names, const struct json_tape *tape, uint32_t object, uint32_t name) {
  const uint64_t mixed = (tape->nodes[name].hash ^ object) * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(mixed >> 32) & (names->capacity - 1);
}

static void put(struct json_names *names, const struct json_tape *tape, struct json_names_slot slot) {
  uint32_t at = place_of(names, tape, slot.object, slot.name);
  while (names->slots[at].name != 0) at = (at + 1) & (names->capacity - 1);
  names->slots[at] = slot;
}

/* Twice the room, before three quarters are full. */
static llmb_status grow(struct json_names *names, const struct json_tape *tape) {
  struct json_names grown = {.count = names->count, .capacity = names->capacity < 32 ? 32 : names->capacity * 2};
  void *block = NULL;
  llmb_status status = memory_allocate((uint64_t)grown.capacity * sizeof *grown.slots, &block);
  if (status != LLMB_OK) return status;
  grown.slots = block;
  for (uint32_t i = 0; i < names->capacity; i++) {
    if (names->slots[i].name != 0) put(&grown, tape, names->slots[i]);
  }
  json_names_close(names);
  *names = grown;
  return LLMB_OK;
}

llmb_status json_names_add(struct json_names *names, const struct json_tape *tape, uint32_t object, uint32_t name,
                           bool *out_is_new) {
  *out_is_new = false;
  if (names->count >= names->capacity / 4 * 3) {
    llmb_status status = grow(names, tape);
    if (status != LLMB_OK) return status;
  }
  uint32_t at = place_of(names, tape, object, name);
  for (; names->slots[at].name != 0; at = (at + 1) & (names->capacity - 1)) {
    if (names->slots[at].object == object && json_tape_equal(tape, names->slots[at].name, tape, name)) return LLMB_OK;
  }
  names->slots[at] = (struct json_names_slot){object, name};
  names->count++;
  *out_is_new = true;
  return LLMB_OK;
}

void json_names_close(struct json_names *names) {
  memory_release(names->slots);
  *names = (struct json_names){0};
}
