/* The main function of a guard that single-steps: skipped where this process may not do that. */
#ifndef LLMB_TESTS_GUARD_MAIN_H
#define LLMB_TESTS_GUARD_MAIN_H

#include "tests/check.h"
#include "tests/guard/guard_child.h"

enum { GUARD_SKIPPED = 77 }; /* what CTest takes for a test that was skipped */

#define GUARD_MAIN(...)                                                  \
  int main(int argc, char **argv) {                                      \
    const struct check_test tests[] = {__VA_ARGS__};                     \
    char reason[256];                                                    \
    if (!guard_may_trace(reason, sizeof reason)) {                       \
      printf("skipped: %s\n", reason);                                   \
      return GUARD_SKIPPED;                                              \
    }                                                                    \
    return check_run(tests, sizeof tests / sizeof tests[0], argc, argv); \
  }

#endif
