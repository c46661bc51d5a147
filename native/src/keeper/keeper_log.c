#include "keeper/keeper_log.h"

#include <string.h>

void keeper_log_append(struct keeper_log *log, const char *bytes, uint64_t size) {
  if (size > sizeof log->ring) {
    log->written += size - sizeof log->ring;
    bytes += size - sizeof log->ring;
    size = sizeof log->ring;
  }
  uint64_t at = log->written % sizeof log->ring;
  uint64_t first = size < sizeof log->ring - at ? size : sizeof log->ring - at;
  memcpy(log->ring + at, bytes, first);
  memcpy(log->ring, bytes + first, size - first);
  log->written += size;
}

uint64_t keeper_log_tail(const struct keeper_log *log, char *out, uint64_t capacity) {
  uint64_t kept = log->written < sizeof log->ring ? log->written : sizeof log->ring;
  uint64_t size = kept < capacity ? kept : capacity;
  uint64_t at = (log->written - size) % sizeof log->ring;
  uint64_t first = size < sizeof log->ring - at ? size : sizeof log->ring - at;
  memcpy(out, log->ring + at, first);
  memcpy(out + first, log->ring, size - first);
  if (size == log->written) return size;
  /* Cut somewhere in a line: half a line misleads, but is better than nothing. */
  const char *newline = memchr(out, '\n', size);
  if (newline == NULL || newline + 1 == out + size) return size;
  uint64_t skipped = (uint64_t)(newline + 1 - out);
  memmove(out, newline + 1, size - skipped);
  return size - skipped;
}
