/* The state of a host process that a guest has to leave alone, as text: more than snapshot.h knows, since here the
 * host is an odd one. What differs between two states names itself. */
#ifndef LLMB_TESTS_HOST_STATE_H
#define LLMB_TESTS_HOST_STATE_H

#include <locale.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#include "tests/bridge/bridge_harness.h"

extern char **environ;

enum { HOST_SIGNALS_COUNT = 64, HOST_LIMITS_COUNT = 16 };

/* As the kernel has it: glibc hides two signals. */
struct host_action {
  uintptr_t handler;
  unsigned long flags;
  uintptr_t restorer;
  uint64_t mask;
};

UNUSED static void host_add(struct snapshot *state, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
UNUSED static void host_add(struct snapshot *state, const char *what, const char *format, ...) {
  char value[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(value, sizeof value, format, arguments);
  va_end(arguments);
  snapshot_add(state, what, value);
}

UNUSED static void host_add_signals(struct snapshot *state) {
  uint64_t blocked = 0;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof blocked);
  host_add(state, "blocked", "%llx", (unsigned long long)blocked);
  for (int i = 1; i <= HOST_SIGNALS_COUNT; i++) {
    struct host_action action = {0};
    syscall(SYS_rt_sigaction, i, NULL, &action, sizeof action.mask);
    if (action.handler == 0 && action.flags == 0) continue;
    host_add(state, "action", "%d %lx %lx %llx", i, (unsigned long)action.handler, action.flags,
             (unsigned long long)action.mask);
  }
}

UNUSED static void host_add_timers(struct snapshot *state) {
  for (int i = ITIMER_REAL; i <= ITIMER_PROF; i++) {
    struct itimerval timer = {0};
    getitimer((__itimer_which_t)i, &timer);
    host_add(state, "timer", "%d every %ld us", i, (long)timer.it_interval.tv_usec);
  }
}

UNUSED static void host_add_limits(struct snapshot *state) {
  for (int i = 0; i < HOST_LIMITS_COUNT; i++) {
    struct rlimit limit = {0};
    getrlimit((__rlimit_resource_t)i, &limit);
    host_add(state, "limit", "%d %llx %llx", i, (unsigned long long)limit.rlim_cur, (unsigned long long)limit.rlim_max);
  }
}

UNUSED static unsigned host_mapping_count(void) {
  unsigned count = 0;
  int letter = 0;
  FILE *file = fopen("/proc/self/maps", "r");
  if (file == NULL) return 0;
  while ((letter = fgetc(file)) != EOF) count += letter == '\n';
  fclose(file);
  return count;
}

UNUSED static struct snapshot *host_state_take(void) {
  struct snapshot *state = snapshot_take();
  int subreaper = 0, death_signal = 0;
  const mode_t mask = umask(0);
  umask(mask);
  prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  prctl(PR_GET_PDEATHSIG, &death_signal);
  host_add_signals(state);
  host_add_timers(state);
  host_add_limits(state);
  host_add(state, "umask", "%o", (unsigned)mask);
  host_add(state, "locale", "%s", setlocale(LC_ALL, NULL));
  host_add(state, "environment", "%p", (void *)environ);
  host_add(state, "process", "%d %d %d %d", subreaper, death_signal, prctl(PR_GET_DUMPABLE),
           prctl(PR_GET_NO_NEW_PRIVS));
  host_add(state, "session", "%d %d", (int)getsid(0), (int)getpgrp());
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__) /* their runtimes map records of their own */
  host_add(state, "mappings", "%u", host_mapping_count());
#else
  (void)host_mapping_count;
#endif
  return state;
}

/* Says of each line of one text that the other lacks it. */
UNUSED static void host_lines_missing(const char *text, const char *other, const char *what) {
  while (*text != 0) {
    char line[SNAPSHOT_LINE_SIZE_MAX];
    const size_t size = strcspn(text, "\n");
    snprintf(line, sizeof line, "%.*s\n", (int)size, text);
    if (strstr(other, line) == NULL) {
      fprintf(stderr, "%s: %s: %s", check_name, what, line);
      check_failures++;
    }
    text += size + (text[size] != 0);
  }
}

UNUSED static void host_state_check(struct snapshot *before) {
  struct snapshot *after = host_state_take();
  host_lines_missing(before->text, after->text, "was, and is not");
  host_lines_missing(after->text, before->text, "was not, and is");
  CHECK(strcmp(before->text, after->text) == 0);
  free(before);
  free(after);
}

#endif
