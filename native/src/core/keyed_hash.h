/* SipHash-2-4: a hash that nobody can steer who does not know its key. */
#ifndef LLMB_KEYED_HASH_H
#define LLMB_KEYED_HASH_H

#include <stdint.h>

/* Of bytes that come in parts; the key is 16 secret bytes. */
struct keyed_hash {
  uint64_t v[4], tail, size;
};

void keyed_hash_begin(struct keyed_hash *hash, const uint64_t key[2]);
void keyed_hash_add(struct keyed_hash *hash, const void *bytes, uint64_t size);
uint64_t keyed_hash_end(struct keyed_hash *hash);

#endif
