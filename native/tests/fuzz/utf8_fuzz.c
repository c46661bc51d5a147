/* utf8_check against a slow decoder, and the holder fed in pieces against the whole at once. */
#include "core/utf8.h"
#include "tests/fuzz/fuzz.h"

/* The length of the character at data, 0 if it cannot become one, -1 if it only lacks bytes. */
static int decode(const uint8_t *data, size_t size) {
  unsigned length = data[0] < 0x80 ? 1 : (data[0] & 0xE0) == 0xC0 ? 2 : (data[0] & 0xF0) == 0xE0 ? 3 : 4;
  if ((data[0] & 0xC0) == 0x80 || data[0] >= 0xF8) return 0;
  if (length == 1) return 1;
  /* Tries every end that lacking bytes could have: the lowest and the highest. */
  uint32_t low = data[0] & (0xFFu >> (length + 1)), high = low;
  for (unsigned i = 1; i < length; i++) {
    if (i < size && (data[i] & 0xC0) != 0x80) return 0;
    low = low << 6 | (i < size ? data[i] & 0x3Fu : 0);
    high = high << 6 | (i < size ? data[i] & 0x3Fu : 0x3F);
  }
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (high < least[length] || low > 0x10FFFF || (low >= 0xD800 && high <= 0xDFFF)) return 0;
  return size < length ? -1 : (int)length;
}

static enum utf8_verdict check_slowly(const uint8_t *data, size_t size, uint64_t *valid_size) {
  size_t at = 0;
  int length = 1;
  for (; at < size && length > 0; at += length > 0 ? (size_t)length : 0) length = decode(data + at, size - at);
  *valid_size = at;
  return length > 0 ? UTF8_VALID : length == 0 ? UTF8_INVALID : UTF8_INCOMPLETE;
}

/* Feeds the input in pieces whose sizes come from itself; says how it went and what came out. */
static enum utf8_verdict feed_in_pieces(const uint8_t *data, size_t size, uint8_t *out, uint64_t *out_size) {
  struct utf8_holder holder = {0};
  enum utf8_verdict verdict = UTF8_VALID;
  size_t at = 0;
  *out_size = 0;
  while (at < size && verdict == UTF8_VALID) {
    size_t piece = 1 + (data[at] ^ data[size - 1 - at]) % 7, whole = 0;
    if (piece > size - at) piece = size - at;
    uint64_t piece_out = 0;
    uint8_t *buffer = malloc(holder.held_size + piece);
    if (buffer == NULL) exit(2);
    whole = holder.held_size + piece;
    memcpy(buffer + holder.held_size, data + at, piece);
    verdict = utf8_holder_feed(&holder, buffer, piece, &piece_out);
    FUZZ_CHECK(piece_out <= whole);
    FUZZ_CHECK(verdict != UTF8_VALID || piece_out + holder.held_size == whole);
    FUZZ_CHECK(holder.held_size < 4);
    memcpy(out + *out_size, buffer, piece_out);
    *out_size += piece_out;
    free(buffer);
    at += piece;
  }
  return verdict == UTF8_VALID && holder.held_size > 0 ? UTF8_INCOMPLETE : verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint64_t valid_size = 0, slow_size = 0, out_size = 0;
  enum utf8_verdict verdict = utf8_check(data, size, &valid_size);
  FUZZ_CHECK(verdict == check_slowly(data, size, &slow_size));
  FUZZ_CHECK(valid_size == slow_size);

  uint8_t *out = malloc(size + 1);
  if (out == NULL) exit(2);
  FUZZ_CHECK(feed_in_pieces(data, size, out, &out_size) == verdict);
  FUZZ_CHECK(out_size == valid_size);
  FUZZ_CHECK(out_size == 0 || memcmp(out, data, out_size) == 0);
  free(out);
  return 0;
}
