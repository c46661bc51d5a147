#include "schema/regex_reader.h"

#include <string.h>

#include "schema/regex_class.h"

llmb_status regex_fail(struct regex_reader *reader, llmb_status status, const char *what) {
  reader->what = what;
  return status;
}

char regex_peek(const struct regex_reader *reader, uint64_t ahead) {
  return reader->at + ahead < reader->size ? reader->pattern[reader->at + ahead] : 0;
}

bool regex_is_at_end(const struct regex_reader *reader) {
  return reader->at >= reader->size;
}

bool regex_take(struct regex_reader *reader, const char *text) {
  const uint64_t length = strlen(text);
  if (reader->size - reader->at < length || memcmp(reader->pattern + reader->at, text, length) != 0) return false;
  reader->at += length;
  return true;
}

uint32_t regex_take_character(struct regex_reader *reader) {
  const uint8_t *at = (const uint8_t *)reader->pattern + reader->at;
  const unsigned length = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
  uint32_t character = length == 1 ? at[0] : at[0] & (0xFFU >> (length + 1));
  for (unsigned i = 1; i < length; i++) character = character << 6 | (at[i] & 0x3FU);
  reader->at += length;
  return character;
}

static bool take_hexadecimal(struct regex_reader *reader, unsigned digits, uint32_t *out) {
  uint32_t value = 0;
  for (unsigned i = 0; i < digits; i++) {
    const char c = regex_peek(reader, i);
    const bool is_digit = c >= '0' && c <= '9', is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
    if (!is_digit && !is_letter) return false;
    value = value << 4 | (uint32_t)(is_digit ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  reader->at += digits;
  *out = value;
  return true;
}

/* What follows \u: four digits, two such escapes for a pair of surrogates, or {digits}. */
static bool take_unicode(struct regex_reader *reader, uint32_t *out) {
  if (regex_take(reader, "{")) {
    uint32_t value = 0, digit = 0;
    bool any = false;
    while (value <= REGEX_CHARACTER_MAX && take_hexadecimal(reader, 1, &digit)) {
      value = value << 4 | digit;
      any = true;
    }
    *out = value;
    return any && value <= REGEX_CHARACTER_MAX && regex_take(reader, "}");
  }
  if (!take_hexadecimal(reader, 4, out)) return false;
  const uint64_t before = reader->at;
  uint32_t low = 0;
  if (*out >= 0xD800 && *out <= 0xDBFF && regex_take(reader, "\\u") && take_hexadecimal(reader, 4, &low) &&
      low >= 0xDC00 && low <= 0xDFFF) {
    *out = 0x10000 + ((*out - 0xD800) << 10) + (low - 0xDC00);
  } else if (low != 0 || reader->at != before) {
    reader->at = before;
  }
  return true;
}

static bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

llmb_status regex_read_escape(struct regex_reader *reader, uint32_t *out) {
  static const char letters[] = "tnvfr", meant[] = "\t\n\v\f\r";
  const char c = regex_peek(reader, 0);
  const char *letter = c != 0 ? strchr(letters, c) : NULL;
  if (letter != NULL) {
    reader->at++;
    *out = (uint32_t)meant[letter - letters];
    return LLMB_OK;
  }
  if (c == '0' && !(regex_peek(reader, 1) >= '0' && regex_peek(reader, 1) <= '9')) {
    reader->at++;
    *out = 0;
    return LLMB_OK;
  }
  if (c == 'c' && (regex_peek(reader, 1) | 0x20) >= 'a' && (regex_peek(reader, 1) | 0x20) <= 'z') {
    *out = (uint32_t)regex_peek(reader, 1) % 32;
    reader->at += 2;
    return LLMB_OK;
  }
  if (regex_take(reader, "x")) {
    return take_hexadecimal(reader, 2, out)
               ? LLMB_OK
               : regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "\\x needs two hexadecimal digits");
  }
  if (regex_take(reader, "u")) {
    return take_unicode(reader, out) ? LLMB_OK
                                     : regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "\\u needs a character's number");
  }
  if (regex_is_at_end(reader)) return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "nothing follows the backslash");
  if (is_letter_or_digit(c)) return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "there is no such escape");
  *out = regex_take_character(reader);
  return LLMB_OK;
}
