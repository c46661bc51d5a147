#include "engine/tool/tool_buffer.h"

#include <string.h>

#include "core/memory.h"

enum { CAPACITY_FIRST = 4 << 10, CAPACITY_KEPT = 256 << 10 };

llmb_status tool_buffer_reserve(struct tool_buffer *buffer, uint64_t more) {
  const uint64_t needed = buffer->size + more;
  if (needed <= buffer->capacity) return LLMB_OK;
  uint64_t capacity = buffer->capacity < CAPACITY_FIRST ? CAPACITY_FIRST : buffer->capacity * 2;
  if (capacity < needed) capacity = needed;
  void *block = buffer->bytes;
  const llmb_status status = memory_resize(&block, capacity);
  if (status != LLMB_OK) return status;
  buffer->bytes = block;
  buffer->capacity = capacity;
  return LLMB_OK;
}

llmb_status tool_buffer_append(struct tool_buffer *buffer, const char *bytes, uint64_t size) {
  const llmb_status status = tool_buffer_reserve(buffer, size);
  if (status != LLMB_OK || size == 0) return status;
  memcpy(buffer->bytes + buffer->size, bytes, size);
  buffer->size += size;
  return LLMB_OK;
}

void tool_buffer_drop(struct tool_buffer *buffer, uint64_t size) {
  if (size == 0) return;
  buffer->size -= size;
  if (buffer->size > 0) {
    memmove(buffer->bytes, buffer->bytes + size, buffer->size);
  } else if (buffer->capacity > CAPACITY_KEPT) {
    tool_buffer_clear(buffer); /* one long line does not stay for ever */
  }
}

void tool_buffer_clear(struct tool_buffer *buffer) {
  memory_release(buffer->bytes);
  *buffer = (struct tool_buffer){0};
}
