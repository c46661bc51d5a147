#include "schema/json_names.h"

#include <stddef.h>

#include "core/memory.h"

static uint32_t place_of(const struct json_names *names, uint64_t hash, uint32_t object) {
  const uint64_t mixed = (hash ^ object) * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(mixed >> 32) & (names->capacity - 1);
}

static void put(struct json_names *names, uint32_t entry, uint32_t slot) {
  while (names->slots[slot] != 0) slot = (slot + 1) & (names->capacity - 1);
  names->slots[slot] = entry + 1;
  names->entries[entry].slot = slot;
}

/* Twice the room, before three quarters are full. The entries are put in the order they came in, so that the last can
 * still be taken out again without a gap before another. */
static llmb_status grow(struct json_names *names) {
  const uint32_t capacity = names->capacity < 32 ? 32 : names->capacity * 2;
  void *slots = NULL, *entries = names->entries;
  llmb_status status = memory_allocate((uint64_t)capacity * sizeof *names->slots, &slots);
  if (status == LLMB_OK) status = memory_resize(&entries, (uint64_t)capacity / 4 * 3 * sizeof *names->entries);
  if (status != LLMB_OK) {
    memory_release(slots);
    return status;
  }
  memory_release(names->slots);
  *names = (struct json_names){entries, slots, names->count, capacity};
  for (uint32_t i = 0; i < names->count; i++) {
    put(names, i, place_of(names, names->entries[i].hash, names->entries[i].object));
  }
  return LLMB_OK;
}

llmb_status json_names_add(struct json_names *names, struct json_tape *tape, uint32_t object, uint32_t name,
                           bool *out_is_new) {
  *out_is_new = false;
  if (names->count == names->capacity / 4 * 3) {
    llmb_status status = grow(names);
    if (status != LLMB_OK) return status;
  }
  json_tape_hash(tape, name);
  const uint64_t hash = tape->nodes[name].hash;
  uint32_t at = place_of(names, hash, object);
  for (; names->slots[at] != 0; at = (at + 1) & (names->capacity - 1)) {
    const struct json_names_entry *entry = &names->entries[names->slots[at] - 1];
    if (entry->hash != hash || entry->object != object) continue;
    if (json_tape_equal(tape, entry->name, tape, name)) return LLMB_OK;
  }
  names->entries[names->count] = (struct json_names_entry){hash, object, name, at};
  names->slots[at] = ++names->count;
  *out_is_new = true;
  return LLMB_OK;
}

void json_names_leave(struct json_names *names, uint32_t object) {
  while (names->count > 0 && names->entries[names->count - 1].object == object) {
    names->slots[names->entries[--names->count].slot] = 0;
  }
}

void json_names_close(struct json_names *names) {
  memory_release(names->entries);
  memory_release(names->slots);
  *names = (struct json_names){0};
}
