/* Waiting for the end of a process that has to end. One that goes on fails the test that waits, and is killed: a hang
 * would name nothing, and would leave the process behind. */
#ifndef LLMB_TESTS_PROCESS_END_H
#define LLMB_TESTS_PROCESS_END_H

#include <poll.h>
#include <stdbool.h>
#include <sys/syscall.h>

#include "tests/check.h"

/* Far beyond every limit of the library's, so that a slow machine fails no test. */
enum { PROCESS_END_MS = 30000 };

static inline int process_end_limit_ms(void) {
  const char *text = getenv("LLMB_TEST_END_MS");
  const int wanted = text == NULL ? 0 : atoi(text);
  return wanted > 0 ? wanted : PROCESS_END_MS * CHECK_SLOWNESS;
}

/* The number of the process behind a pidfd, for the message; -1 if it cannot be told. */
static inline long process_end_number(int process) {
  char path[64], line[128];
  long number = -1;
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", process);
  FILE *file = fopen(path, "re");
  if (file == NULL) return -1;
  while (fgets(line, sizeof line, file) != NULL) (void)sscanf(line, "Pid: %ld", &number);
  fclose(file);
  return number;
}

/* Waits until the process of this pidfd has ended, and closes it; -1 stands for a process that had ended before. */
static inline void process_end_await(int process) {
  struct pollfd item = {.fd = process, .events = POLLIN};
  if (process < 0) return;
  int ready = 0;
  do {
    ready = poll(&item, 1, process_end_limit_ms());
  } while (ready < 0);
  if (ready == 0) {
    fprintf(stderr, "%s: process %ld has not ended, and is killed\n", check_name, process_end_number(process));
    CHECK(!"a process that has to end goes on");
    syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
  }
  close(process);
}

#endif
