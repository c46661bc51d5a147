#include "engine/tool/tool_log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void keep(struct tool_log *log, const char *bytes, uint64_t size) {
  if (size > TOOL_LOG_SIZE) {
    bytes += size - TOOL_LOG_SIZE;
    size = TOOL_LOG_SIZE;
  }
  const uint64_t room = TOOL_LOG_SIZE - log->size;
  if (size > room) {
    const uint64_t dropped = size - room;
    memmove(log->text, log->text + dropped, log->size - dropped);
    log->size -= dropped;
  }
  memcpy(log->text + log->size, bytes, size);
  log->size += size;
}

enum tool_log_news tool_log_read(struct tool_log *log, int pipe) {
  char chunk[TOOL_CHUNK_SIZE];
  const ssize_t size = read(pipe, chunk, sizeof chunk);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return TOOL_LOG_NOTHING;
  if (size <= 0) return TOOL_LOG_END;
  keep(log, chunk, (uint64_t)size);
  log->total_size += (uint64_t)size;
  const ssize_t ignored = write(STDERR_FILENO, chunk, (size_t)size); /* the keeper reads it and never blocks for long */
  (void)ignored;
  return TOOL_LOG_TEXT;
}

void tool_log_copy(const struct tool_log *log, char *out, uint64_t capacity) {
  const uint64_t size = log->size < capacity - 1 ? log->size : capacity - 1;
  memcpy(out, log->text + (log->size - size), size);
  out[size] = 0;
}
