#include "engine/hash/hash_fold.h"

#include <string.h>

static uint32_t decode(const char **at) {
  const unsigned char *bytes = (const unsigned char *)*at;
  unsigned more = bytes[0] < 0x80 ? 0 : bytes[0] < 0xE0 ? 1 : bytes[0] < 0xF0 ? 2 : 3;
  uint32_t code = more == 0 ? bytes[0] : bytes[0] & (0x3Fu >> more);
  *at += 1;
  for (; more > 0; more--, *at += 1) code = code << 6 | ((unsigned char)**at & 0x3F);
  return code;
}

static uint32_t to_small(uint32_t code) {
  if (code >= 'A' && code <= 'Z') return code + 32;
  if (code >= 0xC0 && code <= 0xDE && code != 0xD7) return code + 32;    /* Latin-1 */
  if (code >= 0x100 && code <= 0x137) return code | 1;                   /* Latin Extended-A, in pairs */
  if (code >= 0x391 && code <= 0x3A9 && code != 0x3A2) return code + 32; /* Greek */
  if (code >= 0x410 && code <= 0x42F) return code + 32;                  /* Cyrillic */
  if (code >= 0x400 && code <= 0x40F) return code + 80;
  return code;
}

uint32_t hash_fold_next(const char **at) {
  const uint32_t code = decode(at);
  if (code == 0xA0 || code == 0x2019) return code == 0xA0 ? HASH_SPACE : '\'';
  if (code < 0x80 && (code <= ' ' || strchr("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~", (int)code) != NULL)) return HASH_SPACE;
  return to_small(code);
}
