#include "engine/tool/tool_reaper_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/os_process.h"
#include "platform/os_socket.h"
#include "engine/tool/tool_process_count.h"
#include "engine/tool/tool_tree.h"

enum { SOCKET = 3, DESCRIPTORS = 3 };

struct reaper {
  const struct reaper_plan *plan;
  pid_t program; /* 0: none runs */
};

/* Only so that the wait for words ends when a child has. */
static void note_child(int number) {
  (void)number;
}

static void say(const struct reaper_word *word) {
  if (send(SOCKET, word, sizeof *word, MSG_NOSIGNAL) != (ssize_t)sizeof *word) _exit(1);
}

static bool has_children(void) {
  siginfo_t how;
  return waitid(P_ALL, 0, &how, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void start(struct reaper *reaper, const os_handle *descriptors) {
  const struct reaper_plan *plan = reaper->plan;
  struct reaper_word word = {.kind = REAPER_STARTED};
  int64_t number = 0;
  const struct os_process_start program = {.path = plan->program,
                                           .argv = plan->arguments,
                                           .envp = plan->environment,
                                           .input = descriptors[0],
                                           .output = descriptors[1],
                                           .log = descriptors[2],
                                           .processes_max = process_count_limit(plan->processes_more)};
  word.value = os_process_spawn(&program, &number, &word.os_code);
  for (int i = 0; i < DESCRIPTORS; i++) close(os_handle_number(descriptors[i]));
  if (word.value == LLMB_OK) reaper->program = (pid_t)number;
  if (word.value != LLMB_OK || plan->tells_start) say(&word);
}

/* Reaps what has ended; says so if the program is among it. */
static void reap(struct reaper *reaper) {
  for (;;) {
    siginfo_t how = {0};
    if (waitid(P_ALL, 0, &how, WEXITED | WNOHANG) != 0 || how.si_pid == 0) return;
    if (how.si_pid != reaper->program) continue;
    reaper->program = 0;
    const struct reaper_word word = {.kind = REAPER_ENDED,
                                     .exit_kind = how.si_code == CLD_EXITED ? LLMB_EXIT_CODE : LLMB_EXIT_SIGNAL,
                                     .value = how.si_status,
                                     .left = has_children()};
    say(&word);
    if (!word.left) return;
  }
}

/* No bound on its rounds: it works for one program, and who waits for it has a limit and the means to end it. */
static void clear(struct reaper *reaper) {
  while (has_children()) {
    siginfo_t how;
    if (!tool_tree_kill_once(NULL, NULL) && reaper->program != 0) kill(-reaper->program, SIGKILL); /* without /proc */
    waitid(P_ALL, 0, &how, WEXITED | WNOWAIT);
    reap(reaper);
  }
  say(&(struct reaper_word){.kind = REAPER_CLEARED});
}

static void terminate(const struct reaper *reaper) {
  if (reaper->program == 0) return;
  kill(-reaper->program, SIGTERM);
  kill(-reaper->program, SIGCONT);
}

static void take_word(struct reaper *reaper) {
  struct reaper_word word;
  os_handle descriptors[DESCRIPTORS];
  uint64_t size = 0;
  unsigned count = 0;
  int os_code = 0;
  const llmb_status status =
      os_socket_receive(SOCKET, &word, sizeof word, &size, descriptors, DESCRIPTORS, &count, &os_code);
  if (status == LLMB_E_NOT_READY) return;
  if (status != LLMB_OK || size != sizeof word) _exit(1); /* the engine is gone, or this process has no descriptors */
  if (word.kind == REAPER_START && count == DESCRIPTORS) start(reaper, descriptors);
  if (word.kind == REAPER_TERMINATE) terminate(reaper);
  if (word.kind == REAPER_CLEAR) clear(reaper);
}

/* Its descriptors are the socket and nothing of the engine's: not its log, nor another reaper's socket. */
static bool prepare(int socket, pid_t engine) {
  const struct sigaction on_child = {.sa_handler = note_child, .sa_flags = SA_NOCLDSTOP};
  sigset_t children;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != engine) return false; /* it was gone before the line above */
  prctl(PR_SET_NAME, "llmb-reaper");
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return false;
  if (dup3(STDIN_FILENO, STDERR_FILENO, O_CLOEXEC) < 0) return false;
  if (socket != SOCKET && dup3(socket, SOCKET, O_CLOEXEC) < 0) return false;
  if (syscall(SYS_close_range, SOCKET + 1, ~0u, 0) != 0) {
    for (int i = SOCKET + 1; i < TOOL_DESCRIPTORS_MAX; i++) close(i);
  }
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  return sigaction(SIGCHLD, &on_child, NULL) == 0 && sigprocmask(SIG_BLOCK, &children, NULL) == 0;
}

void reaper_process_run(int socket, const struct reaper_plan *plan, pid_t engine) {
  struct reaper reaper = {.plan = plan};
  sigset_t none;
  sigemptyset(&none);
  if (!prepare(socket, engine)) _exit(1);
  for (;;) {
    struct pollfd item = {.fd = SOCKET, .events = POLLIN};
    if (ppoll(&item, 1, NULL, &none) > 0) {
      take_word(&reaper);
    } else {
      reap(&reaper); /* a child's end that came meanwhile ends the next wait at once */
    }
  }
}
