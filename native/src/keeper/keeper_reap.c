/* Every engine is a subreaper (keeper_child.c), so whatever it starts stays below it while it lives. The keeper is one
 * too: what an engine leaves behind becomes the keeper's child. So a child that is no engine is always an orphan of a
 * dead engine, and is killed; its own children come next, the same way, until there are none. */
#include "keeper/keeper_reap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fault_point.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"

static void kill_orphan(const struct engine_table *table, pid_t pid, bool *found) {
  if (pid <= 0 || engine_find_pid(table, pid) != NULL) return;
  *found = true;
  kill(-pid, SIGKILL); /* only it can have founded a group of this number */
  kill(pid, SIGKILL);
}

/* Kills every child that is no engine; false when there was none. */
static bool kill_orphans(const struct engine_table *table) {
  char bytes[4096];
  bool found = false;
  pid_t pid = 0;
  /* Only kernels without checkpoint support lack it; there, what left its engine's process group stays. */
  int file = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  for (int reads = 0; reads < KEEPER_CHILDREN_READS_MAX; reads++) {
    ssize_t size = read(file, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    for (ssize_t i = 0; i < size; i++) {
      if (bytes[i] >= '0' && bytes[i] <= '9') {
        pid = pid * 10 + (bytes[i] - '0');
        continue;
      }
      kill_orphan(table, pid, &found);
      pid = 0;
    }
  }
  kill_orphan(table, pid, &found);
  close(file);
  return found;
}

static void reap_one(struct engine_table *table, pid_t pid) {
  siginfo_t how = {0};
  struct rusage used = {0};
  struct engine *engine = engine_find_pid(table, pid);
  FAULT_POINT(KEEPER_EXIT_SEEN);
  if (engine != NULL) kill(-pid, SIGKILL); /* while the number is still its own */
  /* The C library's waitid does not tell what the process has used. */
  if (syscall(SYS_waitid, P_PID, pid, &how, WEXITED | WNOHANG, &used) != 0) how.si_code = 0;
  if (engine != NULL) engine_finish(table, engine, &how, (uint64_t)used.ru_maxrss << 10);
}

bool keeper_reap(struct engine_table *table) {
  for (unsigned round = 0; round < KEEPER_REAP_ROUNDS_MAX; round++) {
    bool reaped = false;
    for (unsigned i = 0; i < KEEPER_REAP_TURN_COUNT; i++) {
      siginfo_t ended = {0};
      if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) break;
      reap_one(table, ended.si_pid);
      reaped = true;
    }
    const bool found = kill_orphans(table);
    if (!reaped || !found) return found;
    /* What was killed may be ready to be reaped already. */
  }
  return true; /* they are born as fast as they are killed: the engines of others have their turn */
}

/* Whether all is over but for the servers, which stay. */
static bool only_servers_left(const struct engine_table *table) {
  siginfo_t any = {0};
  for (unsigned i = 0; i < table->count; i++) {
    if (!table->engines[i]->is_server) return false;
  }
  return table->count > 0 || (waitid(P_ALL, 0, &any, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD);
}

/* They had time to take back what they were writing. */
static void kill_sessions(struct engine_table *table) {
  for (unsigned i = 0; i < table->count; i++) {
    if (table->engines[i]->is_session) engine_kill(table->engines[i]);
  }
}

void keeper_reap_all(struct engine_table *table, os_handle signals) {
  const uint64_t begun_ns = os_clock_ns(), deadline_ns = begun_ns + KEEPER_REAP_TIMEOUT_NS;
  for (unsigned i = 0; i < table->count; i++) {
    if (!table->engines[i]->is_session) engine_kill(table->engines[i]);
  }
  for (;;) {
    if (os_clock_ns() >= begun_ns + KEEPER_SESSION_GRACE_NS) kill_sessions(table);
    bool left = keeper_reap(table);
    if (!left && only_servers_left(table)) return;
    const uint64_t now_ns = os_clock_ns();
    if (now_ns >= deadline_ns) return;
    uint64_t again_ns = now_ns + KEEPER_SWEEP_AGAIN_NS;
    struct os_poll_item item = {.handle = signals};
    if (os_poll(&item, 1, again_ns < deadline_ns ? again_ns : deadline_ns) > 0) {
      char drained[1024];
      ssize_t ignored = read(signals, drained, sizeof drained);
      (void)ignored;
    }
  }
}
