#include "tests/guard/guard_counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

enum { COUNTS_MAX = 256, QUANTITIES = sizeof(struct guard_counts) / sizeof(uint64_t) };

static int compare(const void *left, const void *right) {
  const uint64_t *a = left, *b = right;
  return (*a > *b) - (*a < *b);
}

struct guard_counts guard_counts_median(const struct guard_counts *counts, size_t count) {
  struct guard_counts median = {0};
  uint64_t values[COUNTS_MAX];
  if (count == 0 || count > COUNTS_MAX) return median;
  for (size_t quantity = 0; quantity < QUANTITIES; quantity++) {
    const size_t offset = quantity * sizeof(uint64_t);
    for (size_t i = 0; i < count; i++) memcpy(&values[i], (const char *)&counts[i] + offset, sizeof(uint64_t));
    qsort(values, count, sizeof values[0], compare);
    memcpy((char *)&median + offset, &values[count / 2], sizeof(uint64_t));
  }
  return median;
}

static const struct {
  unsigned number;
  const char *name;
} known_calls[] = {
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_close, "close"},
    {SYS_poll, "poll"},
    {SYS_ppoll, "ppoll"},
    {SYS_mmap, "mmap"},
    {SYS_mprotect, "mprotect"},
    {SYS_munmap, "munmap"},
    {SYS_mremap, "mremap"},
    {SYS_brk, "brk"},
    {SYS_madvise, "madvise"},
    {SYS_futex, "futex"},
    {SYS_sendmsg, "sendmsg"},
    {SYS_recvmsg, "recvmsg"},
    {SYS_sendto, "sendto"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_shutdown, "shutdown"},
    {SYS_pipe2, "pipe2"},
    {SYS_sched_yield, "sched_yield"},
    {SYS_getpid, "getpid"},
    {SYS_gettid, "gettid"},
    {SYS_getrandom, "getrandom"},
    {SYS_clock_gettime, "clock_gettime"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_eventfd2, "eventfd2"},
    {SYS_timerfd_settime, "timerfd_settime"},
    {SYS_openat, "openat"},
    {SYS_clone, "clone"},
    {SYS_clone3, "clone3"},
    {SYS_rt_sigprocmask, "rt_sigprocmask"},
    {SYS_rt_sigaction, "rt_sigaction"},
    {SYS_fcntl, "fcntl"},
    {SYS_socketpair, "socketpair"},
    {SYS_memfd_create, "memfd_create"},
    {SYS_ftruncate, "ftruncate"},
    {SYS_pidfd_open, "pidfd_open"},
    {SYS_pidfd_send_signal, "pidfd_send_signal"},
    {SYS_prlimit64, "prlimit64"},
    {SYS_readlink, "readlink"},
    {SYS_newfstatat, "newfstatat"},
    {SYS_access, "access"},
    {SYS_getcwd, "getcwd"},
    {SYS_faccessat2, "faccessat2"},
    {SYS_sched_getaffinity, "sched_getaffinity"},
    {SYS_waitid, "waitid"},
    {SYS_wait4, "wait4"},
};

void guard_system_call_name(unsigned number, char name[GUARD_SYSTEM_CALL_NAME_SIZE]) {
  for (size_t i = 0; i < sizeof known_calls / sizeof known_calls[0]; i++) {
    if (known_calls[i].number != number) continue;
    snprintf(name, GUARD_SYSTEM_CALL_NAME_SIZE, "%s", known_calls[i].name);
    return;
  }
  snprintf(name, GUARD_SYSTEM_CALL_NAME_SIZE, "number_%u", number);
}
