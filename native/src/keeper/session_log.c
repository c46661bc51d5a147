#include "keeper/session_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static const char beginning[] = "{\"llmbridge_session\":";

uint64_t session_number(struct json_value object, const char *name, uint64_t otherwise) {
  char text[24], *end = NULL;
  const struct json_value value = json_member(object, name);
  if (value.kind != JSON_NUMBER || value.size >= sizeof text || value.text[0] == '-') return otherwise;
  memcpy(text, value.text, value.size);
  text[value.size] = 0;
  errno = 0;
  const uint64_t number = strtoull(text, &end, 10);
  return *end == 0 && errno == 0 ? number : otherwise;
}

void session_text(struct json_value object, const char *name, char *out, uint64_t capacity) {
  const struct json_value value = json_member(object, name);
  out[0] = 0;
  if (value.kind == JSON_STRING && value.size < capacity) json_string_copy(value, out);
}

static llmb_status refuse(struct session_log *log, const char *what, uint64_t offset) {
  snprintf(log->problem, sizeof log->problem, "%s, at byte %llu", what, (unsigned long long)offset);
  return LLMB_E_OUTPUT_INVALID;
}

/* The size of the line that begins at `at`, without its newline; false if no newline ends it. */
static bool find_line(const char *text, uint64_t size, uint64_t at, uint64_t *out_size) {
  const char *end = at < size ? memchr(text + at, '\n', size - at) : NULL;
  if (end != NULL) *out_size = (uint64_t)(end - (text + at));
  return end != NULL;
}

static llmb_status read_header(const char *text, uint64_t size, struct session_log *log, uint64_t *out_end) {
  uint64_t line = 0;
  *out_end = size;
  const uint64_t compared = size < sizeof beginning - 1 ? size : sizeof beginning - 1;
  if (memcmp(text, beginning, compared) != 0) return refuse(log, "it is not the log of a session", 0);
  if (!find_line(text, size, 0, &line)) {
    log->torn_size = size; /* its first write did not come to the end of the header */
    return LLMB_OK;
  }
  const struct json_value header = session_line_read(text, line);
  if (header.kind != JSON_OBJECT) return refuse(log, "its header is damaged", 0);
  if (session_number(header, "llmbridge_session", 0) != SESSION_FORMAT) {
    return refuse(log, "it is of a format that this version does not know", 0);
  }
  log->header = header;
  log->whole_size = *out_end = line + 1;
  return LLMB_OK;
}

static llmb_status add_record(struct session_log *log, const struct session_record *record) {
  if (log->count == log->capacity) {
    void *grown = log->records;
    const uint64_t capacity = log->capacity == 0 ? 64 : log->capacity * 2;
    const llmb_status status = memory_resize(&grown, capacity * sizeof *log->records);
    if (status != LLMB_OK) return status;
    log->records = grown;
    log->capacity = capacity;
  }
  log->records[log->count++] = *record;
  return LLMB_OK;
}

/* Whether this is the record that must come now; *left is how many of its turn were to come, and becomes how many are
 */
static bool is_next(const struct session_log *log, const struct json_value line, uint64_t turn, uint64_t *left,
                    struct session_record *out) {
  const uint64_t now = session_number(line, "left", UINT64_MAX);
  if (line.kind != JSON_OBJECT || session_number(line, "record", 0) != log->count + 1) return false;
  if (session_number(line, "turn", 0) != turn || now >= SESSION_RECORDS_MAX) return false;
  if (*left != 0 && now + 1 != *left) return false;
  out->object = line;
  out->message = json_member(line, "message");
  out->turn = turn;
  if (out->message.kind != JSON_OBJECT || json_member(out->message, "role").kind != JSON_STRING) return false;
  *left = now;
  return true;
}

/* Whether a record that is sealed stands somewhere from `at` on, and is of no turn but this one. */
static bool other_turn_follows(const char *text, uint64_t size, uint64_t at, uint64_t turn) {
  for (uint64_t line = 0; find_line(text, size, at, &line); at += line + 1) {
    const struct json_value object = session_line_read(text + at, line);
    if (object.kind == JSON_OBJECT && session_number(object, "turn", 0) != turn) return true;
  }
  return false;
}

llmb_status session_log_read(const char *text, uint64_t size, struct session_log *out) {
  uint64_t at = 0, line = 0, left = 0, whole_count = 0;
  memset(out, 0, sizeof *out);
  if (size == 0) return LLMB_OK;
  if (size > SESSION_FILE_SIZE_MAX) return refuse(out, "it is larger than a session may be", SESSION_FILE_SIZE_MAX);
  llmb_status status = read_header(text, size, out, &at);
  if (status != LLMB_OK || out->header.kind == JSON_ABSENT) return status;
  while (find_line(text, size, at, &line)) {
    struct session_record record = {.offset = at, .size = line};
    if (!is_next(out, session_line_read(text + at, line), out->turn_count + 1, &left, &record)) break;
    if (out->count == SESSION_RECORDS_MAX) return refuse(out, "it has more records than a session may have", at);
    status = add_record(out, &record);
    if (status != LLMB_OK) return status;
    at += line + 1;
    if (left > 0) continue;
    out->turn_count++;
    out->whole_size = at;
    whole_count = out->count;
  }
  out->count = whole_count;
  out->torn_size = size - out->whole_size;
  if (at < size && other_turn_follows(text, size, at, out->turn_count + 1)) {
    return refuse(out, "it is damaged, and records of other turns follow", at);
  }
  return LLMB_OK;
}

void session_log_clear(struct session_log *log) {
  log->records = memory_release(log->records);
  log->count = log->capacity = 0;
}
