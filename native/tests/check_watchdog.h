/* The watchdog of the test harness: a test that takes longer than its limit is named, then its process ends by SIGALRM.
 * What the test started in other processes ends with it: keepers watch their host. */
#ifndef LLMB_TESTS_CHECK_WATCHDOG_H
#define LLMB_TESTS_CHECK_WATCHDOG_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Sanitizers and a loaded machine make everything slower, by no fixed factor. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { CHECK_SLOWNESS = 10 };
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { CHECK_SLOWNESS = 10 };
#else
enum { CHECK_SLOWNESS = 1 };
#endif
#else
enum { CHECK_SLOWNESS = 1 };
#endif

enum { CHECK_LIMIT_S = 60, CHECK_WATCHDOG_LINE_SIZE = 256 };

/* Said by the signal handler, which may not format: prepared before. */
static char check_watchdog_line[CHECK_WATCHDOG_LINE_SIZE];
static size_t check_watchdog_size;

/* How long one test may take, in seconds: LLMB_TEST_LIMIT_S, or 60, ten times as long under a sanitizer. */
static inline unsigned check_limit_s(void) {
  const char *text = getenv("LLMB_TEST_LIMIT_S");
  const unsigned long wanted = text == NULL ? 0 : strtoul(text, NULL, 10);
  return wanted > 0 && wanted < 1000000 ? (unsigned)wanted : (unsigned)CHECK_LIMIT_S * CHECK_SLOWNESS;
}

static inline void check_watchdog_bite(int signal_number) {
  (void)!write(STDERR_FILENO, check_watchdog_line, check_watchdog_size);
  raise(signal_number); /* blocked until this returns, and then at its default: the end of this process */
}

/* Waits anew, for `limit_s` seconds: also for the next part of a test that is long by design. */
static inline void check_watch_for(unsigned limit_s) {
  alarm(limit_s);
}

static inline void check_watch(void) {
  check_watch_for(check_limit_s());
}

/* Begins a test's time. A handler of SIGALRM that a test has set stays out of the next one's way. */
static inline void check_watchdog_begin(const char *name) {
  struct sigaction action;
  const int size = snprintf(check_watchdog_line, sizeof check_watchdog_line,
                            "%s: WATCHDOG: not at its end after its time limit (LLMB_TEST_LIMIT_S)\n", name);
  check_watchdog_size = size < (int)sizeof check_watchdog_line ? (size_t)size : sizeof check_watchdog_line - 1;
  memset(&action, 0, sizeof action); /* also compiled as C++ */
  action.sa_handler = check_watchdog_bite;
  action.sa_flags = (int)SA_RESETHAND;
  sigaction(SIGALRM, &action, NULL);
  check_watch();
}

static inline void check_watchdog_end(void) {
  alarm(0);
}

#endif
