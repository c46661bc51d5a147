#include "api/call_unread.h"

#include <string.h>

#include "core/memory.h"

bool unread_is_empty(const struct unread *unread) {
  return unread->begin == unread->end;
}

uint64_t unread_size(const struct unread *unread) {
  return unread->end - unread->begin;
}

uint8_t *unread_append(struct unread *unread, uint64_t size, uint64_t whole) {
  const struct unread_part part = {.size = size, .whole = whole};
  /* Only where half of it is free: else each append would move all. */
  if (unread->begin > unread->end / 2 && unread->end + sizeof part + size > unread->capacity) {
    memmove(unread->bytes, unread->bytes + unread->begin, unread_size(unread));
    unread->end -= unread->begin;
    unread->begin = 0;
  }
  const uint64_t needed = unread->end + sizeof part + size;
  if (needed > unread->capacity) {
    void *grown = unread->bytes;
    if (memory_resize(&grown, needed * 2) != LLMB_OK) return NULL;
    unread->bytes = grown;
    unread->capacity = needed * 2;
  }
  memcpy(unread->bytes + unread->end, &part, sizeof part);
  unread->end = needed;
  return unread->bytes + needed - size;
}

struct unread_part unread_next(const struct unread *unread) {
  struct unread_part part;
  memcpy(&part, unread->bytes + unread->begin, sizeof part);
  return part;
}

uint64_t unread_take(struct unread *unread, uint8_t *buffer, uint64_t capacity) {
  struct unread_part part = unread_next(unread);
  const uint64_t size = part.size < capacity ? part.size : capacity;
  const uint8_t *bytes = unread->bytes + unread->begin + sizeof part;
  memcpy(buffer, bytes, size);
  part.size -= size;
  part.whole = 0;
  unread->begin += size;
  if (part.size == 0) {
    unread->begin += sizeof part;
  } else {
    memcpy(unread->bytes + unread->begin, &part, sizeof part);
  }
  if (unread_is_empty(unread)) unread->begin = unread->end = 0;
  return size;
}

void unread_clear(struct unread *unread, uint64_t kept_capacity) {
  unread->begin = unread->end = 0;
  if (unread->capacity <= kept_capacity) return;
  unread->bytes = memory_release(unread->bytes);
  unread->capacity = 0;
}
