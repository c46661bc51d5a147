#include "engine/tool/tool_reaper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "platform/os_clock.h"
#include "platform/os_socket.h"
#include "engine/tool/tool_reaper_process.h"
#include "engine/tool/tool_tree.h"
#include "engine/tool/tool_watch.h"

struct tool_reaper {
  pid_t pid; /* 0: this place is free */
  int socket;
  bool taken;
  bool ready; /* raised by tool_watch_look */
  struct reaper_plan *plan;
};

static struct {
  struct tool_reaper at[TOOL_REAPERS_MAX];
  unsigned count; /* places that were ever used */
  bool sweeping;
  uint64_t sweep_until_ns;
} reapers;

static bool is_reaper(void *context, pid_t pid) {
  (void)context;
  for (unsigned i = 0; i < reapers.count; i++) {
    if (reapers.at[i].pid == pid) return true;
  }
  return false;
}

/* Reserved, not used: a page of it costs memory from the first program on that needs it. */
static struct reaper_plan *make_plan(void) {
  void *plan =
      mmap(NULL, sizeof(struct reaper_plan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return plan != MAP_FAILED ? plan : NULL;
}

/* NULL, or what was refused. */
static const char *make(struct tool_reaper *reaper, int waiter) {
  int ends[2];
  const pid_t engine = getpid();
  if (reaper->plan == NULL) reaper->plan = make_plan();
  if (reaper->plan == NULL) return "memory to share with a reaper (mmap)";
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return "a socket pair";
  const pid_t pid = fork();
  if (pid == 0) reaper_process_run(ends[1], reaper->plan, engine);
  const int os_code = errno;
  close(ends[1]);
  if (pid > 0 && tool_watch(waiter, ends[0], EPOLLIN, &reaper->ready)) {
    reaper->pid = pid;
    reaper->socket = ends[0];
    return NULL;
  }
  close(ends[0]);
  if (pid > 0) waitpid(pid, NULL, 0);
  errno = os_code;
  return pid < 0 ? "a process (fork)" : "a place in an epoll set";
}

llmb_status reaper_take(int waiter, struct tool_reaper **out, llmb_error *error) {
  struct tool_reaper *free_place = NULL;
  *out = NULL;
  for (unsigned i = 0; i < reapers.count && *out == NULL; i++) {
    struct tool_reaper *reaper = &reapers.at[i];
    if (reaper->pid == 0) free_place = reaper;
    if (reaper->pid != 0 && !reaper->taken) *out = reaper;
  }
  if (*out == NULL) {
    if (free_place == NULL && reapers.count == TOOL_REAPERS_MAX) {
      return error_set(error, LLMB_E_OVERLOADED, LLMB_PHASE_START, "%d programs run already", TOOL_REAPERS_MAX);
    }
    if (free_place == NULL) free_place = &reapers.at[reapers.count++];
    const char *refused = make(free_place, waiter);
    if (refused != NULL) {
      return error_set_os(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, errno, "the system refused %s", refused);
    }
    *out = free_place;
  }
  (*out)->taken = true;
  return LLMB_OK;
}

void reaper_give_back(struct tool_reaper *reaper) {
  reaper->taken = false;
}

struct reaper_plan *reaper_plan(struct tool_reaper *reaper) {
  return reaper->plan;
}

bool reaper_order(struct tool_reaper *reaper, enum reaper_word_kind kind, const os_handle *descriptors,
                  unsigned count) {
  const struct reaper_word word = {.kind = kind};
  int os_code = 0;
  /* What it watches over may have stopped it, but cannot have made it ignore this. */
  if (kind != REAPER_START) kill(reaper->pid, SIGCONT);
  return os_socket_send(reaper->socket, &word, sizeof word, descriptors, count, &os_code) == LLMB_OK;
}

/* All below it is, or is about to be, a child of this process: the killed one is reaped when it is so. */
static void bury(struct tool_reaper *reaper) {
  kill(reaper->pid, SIGKILL);
  waitpid(reaper->pid, NULL, 0);
  close(reaper->socket); /* closing takes it out of the epoll set */
  *reaper = (struct tool_reaper){.plan = reaper->plan};
  reapers.sweeping = true;
  reapers.sweep_until_ns = os_clock_ns() + TOOL_SWEEP_LIMIT_NS;
  reapers_step();
}

enum reaper_news reaper_listen(struct tool_reaper *reaper, int limit_ms, struct reaper_word *out) {
  struct pollfd item = {.fd = reaper->socket, .events = POLLIN};
  if (limit_ms == 0 && !reaper->ready) return REAPER_NOTHING;
  if (limit_ms > 0) (void)poll(&item, 1, limit_ms);
  uint64_t size = 0;
  int os_code = 0;
  const llmb_status status = os_socket_receive(reaper->socket, out, sizeof *out, &size, NULL, 0, NULL, &os_code);
  if (status == LLMB_OK && size == sizeof *out) return REAPER_WORD;
  if (status == LLMB_E_NOT_READY) {
    reaper->ready = false;
    return REAPER_NOTHING;
  }
  bury(reaper);
  return REAPER_GONE;
}

void reaper_kill(struct tool_reaper *reaper) {
  kill(reaper->pid, SIGKILL);
}

/* One that has nothing to do has nothing to say either: its socket is readable at its end. */
static void look_after_idle(void) {
  for (unsigned i = 0; i < reapers.count; i++) {
    struct tool_reaper *reaper = &reapers.at[i];
    struct reaper_word word;
    if (reaper->pid != 0 && !reaper->taken) (void)reaper_listen(reaper, 0, &word);
  }
}

void reapers_step(void) {
  if (!reapers.sweeping) {
    look_after_idle();
    return;
  }
  bool any = false;
  for (int round = 0; round < TOOL_SWEEP_ROUNDS_MAX; round++) {
    any = tool_tree_kill_once(is_reaper, NULL);
    if (!any) break;
  }
  for (int i = 0; i < TOOL_TREE_MAX; i++) {
    siginfo_t how = {0};
    if (waitid(P_ALL, 0, &how, WEXITED | WNOHANG | WNOWAIT) != 0 || how.si_pid == 0) break;
    if (is_reaper(NULL, how.si_pid)) break; /* its end is told by its socket */
    waitid(P_PID, (id_t)how.si_pid, &how, WEXITED | WNOHANG);
  }
  /* What a kill does not end, since the kernel holds it, is not waited for. */
  if (!any || os_clock_ns() >= reapers.sweep_until_ns) reapers.sweeping = false;
}

bool reapers_are_sweeping(void) {
  return reapers.sweeping;
}
