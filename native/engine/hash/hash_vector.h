/* Signed feature hashing: each feature of a text (its words, pairs of words, runs of characters) adds or takes away at
 * one place of the vector, both chosen by its hash. Texts that share features point the same way; nothing is
 * understood. */
#ifndef LLMB_HASH_VECTOR_H
#define LLMB_HASH_VECTOR_H

#include <stdbool.h>
#include <stdint.h>

enum { HASH_DIMENSION = 512 };

/* The vector of a text: valid UTF-8, NUL-terminated. Never zero everywhere. `unit` scales it to length 1. */
void hash_vector(const char *text, bool unit, float out[HASH_DIMENSION]);

#endif
