/* Numbers that look random and are the same at every run: a failure can be repeated. */
#ifndef LLMB_TESTS_SEEDED_RANDOM_H
#define LLMB_TESTS_SEEDED_RANDOM_H

#include <stdint.h>

struct random {
  uint64_t state; /* not 0 */
};

/* The next number, below `limit`; limit 0 stands for all 64 bits. */
static inline uint64_t random_next(struct random *random, uint64_t limit) {
  random->state ^= random->state << 13;
  random->state ^= random->state >> 7;
  random->state ^= random->state << 17;
  return limit == 0 ? random->state : random->state % limit;
}

#endif
