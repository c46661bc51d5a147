/* What the adapter's tests share: the library, loaded as HVM loads it, and each test in a process of its own, with an
 * environment of its own, in which nothing may come out on stdout. */
#ifndef LLMB_TESTS_HVM_HARNESS_H
#define LLMB_TESTS_HVM_HARNESS_H

#include <dlfcn.h>
#include <errno.h>
#include <sys/prctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/check.h"
#include "tests/hvm/standin.h"

enum { TEXT_CAPACITY = 1 << 17, MARK = 21, RESULT_OK = 0, RESULT_ERR = 1 };

static struct net *harness_net;
static void *harness_library;

/* IO/DyLib/call. */
static inline port harness_call(const char *name, port argument) {
  port (*function)(struct net *, struct book *, port);
  *(void **)&function = dlsym(harness_library, name);
  if (function == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return function(harness_net, standin_book(), argument);
}

/* The bytes of a list, with or without HVM's sign; NULL if it is none. */
static inline const char *harness_bytes(port list) {
  static uint32_t numbers[TEXT_CAPACITY];
  static char text[TEXT_CAPACITY + 1];
  uint32_t count = 0;
  if (!standin_read(list, TYPE_U24, numbers, TEXT_CAPACITY, &count)) return NULL;
  for (uint32_t i = 0; i < count; i++) {
    if (numbers[i] > 0xFF && numbers[i] < 0xFFFF80) return NULL;
    text[i] = (char)numbers[i];
  }
  text[count] = '\0';
  return text;
}

/* The bytes inside a Result with this tag. */
static inline const char *harness_result(uint32_t tag, port result) {
  uint32_t got;
  port value;
  return standin_read_result(result, &got, &value) && got == tag ? harness_bytes(value) : NULL;
}

/* Waits for the test's process and then for all that it left: keeper and engines come to this one when they are
 * orphans. A process that stays is ended by the watchdog, as a failure. */
static inline void harness_await(pid_t child) {
  int status = -1;
  while (waitpid(child, &status, 0) != child) continue;
  CHECK_INT(0, status);
  while (wait(NULL) >= 0 || errno == EINTR) continue;
}

static inline void harness_in_child(const char *engine, const char *command, void (*body)(void)) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t child = fork();
  if (child != 0) {
    harness_await(child);
    return;
  }
  check_failures = 0;
  const int out = memfd_create("stdout", MFD_CLOEXEC);
  dup2(out, STDOUT_FILENO);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  setenv("LLMBRIDGE_ENGINE", engine, 1);
  setenv("LLMBRIDGE_COMMAND", command, 1);
  harness_library = dlopen(HARNESS_LIBRARY, RTLD_NOW);
  if (harness_library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    _exit(1);
  }
  harness_net = standin_open(STANDIN_SHIFTED);
  body();
  fflush(stdout);
  struct stat printed;
  CHECK_INT(0, fstat(out, &printed));
  CHECK_INT(0, printed.st_size);
  _exit(check_failures != 0);
}

#endif
