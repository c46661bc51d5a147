#include "core/json_check.h"

#include <stdbool.h>
#include <string.h>

#include "core/utf8.h"

/* What may come next, between two tokens. */
enum expected {
  EXPECT_VALUE,
  EXPECT_FIRST_ELEMENT, /* or the array's end */
  EXPECT_FIRST_NAME,    /* or the object's end */
  EXPECT_NAME,
  EXPECT_COLON,
  EXPECT_NEXT, /* a comma, or the end of what is open; nothing if nothing is */
  EXPECT_FAILURE
};

struct json_reader {
  const uint8_t *bytes;
  uint64_t size, at;
  uint32_t depth;
  uint64_t objects[JSON_DEPTH_MAX / 64]; /* a bit for each open bracket: it is an object's */
  const char *what;                      /* what would have been right at `at`, after a failure */
};

static bool refuse(struct json_reader *reader, const char *what) {
  reader->what = what;
  return false;
}

/* The byte at hand; at the end 0, which is nowhere right in JSON. */
static uint8_t peek(const struct json_reader *reader) {
  return reader->at < reader->size ? reader->bytes[reader->at] : 0;
}

static bool is_digit(uint8_t byte) {
  return byte >= '0' && byte <= '9';
}

static bool is_hexadecimal(uint8_t byte) {
  return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static void skip_blanks(struct json_reader *reader) {
  while (reader->at < reader->size) {
    uint8_t byte = reader->bytes[reader->at];
    if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') return;
    reader->at++;
  }
}

static bool skip_digits(struct json_reader *reader) {
  if (!is_digit(peek(reader))) return refuse(reader, "a digit");
  while (is_digit(peek(reader))) reader->at++;
  return true;
}

static bool skip_number(struct json_reader *reader) {
  if (peek(reader) == '-') reader->at++;
  if (peek(reader) == '0') {
    reader->at++; /* nothing but '.' or an exponent may follow it */
  } else if (!skip_digits(reader)) {
    return false;
  }
  if (peek(reader) == '.') {
    reader->at++;
    if (!skip_digits(reader)) return false;
  }
  if (peek(reader) == 'e' || peek(reader) == 'E') {
    reader->at++;
    if (peek(reader) == '+' || peek(reader) == '-') reader->at++;
    if (!skip_digits(reader)) return false;
  }
  return true;
}

static bool skip_escape(struct json_reader *reader) {
  reader->at++; /* the backslash */
  uint8_t byte = peek(reader);
  if (byte == 'u') {
    reader->at++;
    for (int i = 0; i < 4; i++, reader->at++) {
      if (!is_hexadecimal(peek(reader))) return refuse(reader, "four hexadecimal digits after \\u");
    }
    return true;
  }
  if (byte == 0 || strchr("\"\\/bfnrt", byte) == NULL) return refuse(reader, "one of \"\\/bfnrtu after the backslash");
  reader->at++;
  return true;
}

static bool skip_text(struct json_reader *reader) {
  reader->at++; /* the opening quote */
  while (reader->at < reader->size) {
    uint8_t byte = reader->bytes[reader->at];
    if (byte == '"') {
      reader->at++;
      return true;
    }
    if (byte < 0x20) return refuse(reader, "an escape instead of a control character");
    if (byte != '\\') {
      reader->at++;
    } else if (!skip_escape(reader)) {
      return false;
    }
  }
  return refuse(reader, "a closing quote");
}

static bool skip_word(struct json_reader *reader, const char *word) {
  for (const char *letter = word; *letter != '\0'; letter++, reader->at++) {
    if (peek(reader) != (uint8_t)*letter) return refuse(reader, word);
  }
  return true;
}

static bool open_bracket(struct json_reader *reader, bool is_object) {
  if (reader->depth == JSON_DEPTH_MAX) return refuse(reader, "no more than 512 levels of brackets");
  uint64_t bit = UINT64_C(1) << reader->depth % 64, *word = &reader->objects[reader->depth / 64];
  *word = is_object ? *word | bit : *word & ~bit;
  reader->depth++;
  reader->at++;
  return true;
}

static bool is_in_object(const struct json_reader *reader) {
  uint32_t top = reader->depth - 1;
  return (reader->objects[top / 64] >> top % 64 & 1) != 0;
}

static enum expected close_bracket(struct json_reader *reader) {
  reader->depth--;
  reader->at++;
  return EXPECT_NEXT;
}

static enum expected read_value(struct json_reader *reader) {
  bool good;
  switch (peek(reader)) {
    case '{':
      return open_bracket(reader, true) ? EXPECT_FIRST_NAME : EXPECT_FAILURE;
    case '[':
      return open_bracket(reader, false) ? EXPECT_FIRST_ELEMENT : EXPECT_FAILURE;
    case '"':
      good = skip_text(reader);
      break;
    case 't':
      good = skip_word(reader, "true");
      break;
    case 'f':
      good = skip_word(reader, "false");
      break;
    case 'n':
      good = skip_word(reader, "null");
      break;
    default:
      good = peek(reader) == '-' || is_digit(peek(reader)) ? skip_number(reader) : refuse(reader, "a value");
  }
  return good ? EXPECT_NEXT : EXPECT_FAILURE;
}

static enum expected read_name(struct json_reader *reader, const char *what) {
  bool good = peek(reader) == '"' ? skip_text(reader) : refuse(reader, what);
  return good ? EXPECT_COLON : EXPECT_FAILURE;
}

static enum expected read_next(struct json_reader *reader) {
  bool in_object = is_in_object(reader);
  if (peek(reader) == ',') {
    reader->at++;
    return in_object ? EXPECT_NAME : EXPECT_VALUE;
  }
  if (peek(reader) == (in_object ? '}' : ']')) return close_bracket(reader);
  refuse(reader, in_object ? "',' or '}'" : "',' or ']'");
  return EXPECT_FAILURE;
}

/* Reads one token and says what may follow it. */
static enum expected read_token(struct json_reader *reader, enum expected expected) {
  switch (expected) {
    case EXPECT_VALUE:
      return read_value(reader);
    case EXPECT_FIRST_ELEMENT:
      return peek(reader) == ']' ? close_bracket(reader) : read_value(reader);
    case EXPECT_FIRST_NAME:
      return peek(reader) == '}' ? close_bracket(reader) : read_name(reader, "a name in quotes or '}'");
    case EXPECT_NAME:
      return read_name(reader, "a name in quotes");
    case EXPECT_COLON:
      if (peek(reader) == ':') {
        reader->at++;
        return EXPECT_VALUE;
      }
      refuse(reader, "':'");
      return EXPECT_FAILURE;
    case EXPECT_NEXT:
      return read_next(reader);
    case EXPECT_FAILURE:
      break;
  }
  return EXPECT_FAILURE;
}

static bool read_document(struct json_reader *reader) {
  enum expected expected = EXPECT_VALUE;
  do {
    skip_blanks(reader);
    expected = read_token(reader, expected);
    if (expected == EXPECT_FAILURE) return false;
  } while (expected != EXPECT_NEXT || reader->depth > 0);
  skip_blanks(reader);
  return reader->at == reader->size ? true : refuse(reader, "nothing after the value");
}

llmb_status json_check(const uint8_t *bytes, uint64_t size, uint64_t *error_offset, const char **what) {
  /* Only the part that is UTF-8 is read as JSON; where it fails before its end, that failure comes first. */
  struct json_reader reader = {.bytes = bytes};
  enum utf8_verdict verdict = utf8_check(bytes, size, &reader.size);
  bool good = read_document(&reader);
  if (verdict != UTF8_VALID && (good || reader.at == reader.size)) {
    reader.at = reader.size;
    good = refuse(&reader, "valid UTF-8");
  }
  if (good) return LLMB_OK;
  if (error_offset != NULL) *error_offset = reader.at;
  if (what != NULL) *what = reader.what;
  return LLMB_E_OUTPUT_INVALID;
}
