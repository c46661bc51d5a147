#include "keeper/keeper_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "core/fault_point.h"
#include "platform/os_loader.h"

enum { HANDLE_REPORT = ENGINE_HANDLE_LIFELINE + 1, HANDLES_END };
enum { OOM_SCORE_MAX = 1000 };

_Noreturn static void fail(os_handle report, const char *step) {
  struct keeper_child_report message = {.os_code = errno};
  snprintf(message.step, sizeof message.step, "%s", step);
  ssize_t ignored = write(report, &message, sizeof message);
  (void)ignored;
  _exit(127);
}

/* Puts a descriptor at its number. 0 and 1 stay the keeper's own, which are /dev/null. */
static void place(const struct keeper_child_plan *plan, os_handle *handle, int target) {
  if (dup2(*handle, target) < 0) fail(plan->report, "descriptors");
  *handle = target;
}

static os_handle place_descriptors(const struct keeper_child_plan *plan) {
  os_handle log = fcntl(plan->log, F_DUPFD_CLOEXEC, HANDLES_END);
  os_handle socket = fcntl(plan->socket, F_DUPFD_CLOEXEC, HANDLES_END);
  os_handle lifeline = fcntl(plan->lifeline, F_DUPFD_CLOEXEC, HANDLES_END);
  os_handle report = fcntl(plan->report, F_DUPFD_CLOEXEC, HANDLES_END);
  if (log < 0 || socket < 0 || lifeline < 0 || report < 0) fail(plan->report, "descriptors");
  struct keeper_child_plan moved = *plan;
  moved.report = report;
  place(&moved, &log, STDERR_FILENO);
  place(&moved, &socket, ENGINE_HANDLE_SOCKET);
  place(&moved, &lifeline, ENGINE_HANDLE_LIFELINE);
  if (dup3(report, HANDLE_REPORT, O_CLOEXEC) < 0) fail(report, "descriptors");
  /* The rest goes by its close-on-exec flag too; but an exec may take long, and must not hold other engines' pipes. */
  if (close_range(HANDLES_END, ~0u, 0) != 0) {
    for (int i = HANDLES_END; i < (int)plan->descriptor_limit.rlim_cur && i < KEEPER_DESCRIPTORS_MIN; i++) close(i);
  }
  return HANDLE_REPORT;
}

/* The keeper was started with nothing ignored, and what it catches ends with the exec: left is what it ignores. */
static void reset_signals(void) {
  sigset_t none;
  signal(SIGPIPE, SIG_DFL);
  signal(SIGXFSZ, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Makes the kernel take an engine before its host. May be refused, which is no reason not to start. */
static void raise_oom_score(void) {
  char text[16] = "";
  int file = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  if (read(file, text, sizeof text - 1) > 0) {
    int score = atoi(text) + KEEPER_OOM_SCORE_RAISE;
    int size = snprintf(text, sizeof text, "%d", score < OOM_SCORE_MAX ? score : OOM_SCORE_MAX);
    ssize_t ignored = pwrite(file, text, (size_t)size, 0);
    (void)ignored;
  }
  close(file);
}

static void set_limits(const struct keeper_child_plan *plan) {
  const struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core); /* a core would hold prompts */
  setrlimit(RLIMIT_NOFILE, &plan->descriptor_limit);
  if (!plan->request->is_server) raise_oom_score();
}

_Noreturn static void exec_program(const struct keeper_spawn_request *request, os_handle report) {
  struct os_loader_start start;
  FAULT_POINT(ENGINE_EXEC);
  os_loader_prepare(request->program, request->arguments, &start);
  for (int tries = 0;; tries++) {
    execve(start.path, start.argv, request->environment);
    /* Somebody forked while this program was being written: gone in a moment. */
    if (errno != ETXTBSY || tries == KEEPER_EXEC_BUSY_TRIES) fail(report, KEEPER_STEP_EXEC);
    const struct timespec wait = {.tv_nsec = KEEPER_EXEC_BUSY_WAIT_MS * 1000000L};
    nanosleep(&wait, NULL);
  }
}

void keeper_child_run(const struct keeper_child_plan *plan) {
  if (!plan->request->is_server) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != plan->keeper_pid) _exit(127); /* the keeper was gone before the line above */
  }
  if (setsid() < 0) fail(plan->report, "setsid");
  os_handle report = place_descriptors(plan);
  set_limits(plan);
  /* Whatever it starts stays below it, however it is started, and becomes the keeper's when it ends: so the keeper's
   * children are its engines and what dead ones left, and nothing ever needs to be told apart. Survives the exec. */
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(report, "no_new_privs"); /* or it could outlive a kill */
  if (plan->request->folder[0] != '\0' && chdir(plan->request->folder) != 0) fail(report, "chdir");
  reset_signals();
  exec_program(plan->request, report);
}
