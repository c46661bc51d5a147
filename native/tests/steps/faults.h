/* How a test chooses a step and what happens there, and sees to it that nothing is left of a round. */
#ifndef LLMB_TESTS_FAULTS_H
#define LLMB_TESTS_FAULTS_H

#include <linux/futex.h>
#include <sched.h>
#include <sys/mman.h>

#include "tests/bridge/bridge_harness.h"
#include "tests/repeats.h"
#include "core/fault_point.h"
#include "tests/steps/fault_page.h"

enum { FAULTS_LEFT_MAX = 64, FAULTS_AWAIT_S = 30, FAULTS_ENVIRONMENT_MAX = 128 << 10 };

static struct fault_page *faults;
static char faults_variable[64]; /* as it stands in the environment of every process that a test is answerable for */

UNUSED static const char *fault_name(enum fault_point point) {
#define FAULT_POINT_NAME(name) [FAULT_##name] = #name,
  static const char *const names[] = {[FAULT_NONE] = "NONE", FAULT_POINT_TABLE(FAULT_POINT_NAME)};
  return names[point];
}

/* Makes the page, which is nowhere but in this process's descriptor, and tells those to come where it is. */
UNUSED static void faults_open(void) {
  char path[48];
  if (faults != NULL) return;
  const int file = memfd_create("faults", MFD_CLOEXEC);
  CHECK_INT(0, ftruncate(file, sizeof *faults));
  void *address = mmap(NULL, sizeof *faults, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (address == MAP_FAILED) abort();
  faults = address;
  snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), file);
  snprintf(faults_variable, sizeof faults_variable, "%s=%s", FAULT_PAGE_VARIABLE, path);
  setenv(FAULT_PAGE_VARIABLE, path, 1);
}

/* Only where host and engine can't run at the same time is it sure that the engine finds a long request in parts, and
 * that the host sleeps for each answer; what is started from here on has the same processors. */
UNUSED static void faults_take_turns(bool turns) {
  static cpu_set_t all;
  cpu_set_t one;
  if (CPU_COUNT(&all) == 0) CHECK_INT(0, sched_getaffinity(0, sizeof all, &all));
  CPU_ZERO(&one);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
    if (CPU_ISSET(i, &all)) CPU_SET(i, &one);
  }
  CHECK_INT(0, sched_setaffinity(0, sizeof one, turns ? &one : &all));
}

/* From here on the process that passes the step as the `pass`th, from 1, gets the signal: once. */
UNUSED static void faults_arm(enum fault_point point, unsigned pass, int signal_number) {
  faults_open();
  faults_take_turns(point == FAULT_ENGINE_REQUEST_PART || point == FAULT_HOST_SLEEP);
  atomic_store(&faults->point, FAULT_NONE);
  atomic_store(&faults->passes_left, pass);
  atomic_store(&faults->signal_number, (uint32_t)signal_number);
  atomic_store(&faults->pid, 0);
  atomic_store(&faults->execution_count, 0);
  atomic_store(&faults->point, (uint32_t)point);
}

UNUSED static bool faults_happened(void) {
  return atomic_load(&faults->pid) != 0;
}

/* Waits until it has happened; the process that it happened to. */
UNUSED static int64_t faults_await(void) {
  const struct timespec limit = {.tv_sec = FAULTS_AWAIT_S};
  while (atomic_load(&faults->pid) == 0) {
    if (syscall(SYS_futex, &faults->pid, FUTEX_WAIT, 0, &limit, NULL, 0) == 0 || errno != ETIMEDOUT) continue;
    fprintf(stderr, "%s: the step never comes\n", check_name);
    check_failures++;
    atomic_store(&faults->point, FAULT_NONE);
    break;
  }
  return (int64_t)atomic_load(&faults->pid);
}

/* Whether a process stands still by a signal. */
UNUSED static bool faults_stopped(int64_t pid) {
  char path[64], text[512] = "";
  snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  const size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  const char *name_end = memrchr(text, ')', size);
  return name_end != NULL && strncmp(name_end, ") T", 3) == 0;
}

/* Lets the process go on that was stopped: not before it stands still, or it would stop after that. */
UNUSED static void faults_continue(void) {
  const int64_t pid = faults_await();
  while (pid != 0 && !faults_stopped(pid)) nap_ms(1);
  process_signal(pid, SIGCONT);
}

/* No call was begun twice, by whichever engines. */
UNUSED static void faults_check_executions(void) {
  const uint32_t count = atomic_load(&faults->execution_count);
  CHECK(count <= FAULT_EXECUTIONS_MAX);
  for (uint32_t i = 0; i < count && i < FAULT_EXECUTIONS_MAX; i++) {
    for (uint32_t j = 0; j < i; j++) CHECK(atomic_load(&faults->executions[i]) != atomic_load(&faults->executions[j]));
  }
}

UNUSED static bool faults_concern(long pid) {
  static char environment[FAULTS_ENVIRONMENT_MAX];
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/environ", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  const size_t size = fread(environment, 1, sizeof environment, file);
  fclose(file);
  return memmem(environment, size, faults_variable, strlen(faults_variable) + 1) != NULL;
}

/* Handles of the processes that the test has brought about, itself aside; -1 for one that has just ended. */
static unsigned faults_left(int processes[FAULTS_LEFT_MAX]) {
  unsigned count = 0;
  DIR *folder = opendir("/proc");
  if (folder == NULL) abort();
  for (struct dirent *entry = readdir(folder); entry != NULL && count < FAULTS_LEFT_MAX; entry = readdir(folder)) {
    const long pid = strtol(entry->d_name, NULL, 10);
    if (pid > 0 && pid != getpid() && faults_concern(pid)) processes[count++] = process_open(pid);
  }
  closedir(folder);
  return count;
}

/* Waits until none of them is left. */
UNUSED static void faults_await_none_left(void) {
  int processes[FAULTS_LEFT_MAX];
  for (unsigned count = faults_left(processes); count > 0; count = faults_left(processes)) {
    for (unsigned i = 0; i < count; i++) process_await_end(processes[i]);
  }
}

#endif
