/* How long a test of faults goes on: quickly in every build, for long where LLMB_TEST_REPEATS says how many times. */
#ifndef LLMB_TESTS_FAULTS_REPEATS_H
#define LLMB_TESTS_FAULTS_REPEATS_H

#include "../check.h"

enum { REPEATS_MAX = 1000000 };

static inline unsigned long faults_repeats(void) {
  const char *text = getenv("LLMB_TEST_REPEATS");
  const unsigned long repeats = text == NULL ? 1 : strtoul(text, NULL, 10);
  return repeats == 0 ? 1 : repeats < REPEATS_MAX ? repeats : REPEATS_MAX;
}

/* A long run is no hang: the watchdog waits anew. */
static inline void faults_go_on(void) {
  alarm(CHECK_WATCHDOG_S);
}

#endif
