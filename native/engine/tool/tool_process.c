#include "tool_process.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"

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

static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int os_code =
      posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  if (os_code == 0) os_code = posix_spawnattr_setsigmask(attributes, &none);
  if (os_code == 0) os_code = posix_spawnattr_setsigdefault(attributes, &all);
  return os_code;
}

static int set_descriptors(posix_spawn_file_actions_t *actions, const struct tool_start *start) {
  int os_code = posix_spawn_file_actions_adddup2(actions, start->input, STDIN_FILENO);
  if (os_code == 0) os_code = posix_spawn_file_actions_adddup2(actions, start->output, STDOUT_FILENO);
  if (os_code == 0) os_code = posix_spawn_file_actions_adddup2(actions, start->log, STDERR_FILENO);
  return os_code;
}

llmb_status tool_open(const struct tool_start *start, struct tool *out, llmb_error *error) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  *out = (struct tool){.process = -1};
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_init(&actions);
  int os_code = set_attributes(&attributes);
  if (os_code == 0) os_code = set_descriptors(&actions, start);
  char *const *arguments; /* which posix_spawn only reads */
  memcpy(&arguments, &start->arguments, sizeof arguments);
  if (os_code == 0) {
    os_code = posix_spawn(&out->pid, start->program, &actions, &attributes, arguments, start->environment);
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (os_code == 0) {
    out->process = (int)syscall(SYS_pidfd_open, out->pid, 0);
    if (out->process >= 0) return LLMB_OK;
    os_code = errno;
    kill(out->pid, SIGKILL);
    waitpid(out->pid, NULL, 0);
  }
  out->pid = 0;
  return error_set_os(error, status_of(os_code), LLMB_PHASE_START, os_code, "could not start %s", start->program);
}

void tool_terminate(const struct tool *tool) {
  if (tool->pid == 0) return;
  kill(-tool->pid, SIGTERM);
  kill(-tool->pid, SIGCONT);
}

bool tool_ended(const struct tool *tool) {
  siginfo_t how = {0};
  if (tool->pid == 0) return true;
  return waitid(P_PID, (id_t)tool->pid, &how, WEXITED | WNOHANG | WNOWAIT) == 0 && how.si_pid != 0;
}

bool tool_reap(struct tool *tool, llmb_error *out_exit) {
  siginfo_t how = {0};
  if (tool->pid == 0) return true;
  if (waitid(P_PID, (id_t)tool->pid, &how, WEXITED | WNOHANG) == 0 && how.si_pid == 0) return false;
  out_exit->exit_kind = how.si_pid == 0             ? LLMB_EXIT_UNKNOWN
                        : how.si_code == CLD_EXITED ? LLMB_EXIT_CODE
                                                    : LLMB_EXIT_SIGNAL;
  out_exit->exit_value = how.si_status;
  close(tool->process);
  *tool = (struct tool){.process = -1};
  return true;
}
