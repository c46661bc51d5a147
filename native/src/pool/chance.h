/* Chance from a seed: random enough to keep processes from marching in step, and the same again in a test. */
#ifndef LLMB_CHANCE_H
#define LLMB_CHANCE_H

#include <stdint.h>

/* A number below `below`, 0 where that is 0. The state is not 0. */
static inline uint64_t chance_below(uint64_t *state, uint64_t below) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return below == 0 ? 0 : *state % below;
}

#endif
