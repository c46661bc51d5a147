#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/os_process.h"

/* glibc 2.34 has no wrappers for pidfds yet. */
llmb_status os_process_self(os_handle *out, int *os_code) {
  *out = os_handle_raise(syscall(SYS_pidfd_open, getpid(), 0u));
  if (*out >= 0) return LLMB_OK;
  *os_code = errno;
  return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? LLMB_E_OUT_OF_MEMORY : LLMB_E_UNSUPPORTED;
}

void os_process_kill(os_handle process) {
  if (process >= 0 && os_handle_same(process)) {
    syscall(SYS_pidfd_send_signal, os_handle_number(process), SIGKILL, NULL, 0u);
  }
}

bool os_process_ended(os_handle process) {
  if (!os_handle_same(process)) return true;
  struct pollfd item = {.fd = os_handle_number(process), .events = POLLIN};
  int ready;
  do {
    ready = poll(&item, 1, 0);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

void os_process_reap(os_handle process) {
  siginfo_t info;
  /* By its handle, so that no other child's status can be taken; ECHILD, the rule, is as good. */
  if (process < 0 || !os_handle_same(process)) return;
  (void)waitid(P_PIDFD, (id_t)os_handle_number(process), &info, WEXITED | WNOHANG | __WALL);
}
