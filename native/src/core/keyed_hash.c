#include "core/keyed_hash.h"

#include <string.h>

static uint64_t rotated(uint64_t value, unsigned bits) {
  return value << bits | value >> (64 - bits);
}

static void mix(uint64_t v[4], unsigned rounds) {
  for (unsigned i = 0; i < rounds; i++) {
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotated(v[1], 13) ^ v[0];
    v[3] = rotated(v[3], 16) ^ v[2];
    v[0] = rotated(v[0], 32) + v[3];
    v[2] += v[1];
    v[3] = rotated(v[3], 21) ^ v[0];
    v[1] = rotated(v[1], 17) ^ v[2];
    v[2] = rotated(v[2], 32);
  }
}

static void add_word(struct keyed_hash *hash, uint64_t word) {
  hash->v[3] ^= word;
  mix(hash->v, 2);
  hash->v[0] ^= word;
}

void keyed_hash_begin(struct keyed_hash *hash, const uint64_t key[2]) {
  hash->v[0] = key[0] ^ UINT64_C(0x736f6d6570736575);
  hash->v[1] = key[1] ^ UINT64_C(0x646f72616e646f6d);
  hash->v[2] = key[0] ^ UINT64_C(0x6c7967656e657261);
  hash->v[3] = key[1] ^ UINT64_C(0x7465646279746573);
  hash->tail = hash->size = 0;
}

void keyed_hash_add(struct keyed_hash *hash, const void *bytes, uint64_t size) {
  const uint8_t *next = bytes;
  uint64_t i = 0;
  if (hash->size % 8 == 0) {
    for (; size - i >= 8; i += 8, hash->size += 8) {
      uint64_t word;
      memcpy(&word, next + i, sizeof word);
      add_word(hash, word); /* little-endian, as its bytes one by one would be */
    }
  }
  for (; i < size; i++) {
    hash->tail |= (uint64_t)next[i] << 8 * (hash->size % 8);
    if (++hash->size % 8 != 0) continue;
    add_word(hash, hash->tail);
    hash->tail = 0;
  }
}

uint64_t keyed_hash_end(struct keyed_hash *hash) {
  add_word(hash, hash->tail | hash->size << 56);
  hash->v[2] ^= 0xff;
  mix(hash->v, 4);
  return hash->v[0] ^ hash->v[1] ^ hash->v[2] ^ hash->v[3];
}
