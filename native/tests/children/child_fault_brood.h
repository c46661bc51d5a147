/* Processes that an engine leaves to others: each holds all the engine has open, or nothing, and none ends by itself.
 */
#ifndef LLMB_TESTS_CHILD_FAULT_BROOD_H
#define LLMB_TESTS_CHILD_FAULT_BROOD_H

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum brood_member { BROOD_CHILD, BROOD_SESSION, BROOD_ORPHAN, BROOD_DEAF, BROOD_STOPPED, BROOD_BARE, BROOD_COUNT };
enum { BROOD_TEXT_SIZE = 16 * BROOD_COUNT, BROOD_DESCRIPTORS = 1024 };

/* Says which process it is, and stays. */
static inline void brood_stay(enum brood_member member, int report) {
  const pid_t pid = getpid();
  if (member == BROOD_DEAF) {
    for (int number = 1; number < NSIG; number++) signal(number, SIG_IGN);
  }
  if (write(report, &pid, sizeof pid) != sizeof pid) _exit(1);
  close(report);
  if (member == BROOD_SESSION) execl("/bin/sleep", "sleep", "1000", (char *)NULL);
  if (member == BROOD_BARE) {
    for (int fd = 0; fd < BROOD_DESCRIPTORS; fd++) close(fd);
  }
  if (member == BROOD_STOPPED) raise(SIGSTOP);
  for (;;) pause();
}

static inline pid_t brood_start(enum brood_member member) {
  int report[2];
  pid_t pid = 0;
  if (pipe(report) != 0) abort();
  if (fork() == 0) {
    if (member != BROOD_CHILD) setsid();
    if (member == BROOD_ORPHAN && fork() != 0) _exit(0);
    brood_stay(member, report[1]);
  }
  close(report[1]);
  if (read(report[0], &pid, sizeof pid) != sizeof pid) abort();
  close(report[0]);
  return pid;
}

/* Starts one of each; `pids` has their numbers, with blanks between them. */
static inline void child_fault_brood(char *pids, size_t capacity) {
  size_t size = 0;
  for (int member = 0; member < BROOD_COUNT; member++) {
    size += (size_t)snprintf(pids + size, capacity - size, "%d ", brood_start((enum brood_member)member));
  }
}

#endif
