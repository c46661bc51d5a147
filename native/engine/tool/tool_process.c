#include "engine/tool/tool_process.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "platform/os_process.h"

llmb_status tool_open(const struct tool_start *start, struct tool *out, llmb_error *error) {
  struct os_process_start plan = {.path = start->program,
                                  .envp = start->environment,
                                  .input = start->input,
                                  .output = start->output,
                                  .log = start->log};
  memcpy(&plan.argv, &start->arguments, sizeof plan.argv); /* which is only read */
  int64_t number = 0;
  int os_code = 0;
  *out = (struct tool){.process = -1};
  os_handle process = OS_HANDLE_NONE;
  const llmb_status status = os_process_spawn(&plan, &number, &process, &os_code);
  out->process = os_handle_number(process);
  out->pid = (pid_t)number;
  if (status == LLMB_OK) return LLMB_OK;
  return error_set_os(error, status, LLMB_PHASE_START, os_code, "could not start %s", start->program);
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
