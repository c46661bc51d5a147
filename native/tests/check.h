/* The test harness: named tests, checks that say where and what, and a watchdog so that no test can hang. */
#ifndef LLMB_TESTS_CHECK_H
#define LLMB_TESTS_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check_watchdog.h"

static int check_failures;
static const char *check_name = "";

#define CHECK(condition)                                                                        \
  do {                                                                                          \
    if (!(condition)) {                                                                         \
      fprintf(stderr, "%s:%d: %s: not true: %s\n", __FILE__, __LINE__, check_name, #condition); \
      check_failures++;                                                                         \
    }                                                                                           \
  } while (0)

#define CHECK_INT(expected, actual)                                                                               \
  do {                                                                                                            \
    long long check_e = (long long)(expected), check_a = (long long)(actual);                                     \
    if (check_e != check_a) {                                                                                     \
      fprintf(stderr, "%s:%d: %s: %s is %lld, expected %lld\n", __FILE__, __LINE__, check_name, #actual, check_a, \
              check_e);                                                                                           \
      check_failures++;                                                                                           \
    }                                                                                                             \
  } while (0)

#define CHECK_TEXT(expected, actual)                                                                         \
  do {                                                                                                       \
    const char *check_e = (expected), *check_a = (actual);                                                   \
    if (check_a == NULL || strcmp(check_e, check_a) != 0) {                                                  \
      fprintf(stderr, "%s:%d: %s: %s is \"%s\", expected \"%s\"\n", __FILE__, __LINE__, check_name, #actual, \
              check_a ? check_a : "(null)", check_e);                                                        \
      check_failures++;                                                                                      \
    }                                                                                                        \
  } while (0)

#define CHECK_CONTAINS(part, text)                                                                      \
  do {                                                                                                  \
    const char *check_p = (part), *check_t = (text);                                                    \
    if (check_t == NULL || strstr(check_t, check_p) == NULL) {                                          \
      fprintf(stderr, "%s:%d: %s: %s is \"%s\", lacks \"%s\"\n", __FILE__, __LINE__, check_name, #text, \
              check_t ? check_t : "(null)", check_p);                                                   \
      check_failures++;                                                                                 \
    }                                                                                                   \
  } while (0)

struct check_test {
  const char *name;
  void (*run)(void);
};

/* Runs all tests, or those whose names contain argv[1]; prints a line each; returns the exit status. */
static int check_run(const struct check_test *tests, size_t count, int argc, char **argv) {
  int failed = 0;
  for (size_t i = 0; i < count; i++) {
    if (argc > 1 && strstr(tests[i].name, argv[1]) == NULL) continue;
    check_name = tests[i].name;
    int before = check_failures;
    check_watchdog_begin(check_name);
    tests[i].run();
    check_watchdog_end();
    printf("%s %s\n", check_failures == before ? "ok  " : "FAIL", tests[i].name);
    fflush(stdout);
    failed += check_failures != before;
  }
  return failed != 0;
}

#define CHECK_MAIN(...)                                                  \
  int main(int argc, char **argv) {                                      \
    const struct check_test tests[] = {__VA_ARGS__};                     \
    return check_run(tests, sizeof tests / sizeof tests[0], argc, argv); \
  }
#define TEST(function) \
  { #function, function }

#endif
