/* Lines of a session's log: one JSON object each, sealed by a CRC32C of all that stands before it in the line. */
#ifndef LLMB_SESSION_LINE_H
#define LLMB_SESSION_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include <llmbridge/status.h>

#include "core/json_reader.h"
#include "keeper/session_name.h"

enum {
  SESSION_LINE_SIZE_MAX = 32 << 20,  /* no line of ours is longer */
  SESSION_FILE_SIZE_MAX = 128 << 20, /* of a whole log */
  SESSION_SEAL_SIZE = sizeof ",\"crc\":\"00000000\"}" - 1
};

/* Bytes that grow. */
struct session_bytes {
  char *text; /* freed with memory_release */
  uint64_t size, capacity;
};

uint32_t session_crc(const char *bytes, uint64_t size);

llmb_status session_bytes_add(struct session_bytes *bytes, const char *text, uint64_t size);

/* Adds a line: the JSON object `text`, which has at least one member and no newline, with its seal and a newline. */
llmb_status session_line_add(struct session_bytes *bytes, const char *text, uint64_t size);

/* Reads a line without its newline: the object, JSON_ABSENT if it is not one that was sealed as it stands. */
struct json_value session_line_read(const char *line, uint64_t size);

#endif
