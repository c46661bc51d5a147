#include "engine/hash/hash_vector.h"

#include <math.h>
#include <string.h>

#include "engine/hash/hash_fold.h"

enum { GRAM_MIN = 3, GRAM_MAX = 5 };

/* What a feature counts: a word says more than a piece of one, a pair of words most where it comes again. */
static const float word_weight = 1.0f, pair_weight = 0.7f, gram_weight = 0.3f;

#define HASH_SEED UINT64_C(0xcbf29ce484222325) /* FNV-1a, of 64 bits */
#define HASH_PRIME UINT64_C(0x100000001b3)

static uint64_t hash_add(uint64_t hash, uint32_t code) {
  for (int i = 0; i < 4; i++) hash = (hash ^ (code >> (8 * i) & 0xFF)) * HASH_PRIME;
  return hash;
}

/* FNV's low bits of short inputs are alike: mixed before they choose place and sign. */
static uint64_t hash_finish(uint64_t hash) {
  hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
  return hash ^ hash >> 33;
}

static void add_feature(float *vector, uint64_t hash, float weight) {
  const uint64_t mixed = hash_finish(hash);
  vector[mixed % HASH_DIMENSION] += mixed >> 63 != 0 ? weight : -weight;
}

/* The last characters of the folded text, oldest first. */
struct window {
  uint32_t codes[GRAM_MAX];
  unsigned count;
};

static void window_push(struct window *window, uint32_t code) {
  if (window->count == GRAM_MAX) {
    memmove(window->codes, window->codes + 1, (GRAM_MAX - 1) * sizeof window->codes[0]);
    window->count--;
  }
  window->codes[window->count++] = code;
}

/* The runs of characters that end here. */
static void add_grams(float *vector, const struct window *window) {
  for (unsigned size = GRAM_MIN; size <= window->count; size++) {
    uint64_t hash = hash_add(HASH_SEED, 'g' << 8 | size);
    for (unsigned i = window->count - size; i < window->count; i++) hash = hash_add(hash, window->codes[i]);
    add_feature(vector, hash, gram_weight);
  }
}

static void scale(float *vector) {
  double sum = 0;
  for (int i = 0; i < HASH_DIMENSION; i++) sum += (double)vector[i] * vector[i];
  const float factor = (float)(1 / sqrt(sum));
  for (int i = 0; i < HASH_DIMENSION; i++) vector[i] *= factor;
}

static bool is_zero(const float *vector) {
  for (int i = 0; i < HASH_DIMENSION; i++) {
    if (fabsf(vector[i]) > 1e-6f) return false;
  }
  return true;
}

void hash_vector(const char *text, bool unit, float out[HASH_DIMENSION]) {
  struct window window = {.count = 0};
  uint64_t word = 0, before = 0, whole = HASH_SEED;
  bool in_word = false;
  memset(out, 0, HASH_DIMENSION * sizeof out[0]);
  window_push(&window, HASH_SPACE);
  for (const char *at = text, *end = text + strlen(text); at <= end;) {
    const uint32_t code = at < end ? hash_fold_next(&at) : (at++, (uint32_t)HASH_SPACE);
    whole = hash_add(whole, code);
    if (code != HASH_SPACE) {
      if (!in_word) word = HASH_SEED;
      word = hash_add(word, code);
    } else if (in_word) {
      add_feature(out, word, word_weight);
      if (before != 0) add_feature(out, before * HASH_PRIME ^ word, pair_weight);
      before = word;
    }
    if (code != HASH_SPACE || in_word) {
      window_push(&window, code);
      add_grams(out, &window);
    }
    in_word = code != HASH_SPACE;
  }
  if (is_zero(out)) add_feature(out, whole, word_weight); /* nothing but punctuation, or features that cancel out */
  if (unit) scale(out);
}
