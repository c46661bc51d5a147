#include "core/json_writer.h"

#include <string.h>

#include "core/memory.h"
#include "core/number_text.h"
#include "core/utf8.h"

static const uint64_t CAPACITY_FIRST = 512;

void json_writer_begin(struct json_writer *writer) {
  *writer = (struct json_writer){0};
}

void json_writer_begin_in(struct json_writer *writer, char *buffer, uint64_t capacity) {
  *writer = (struct json_writer){.text = buffer, .capacity = capacity, .is_fixed = true};
}

/* Makes room for more bytes and a NUL. */
static bool reserve(struct json_writer *writer, uint64_t more) {
  if (writer->failed) return false;
  uint64_t needed = writer->size + more + 1;
  if (needed <= writer->capacity) return true;
  if (!writer->is_fixed) {
    uint64_t capacity = writer->capacity < CAPACITY_FIRST ? CAPACITY_FIRST : writer->capacity * 2;
    if (capacity < needed) capacity = needed;
    void *block = writer->text;
    if (memory_resize(&block, capacity) == LLMB_OK) {
      writer->text = block;
      writer->capacity = capacity;
      return true;
    }
  }
  writer->failed = true;
  return false;
}

static void append(struct json_writer *writer, const char *bytes, uint64_t size) {
  if (!reserve(writer, size)) return;
  memcpy(writer->text + writer->size, bytes, (size_t)size);
  writer->size += size;
}

/* Before each value or key: the comma that parts it from the one before. */
static void separate(struct json_writer *writer) {
  if (writer->needs_comma) append(writer, ",", 1);
  writer->needs_comma = true;
}

static void bracket_open(struct json_writer *writer, const char *bracket) {
  separate(writer);
  append(writer, bracket, 1);
  writer->needs_comma = false;
}

static void bracket_close(struct json_writer *writer, const char *bracket) {
  append(writer, bracket, 1);
  writer->needs_comma = true;
}

void json_object_open(struct json_writer *writer) {
  bracket_open(writer, "{");
}

void json_object_close(struct json_writer *writer) {
  bracket_close(writer, "}");
}

void json_array_open(struct json_writer *writer) {
  bracket_open(writer, "[");
}

void json_array_close(struct json_writer *writer) {
  bracket_close(writer, "]");
}

/* Writes a byte that JSON wants escaped. */
static void escape(struct json_writer *writer, uint8_t byte) {
  static const char hex[] = "0123456789abcdef";
  static const char escaped[] = "\b\t\n\f\r\"\\", letters[] = "btnfr\"\\";
  const char *found = byte == 0 ? NULL : strchr(escaped, byte);
  if (found != NULL) {
    append(writer, (char[]){'\\', letters[found - escaped]}, 2);
  } else {
    append(writer, (char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
  }
}

/* Appends whole UTF-8 characters, in runs between the bytes to be escaped. */
static void append_escaped(struct json_writer *writer, const uint8_t *bytes, uint64_t size) {
  uint64_t run_begin = 0;
  for (uint64_t i = 0; i < size; i++) {
    if (bytes[i] >= 0x20 && bytes[i] != '"' && bytes[i] != '\\') continue;
    append(writer, (const char *)bytes + run_begin, i - run_begin);
    escape(writer, bytes[i]);
    run_begin = i + 1;
  }
  append(writer, (const char *)bytes + run_begin, size - run_begin);
}

static void append_quoted(struct json_writer *writer, const char *text, uint64_t size) {
  const uint8_t *bytes = (const uint8_t *)text;
  append(writer, "\"", 1);
  for (uint64_t i = 0; i < size;) {
    uint64_t valid_size;
    enum utf8_verdict verdict = utf8_check(bytes + i, size - i, &valid_size);
    append_escaped(writer, bytes + i, valid_size);
    i += valid_size;
    if (verdict == UTF8_VALID) break;
    append(writer, "\xEF\xBF\xBD", 3);
    i++;
  }
  append(writer, "\"", 1);
}

void json_text_sized(struct json_writer *writer, const char *text, uint64_t size) {
  separate(writer);
  append_quoted(writer, text, size);
}

void json_text(struct json_writer *writer, const char *text) {
  if (text == NULL) {
    json_null(writer);
  } else {
    json_text_sized(writer, text, strlen(text));
  }
}

void json_key(struct json_writer *writer, const char *key) {
  json_text_sized(writer, key, strlen(key));
  append(writer, ":", 1);
  writer->needs_comma = false;
}

static void append_value(struct json_writer *writer, const char *text) {
  separate(writer);
  append(writer, text, strlen(text));
}

void json_integer(struct json_writer *writer, int64_t value) {
  char digits[24];
  char *begin = digits + sizeof digits - 1;
  *begin = '\0';
  uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do {
    *--begin = (char)('0' + magnitude % 10);
    magnitude /= 10;
  } while (magnitude > 0);
  if (value < 0) *--begin = '-';
  append_value(writer, begin);
}

void json_number(struct json_writer *writer, double value, unsigned decimals) {
  char text[NUMBER_TEXT_CAPACITY];
  if (!__builtin_isfinite(value)) {
    json_null(writer);
    return;
  }
  number_write(text, value, decimals);
  append_value(writer, text);
}

void json_boolean(struct json_writer *writer, bool value) {
  append_value(writer, value ? "true" : "false");
}

void json_null(struct json_writer *writer) {
  append_value(writer, "null");
}

void json_verbatim(struct json_writer *writer, const char *json, uint64_t size) {
  separate(writer);
  const uint64_t begin = writer->size;
  append(writer, json, size);
  if (writer->failed) return;
  /* Strings have no bare line ends, so these stand between values. */
  for (uint64_t i = begin; i < writer->size; i++) {
    if (writer->text[i] == '\n' || writer->text[i] == '\r') writer->text[i] = ' ';
  }
}

llmb_status json_writer_finish(struct json_writer *writer, char **out_text) {
  bool whole = reserve(writer, 0);
  *out_text = NULL;
  if (whole) {
    writer->text[writer->size] = '\0';
    *out_text = writer->text;
  } else if (!writer->is_fixed) {
    memory_release(writer->text);
  }
  *writer = (struct json_writer){0};
  return whole ? LLMB_OK : LLMB_E_OUT_OF_MEMORY;
}
