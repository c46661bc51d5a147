#include "tests/guard/guard_system_calls.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include "tests/guard/guard_child.h"

static bool count_until_mark(pid_t pid, struct guard_counts *out) {
  bool in_call = true; /* it stopped inside the call that stopped it */
  for (int signal_number = 0;;) {
    int status = 0;
    if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)signal_number) != 0) return false;
    if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) return false;
    const bool is_call = WSTOPSIG(status) == (SIGTRAP | 0x80);
    signal_number = is_call ? 0 : WSTOPSIG(status);
    if (!is_call) continue;
    in_call = !in_call;
    if (!in_call) continue;
    const long number = ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user, regs.orig_rax), NULL);
    if (number == GUARD_MARK) return true;
    if (number >= 0 && number < GUARD_SYSTEM_CALLS_MAX) out->system_calls[number]++;
  }
}

bool guard_count_system_calls(void (*work)(const void *argument), const void *argument, struct guard_counts *out) {
  *out = (struct guard_counts){0};
  const pid_t pid = guard_child_start(work, argument);
  if (pid < 0) return false;
  const bool counted = count_until_mark(pid, out);
  guard_child_detach(pid);
  return guard_child_await_end(pid) && counted;
}
