#include "tests/guard/guard_child.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void guard_child_mark(void) {
  syscall(GUARD_MARK);
}

/* The tracer reads the engine's number from the third argument, which kill has not. */
void guard_child_ready(pid_t engine) {
  syscall(SYS_kill, getpid(), SIGSTOP, engine);
}

/* One processor for all that the child starts: with two the library would spin, for a time. */
static void pin(void) {
  cpu_set_t set;
  const int processor = sched_getcpu();
  CPU_ZERO(&set);
  CPU_SET(processor < 0 ? 0 : processor, &set);
  sched_setaffinity(0, sizeof set, &set);
}

pid_t guard_child_start(void (*work)(const void *argument), const void *argument) {
  int status = 0;
  prctl(PR_SET_CHILD_SUBREAPER, 1); /* so that keeper and engine are descendants, which may be traced */
  fflush(NULL);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin();
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0) _exit(1);
    work(argument);
    _exit(0);
  }
  if (pid < 0) return -1;
  if (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP &&
      ptrace(PTRACE_SETOPTIONS, pid, NULL, (long)(PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD)) == 0) {
    return pid;
  }
  kill(pid, SIGKILL);
  guard_child_await_end(pid);
  return -1;
}

void guard_child_detach(pid_t pid) {
  int status = 0;
  if (ptrace(PTRACE_DETACH, pid, NULL, NULL) == 0) return;
  if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0) waitpid(pid, &status, __WALL); /* it ran or slept */
  ptrace(PTRACE_DETACH, pid, NULL, NULL);
}

bool guard_child_await_end(pid_t child) {
  bool succeeded = false;
  int status = 0;
  for (pid_t pid = waitpid(-1, &status, __WALL); pid > 0; pid = waitpid(-1, &status, __WALL)) {
    if (pid == child) succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  return succeeded;
}

static void stop_once(const void *argument) {
  (void)argument;
  guard_child_ready(0);
}

bool guard_may_trace(char *reason, size_t capacity) {
  const pid_t pid = guard_child_start(stop_once, NULL);
  int status = 0;
  const bool stepped = pid > 0 && ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0 &&
                       waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
  if (!stepped) snprintf(reason, capacity, "this process may not single-step another (ptrace)");
  if (pid < 0) return false;
  guard_child_detach(pid);
  guard_child_await_end(pid);
  return stepped;
}
