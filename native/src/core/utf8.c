#include "core/utf8.h"

#include <string.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

/* What a lead byte asks for: the length of its character, and the range of the second byte, which is where overlong
 * forms, surrogates and numbers above U+10FFFF show. A length of 0 marks a byte that cannot lead. */
struct lead {
  uint8_t length, second_minimum, second_maximum;
};

static struct lead lead_of(uint8_t byte) {
  if (byte < 0xC2) return (struct lead){0, 0, 0}; /* a continuation, or an overlong form of ASCII */
  if (byte < 0xE0) return (struct lead){2, 0x80, 0xBF};
  if (byte == 0xE0) return (struct lead){3, 0xA0, 0xBF};
  if (byte == 0xED) return (struct lead){3, 0x80, 0x9F};
  if (byte < 0xF0) return (struct lead){3, 0x80, 0xBF};
  if (byte == 0xF0) return (struct lead){4, 0x90, 0xBF};
  if (byte < 0xF4) return (struct lead){4, 0x80, 0xBF};
  if (byte == 0xF4) return (struct lead){4, 0x80, 0x8F};
  return (struct lead){0, 0, 0};
}

/* The number of ASCII bytes that bytes begin with. */
static uint64_t ascii_run(const uint8_t *bytes, uint64_t size) {
  uint64_t i = 0;
  for (uint64_t words[4]; size - i >= sizeof words; i += sizeof words) {
    memcpy(words, bytes + i, sizeof words);
    if ((words[0] | words[1] | words[2] | words[3]) & HIGH_BITS) break;
  }
  for (uint64_t word; size - i >= sizeof word; i += sizeof word) {
    memcpy(&word, bytes + i, sizeof word);
    if (word & HIGH_BITS) break;
  }
  while (i < size && bytes[i] < 0x80) i++;
  return i;
}

/* Checks the one character that is not ASCII at bytes; *length receives its length when it is valid. */
static enum utf8_verdict character_check(const uint8_t *bytes, uint64_t size, uint64_t *length) {
  struct lead lead = lead_of(bytes[0]);
  if (lead.length == 0) return UTF8_INVALID;
  for (uint64_t i = 1; i < lead.length; i++) {
    if (i == size) return UTF8_INCOMPLETE;
    uint8_t minimum = i == 1 ? lead.second_minimum : 0x80, maximum = i == 1 ? lead.second_maximum : 0xBF;
    if (bytes[i] < minimum || bytes[i] > maximum) return UTF8_INVALID;
  }
  *length = lead.length;
  return UTF8_VALID;
}

enum utf8_verdict utf8_check(const uint8_t *bytes, uint64_t size, uint64_t *valid_size) {
  enum utf8_verdict verdict = UTF8_VALID;
  uint64_t i = 0;
  while (i < size) {
    if (bytes[i] < 0x80) {
      i += ascii_run(bytes + i, size - i);
      continue;
    }
    uint64_t length = 0;
    verdict = character_check(bytes + i, size - i, &length);
    if (verdict != UTF8_VALID) break;
    i += length;
  }
  *valid_size = i;
  return verdict;
}

enum utf8_verdict utf8_holder_feed(struct utf8_holder *holder, uint8_t *buffer, uint64_t new_size, uint64_t *out_size) {
  uint64_t size = holder->held_size + new_size;
  memcpy(buffer, holder->held, holder->held_size);
  holder->held_size = 0;
  enum utf8_verdict verdict = utf8_check(buffer, size, out_size);
  if (verdict != UTF8_INCOMPLETE) return verdict;
  holder->held_size = (uint32_t)(size - *out_size); /* at most 3: a character of 4 bytes lacks at least one */
  memcpy(holder->held, buffer + *out_size, holder->held_size);
  return UTF8_VALID;
}
