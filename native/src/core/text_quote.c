#include "core/text_quote.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

/* How a byte that cannot be shown is written; 0 if it can. */
static unsigned escape_write(char *out, uint8_t byte) {
  const char *named = byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : byte == '\r' ? "\\r" : byte == '"' ? "\\\"" : NULL;
  if (named != NULL) {
    memcpy(out, named, 2);
    return 2;
  }
  if (byte >= 0x20 && byte != 0x7F) return 0;
  return (unsigned)snprintf(out, 5, "\\x%02x", byte);
}

const char *text_quote(char quoted[TEXT_QUOTE_CAPACITY], const char *value) {
  if (value == NULL) return memcpy(quoted, "no value", sizeof "no value");
  uint64_t size = strnlen(value, TEXT_QUOTE_SHOWN_MAX + 1);
  const char *ellipsis = size > TEXT_QUOTE_SHOWN_MAX ? "..." : "";
  if (size > TEXT_QUOTE_SHOWN_MAX) {
    size = TEXT_QUOTE_SHOWN_MAX; /* and not inside a character */
    for (unsigned i = 0; i < 3 && ((uint8_t)value[size] & 0xC0) == 0x80; i++) size--;
  }

  const uint8_t *bytes = (const uint8_t *)value;
  char *out = quoted;
  *out++ = '"';
  for (uint64_t i = 0; i < size;) {
    uint64_t valid_end;
    utf8_check(bytes + i, size - i, &valid_end);
    for (valid_end += i; i < valid_end; i++) {
      unsigned escaped = bytes[i] < 0x80 ? escape_write(out, bytes[i]) : 0;
      if (escaped == 0) *out = value[i];
      out += escaped == 0 ? 1 : escaped;
    }
    if (i < size) out += snprintf(out, 5, "\\x%02x", bytes[i++]);
  }
  *out++ = '"';
  memcpy(out, ellipsis, strlen(ellipsis) + 1);
  return quoted;
}
