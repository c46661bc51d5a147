#include <math.h>
#include <string.h>

#include "tests/check.h"
#include "engine/hash/hash_vector.h"

static double likeness(const char *left, const char *right) {
  float a[HASH_DIMENSION], b[HASH_DIMENSION];
  double sum = 0;
  hash_vector(left, true, a);
  hash_vector(right, true, b);
  for (int i = 0; i < HASH_DIMENSION; i++) sum += (double)a[i] * b[i];
  return sum;
}

static void hash_vector__is_the_same_for_the_same_words_whatever_their_case_and_punctuation(void) {
  CHECK(likeness("The cat, the mat.", "the cat THE mat") > 0.999);
  CHECK(likeness("ÄPFEL und Öl", "äpfel UND öl!") > 0.999);
  CHECK(likeness("ПРИВЕТ мир", "привет МИР") > 0.999);
  CHECK(likeness("ΑΒΓ", "αβγ") > 0.999);
}

static void hash_vector__puts_texts_with_common_words_nearer_than_others(void) {
  const double near = likeness("the stock market fell sharply", "stock markets fell");
  CHECK(near > 0.25);
  CHECK(near > likeness("the stock market fell sharply", "a cat sits on a mat") + 0.2);
}

static void hash_vector__is_never_zero_and_always_finite(void) {
  const char *const texts[] = {".", "...", " ", "a", "\xF0\x9F\x98\x80", "a b", "\n\n", "\xC3\x84"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    CHECK(fabs(likeness(texts[i], texts[i]) - 1) < 1e-5);
  }
}

static void hash_vector__tells_texts_of_punctuation_apart(void) {
  CHECK(likeness(".", "a") < 0.5);
  CHECK(likeness("word order matters", "matters order word") < 0.99);
}

static void hash_vector__counts_features_when_it_is_not_scaled(void) {
  float once[HASH_DIMENSION], twice[HASH_DIMENSION];
  double sum_once = 0, sum_twice = 0;
  hash_vector("alpha", false, once);
  hash_vector("alpha alpha", false, twice);
  for (int i = 0; i < HASH_DIMENSION; i++) {
    sum_once += fabs((double)once[i]);
    sum_twice += fabs((double)twice[i]);
  }
  CHECK(sum_twice > 1.5 * sum_once);
}

/* Vectors are stored and compared with later ones: a change of any feature makes all stored ones worthless. */
static void hash_vector__gives_the_numbers_it_always_gave(void) {
  float vector[HASH_DIMENSION];
  uint64_t fingerprint = 0;
  hash_vector("Stored vectors must stay comparable: 42 größer!", false, vector);
  for (int i = 0; i < HASH_DIMENSION; i++)
    fingerprint = fingerprint * 31 + (uint64_t)lrint((double)vector[i] * 10 + 1000);
  CHECK_INT(1908173472, (int64_t)(fingerprint & 0x7fffffff));
}

CHECK_MAIN(TEST(hash_vector__is_the_same_for_the_same_words_whatever_their_case_and_punctuation),
           TEST(hash_vector__puts_texts_with_common_words_nearer_than_others),
           TEST(hash_vector__is_never_zero_and_always_finite), TEST(hash_vector__tells_texts_of_punctuation_apart),
           TEST(hash_vector__counts_features_when_it_is_not_scaled),
           TEST(hash_vector__gives_the_numbers_it_always_gave))
