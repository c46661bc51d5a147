/* UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef LLMB_CORE_UTF8_H
#define LLMB_CORE_UTF8_H

#include <stdint.h>

enum utf8_verdict {
  UTF8_VALID = 0,      /* all size bytes are whole characters */
  UTF8_INCOMPLETE = 1, /* valid so far, but the last character lacks bytes: *valid_size says where it begins */
  UTF8_INVALID = 2     /* a byte that can never be right stands at *valid_size */
};

/* Checks size bytes; *valid_size receives the length of the longest valid prefix of whole characters. */
enum utf8_verdict utf8_check(const uint8_t *bytes, uint64_t size, uint64_t *valid_size);

/* Holds back the unfinished end of a stream, at most 3 bytes. Zero-initialised is empty. */
struct utf8_holder {
  uint8_t held[4];
  uint32_t held_size;
};

/* Feeds bytes that stand in buffer[held_size ..): the caller leaves room for and this copies the held bytes before
 * them. *out_size receives how many bytes at the start of buffer are whole characters; the rest is held back.
 * UTF8_INVALID if the stream cannot be UTF-8 (the valid prefix is still in buffer); else UTF8_VALID. */
enum utf8_verdict utf8_holder_feed(struct utf8_holder *holder, uint8_t *buffer, uint64_t new_size, uint64_t *out_size);

#endif
