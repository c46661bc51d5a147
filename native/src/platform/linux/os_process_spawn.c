#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "platform/linux/os_process_child.h"
#include "platform/os_process.h"

enum { HANDLES_COUNT = 3 };

struct spawn_plan {
  const struct os_process_start *start;
  signal_mask changed;  /* dispositions that are not the default here */
  volatile int os_code; /* written by the child; 0: the program runs */
};

/* Asked once: sixty system calls for each program would be a tenth of what it costs to start one. */
static signal_mask changed_dispositions(void) {
  static signal_mask changed;
  static bool known;
  for (int number = 1; !known && number <= CHILD_SIGNALS_COUNT; number++) {
    struct signal_action action = {0};
    syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(signal_mask));
    if (action.handler != (void *)SIG_DFL) changed |= (signal_mask)1 << (number - 1);
  }
  known = true;
  return changed;
}

CHILD_SIDE static long place_descriptors(const struct os_process_start *start) {
  const os_handle handles[] = {start->input, start->output, start->log};
  for (int i = 0; i < HANDLES_COUNT; i++) {
    const long result = child_call(SYS_dup3, os_handle_number(handles[i]), i, 0, 0);
    if (result < 0) return result;
  }
  /* Where the kernel lacks it (before 5.9), what is close-on-exec goes, which everything here is meant to be. */
  child_call(SYS_close_range, HANDLES_COUNT, UINT_MAX, 0, 0);
  return 0;
}

/* A limit that is lower already stays. */
CHILD_SIDE static void limit_processes(const struct os_process_start *start) {
  struct rlimit limit = {0};
  if (start->processes_max == 0 || child_call(SYS_prlimit64, 0, RLIMIT_NPROC, 0, (long)&limit) < 0) return;
  if (limit.rlim_cur > start->processes_max) limit.rlim_cur = start->processes_max;
  if (limit.rlim_max > start->processes_max) limit.rlim_max = start->processes_max;
  child_call(SYS_prlimit64, 0, RLIMIT_NPROC, (long)&limit, 0);
}

CHILD_SIDE static int spawned_main(void *argument) {
  struct spawn_plan *plan = argument;
  const struct os_process_start *start = plan->start;
  const struct signal_action standard = {0};
  const signal_mask none = 0;
  long result = child_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0);
  if (result >= 0) result = child_call(SYS_setsid, 0, 0, 0, 0);
  if (result >= 0) result = place_descriptors(start);
  if (result >= 0) limit_processes(start);
  if (result >= 0) {
    for (int number = 1; number <= CHILD_SIGNALS_COUNT; number++) {
      if ((plan->changed >> (number - 1) & 1) == 0) continue;
      child_call(SYS_rt_sigaction, number, (long)&standard, 0, sizeof(signal_mask));
    }
    child_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&none, 0, sizeof none);
    result = child_call(SYS_execve, (long)start->path, (long)start->argv, (long)start->envp, 0);
  }
  plan->os_code = (int)-result;
  return 127;
}

static llmb_status status_of(int os_code) {
  switch (os_code) {
    case ENOENT:
    case ENOTDIR:
      return LLMB_E_NOT_FOUND;
    case ENOMEM:
      return LLMB_E_OUT_OF_MEMORY;
    default:
      return LLMB_E_SPAWN_FAILED;
  }
}

llmb_status os_process_spawn(const struct os_process_start *start, int64_t *out_number, int *os_code) {
  static _Alignas(16) char stack[CHILD_STACK_SIZE]; /* the caller is suspended: one is enough */
  struct spawn_plan plan = {.start = start, .changed = changed_dispositions()};
  /* But for SIGCHLD: blocked, that of a quick program would be queued, and wake other threads to look. */
  const signal_mask most = ~((signal_mask)1 << (SIGCHLD - 1));
  signal_mask before = 0;
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &most, &before, sizeof most);
  const int pid = clone(spawned_main, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &plan);
  if (pid < 0) plan.os_code = errno;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
  if (plan.os_code == 0) {
    *out_number = pid;
    return LLMB_OK;
  }
  if (pid > 0) waitpid(pid, NULL, 0);
  *os_code = plan.os_code;
  return status_of(plan.os_code);
}
