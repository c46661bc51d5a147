#include "core/json_reader.h"

#include <string.h>

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static uint64_t skip_blanks(const char *text, uint64_t size, uint64_t at) {
  while (at < size && is_blank(text[at])) at++;
  return at;
}

static uint64_t end_of_string(const char *text, uint64_t size, uint64_t at) {
  for (at++; at < size && text[at] != '"'; at++) {
    if (text[at] == '\\') at++;
  }
  return at < size ? at + 1 : size;
}

static uint64_t end_of_brackets(const char *text, uint64_t size, uint64_t at) {
  uint64_t depth = 0;
  while (at < size) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, size, at);
      continue;
    }
    at++;
    if (c == '[' || c == '{') depth++;
    if ((c == ']' || c == '}') && --depth == 0) break;
  }
  return at;
}

static uint64_t end_of_word(const char *text, uint64_t size, uint64_t at) {
  while (at < size && !is_blank(text[at]) && strchr(",]}:", text[at]) == NULL) at++;
  return at;
}

/* The value that begins at or after `at`. */
static struct json_value value_at(const char *text, uint64_t size, uint64_t at) {
  at = skip_blanks(text, size, at);
  if (at >= size) return (struct json_value){0};
  struct json_value value = {.text = text + at};
  uint64_t end = at;
  switch (text[at]) {
    case '"':
      value.kind = JSON_STRING;
      end = end_of_string(text, size, at);
      break;
    case '[':
    case '{':
      value.kind = text[at] == '[' ? JSON_ARRAY : JSON_OBJECT;
      end = end_of_brackets(text, size, at);
      break;
    default:
      value.kind = text[at] == 'n'   ? JSON_NULL
                   : text[at] == 't' ? JSON_TRUE
                   : text[at] == 'f' ? JSON_FALSE
                                     : JSON_NUMBER;
      end = end_of_word(text, size, at);
      break;
  }
  value.size = end - at;
  return value;
}

struct json_value json_read(const char *text, uint64_t size) {
  return value_at(text, size, 0);
}

static uint64_t end_in(struct json_value parent, struct json_value child) {
  return (uint64_t)(child.text - parent.text) + child.size;
}

bool json_next(struct json_value parent, uint64_t *at, struct json_value *out_name, struct json_value *out_value) {
  if (parent.kind != JSON_ARRAY && parent.kind != JSON_OBJECT) return false;
  /* Past the opening bracket, or the comma behind the one before. */
  uint64_t next = skip_blanks(parent.text, parent.size, *at == 0 ? 1 : *at);
  if (next < parent.size && parent.text[next] == ',') next = skip_blanks(parent.text, parent.size, next + 1);
  if (next >= parent.size || parent.text[next] == ']' || parent.text[next] == '}') return false;
  if (parent.kind == JSON_OBJECT) {
    const struct json_value name = value_at(parent.text, parent.size, next);
    if (out_name != NULL) *out_name = name;
    next = skip_blanks(parent.text, parent.size, end_in(parent, name)) + 1; /* past the colon */
  }
  *out_value = value_at(parent.text, parent.size, next);
  *at = end_in(parent, *out_value);
  return out_value->kind != JSON_ABSENT;
}

struct json_value json_member(struct json_value object, const char *name) {
  struct json_value found = {0}, key, value;
  if (object.kind != JSON_OBJECT) return found;
  for (uint64_t at = 0; json_next(object, &at, &key, &value);) {
    if (json_string_is(key, name)) found = value;
  }
  return found;
}

bool json_string_is(struct json_value string, const char *text) {
  const uint64_t size = strlen(text);
  char buffer[128];
  if (string.kind != JSON_STRING || size >= sizeof buffer) return false;
  if (memchr(string.text, '\\', string.size) == NULL) {
    return string.size == size + 2 && memcmp(string.text + 1, text, size) == 0;
  }
  return string.size <= sizeof buffer && json_string_copy(string, buffer) == size && memcmp(buffer, text, size) == 0;
}

static unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  return (unsigned)((c | 0x20) - 'a') + 10;
}

static unsigned unit_at(const char *digits) {
  unsigned unit = 0;
  for (int i = 0; i < 4; i++) unit = unit << 4 | hex_digit(digits[i]);
  return unit;
}

static char *put_character(char *out, unsigned code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xC0 | code >> 6);
    *out++ = (char)(0x80 | (code & 0x3F));
  } else {
    if (code >= 0x10000) {
      *out++ = (char)(0xF0 | code >> 18);
      *out++ = (char)(0x80 | (code >> 12 & 0x3F));
    } else {
      *out++ = (char)(0xE0 | code >> 12);
    }
    *out++ = (char)(0x80 | (code >> 6 & 0x3F));
    *out++ = (char)(0x80 | (code & 0x3F));
  }
  return out;
}

/* The character of a \u escape whose digits begin at `at`; *out_used says how many bytes it takes, from the digits on.
 */
static unsigned escaped_character(const char *at, const char *end, uint64_t *out_used) {
  enum { REPLACEMENT = 0xFFFD };
  const unsigned first = unit_at(at);
  *out_used = 4;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || end - at < 10 || at[4] != '\\' || at[5] != 'u') return REPLACEMENT;
  const unsigned second = unit_at(at + 6);
  if (second < 0xDC00 || second > 0xDFFF) return REPLACEMENT;
  *out_used = 10;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

bool json_is_lone_surrogate(struct json_value string, uint64_t *at) {
  uint64_t used = 0;
  const char *digits = string.text + *at + 1;
  const unsigned unit = unit_at(digits);
  (void)escaped_character(digits, string.text + string.size - 1, &used);
  *at += used;
  return unit >= 0xD800 && unit <= 0xDFFF && used == 4;
}

uint64_t json_string_copy(struct json_value string, char *out) {
  static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  char *begin = out;
  const char *at = string.text + 1, *end = string.text + string.size - 1;
  while (at < end) {
    if (*at != '\\') {
      *out++ = *at++;
    } else if (at[1] == 'u' && end - at >= 6) {
      uint64_t used = 0;
      out = put_character(out, escaped_character(at + 2, end, &used));
      at += 2 + used;
    } else {
      const char *escape = strchr(escapes, at[1]);
      *out++ = escape != NULL ? meant[escape - escapes] : at[1];
      at += 2;
    }
  }
  *out = 0;
  return (uint64_t)(out - begin);
}
