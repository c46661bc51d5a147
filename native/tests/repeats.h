/* How much more than usual a test is to do, for the long forms: LLMB_TEST_REPEATS, 1 where it is not set. */
#ifndef LLMB_TESTS_REPEATS_H
#define LLMB_TESTS_REPEATS_H

#include <stdlib.h>

enum { REPEATS_MAX = 1000000 };

static inline unsigned repeats(void) {
  const char *text = getenv("LLMB_TEST_REPEATS");
  const unsigned long count = text == NULL ? 1 : strtoul(text, NULL, 10);
  return count < 1 ? 1 : count > REPEATS_MAX ? REPEATS_MAX : (unsigned)count;
}

#endif
