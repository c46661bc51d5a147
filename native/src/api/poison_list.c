#include "api/poison_list.h"

#include "core/policy.h"
#include "platform/os_random.h"

void poison_list_init(struct poison_list *list) {
  list->count = list->next = 0;
  os_random(list->key, 2);
}

void poison_list_add(struct poison_list *list, uint64_t hash, uint64_t now_ns) {
  uint64_t since_ns = 0;
  if (poison_list_find(list, hash, now_ns, &since_ns)) return;
  list->entries[list->next].hash = hash;
  list->entries[list->next].since_ns = now_ns;
  list->next = (list->next + 1) % POISON_LIST_MAX;
  if (list->count < POISON_LIST_MAX) list->count++;
}

bool poison_list_find(const struct poison_list *list, uint64_t hash, uint64_t now_ns, uint64_t *out_since_ns) {
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->entries[i].hash != hash || now_ns >= list->entries[i].since_ns + POISON_TIME_NS) continue;
    *out_since_ns = list->entries[i].since_ns;
    return true;
  }
  return false;
}
