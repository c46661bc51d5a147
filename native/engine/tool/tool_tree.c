#include "engine/tool/tool_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/tool/tool_limits.h"

struct pids {
  pid_t at[TOOL_TREE_MAX];
  unsigned count;
};

/* Reads a list of numbers from a file of /proc. */
static void read_pids(const char *path, struct pids *out) {
  char bytes[4096];
  pid_t pid = 0;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  for (;;) {
    const ssize_t size = read(file, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    for (ssize_t i = 0; i < size; i++) {
      if (bytes[i] >= '0' && bytes[i] <= '9') {
        pid = pid * 10 + (bytes[i] - '0');
      } else if (pid > 0) {
        if (out->count < TOOL_TREE_MAX) out->at[out->count++] = pid;
        pid = 0;
      }
    }
  }
  close(file);
}

/* The children of a process: those of each of its threads are a file of their own. */
static void read_children(pid_t pid, struct pids *out) {
  char path[320];
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  DIR *tasks = opendir(path);
  if (tasks == NULL) return;
  for (const struct dirent *task = readdir(tasks); task != NULL; task = readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, task->d_name);
    read_pids(path, out);
  }
  closedir(tasks);
}

void tool_tree_kill(pid_t root) {
  static struct pids tree; /* one thread of one process ever kills; too large for its stack */
  /* Stopped first, so that nothing is started between the look and the kill. */
  kill(root, SIGSTOP);
  kill(-root, SIGSTOP);
  tree.count = 1;
  tree.at[0] = root;
  for (unsigned next = 0; next < tree.count; next++) read_children(tree.at[next], &tree);
  for (unsigned i = 0; i < tree.count; i++) kill(tree.at[i], SIGKILL);
  kill(-root, SIGKILL);
}

void tool_group_kill(pid_t root) {
  kill(-root, SIGKILL);
}

static bool has_mark(pid_t pid, const char *mark) {
  static char environment[128 << 10];
  char path[64];
  const size_t mark_size = strlen(mark);
  snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, environment, sizeof environment - 1);
  close(file);
  if (size <= 0) return false;
  environment[size] = 0;
  for (const char *at = environment; at < environment + size; at += strlen(at) + 1) {
    if (strncmp(at, mark, mark_size) == 0 && at[mark_size] == 0) return true;
  }
  return false;
}

/* Whether this process has any child: cheaper to ask than what they are. */
static bool has_children(void) {
  siginfo_t how;
  return waitid(P_ALL, 0, &how, WEXITED | WNOHANG | WNOWAIT) == 0;
}

bool tool_tree_sweep(bool (*is_ours)(void *context, pid_t pid), void *context, const char *mark) {
  static struct pids children;
  bool any = false;
  for (int round = 0; round < TOOL_TREE_ROUNDS_MAX && has_children(); round++) {
    bool found = false;
    children.count = 0;
    read_pids("/proc/thread-self/children", &children);
    for (unsigned i = 0; i < children.count; i++) {
      const pid_t pid = children.at[i];
      if (is_ours(context, pid)) continue;
      siginfo_t how = {0};
      if (waitid(P_PID, (id_t)pid, &how, WEXITED | WNOHANG) == 0 && how.si_pid == pid) continue; /* it was dead */
      if (mark != NULL && !has_mark(pid, mark)) continue;
      tool_tree_kill(pid);
      waitid(P_PID, (id_t)pid, &how, WEXITED);
      found = any = true;
    }
    if (!found) break;
  }
  return any;
}
