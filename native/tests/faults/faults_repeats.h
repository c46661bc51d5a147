/* How long a test of faults goes on: quickly in every build, for long where LLMB_TEST_REPEATS says how many times. */
#ifndef LLMB_TESTS_FAULTS_REPEATS_H
#define LLMB_TESTS_FAULTS_REPEATS_H

#include "tests/check.h"
#include "tests/repeats.h"

/* A long run is no hang: the watchdog waits anew. */
static inline void faults_go_on(void) {
  check_watch();
}

#endif
