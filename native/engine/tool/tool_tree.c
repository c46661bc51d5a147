#include "engine/tool/tool_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
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
  while (out->count < TOOL_TREE_MAX) {
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

/* Those of its first thread: what the others have started comes to this process when the killed one is dead. */
static void read_children(pid_t pid, struct pids *out) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
  read_pids(path, out);
}

/* With its whole group at once, also those that are just being forked. The group's number is not another's: its member
 * is this process's child and not reaped. */
static void kill_with_group(pid_t pid) {
  const pid_t group = getpgid(pid);
  if (group > 1 && group != getpgrp()) kill(-group, SIGKILL);
  kill(pid, SIGKILL);
}

bool tool_tree_kill_once(bool (*is_kept)(void *context, pid_t pid), void *context) {
  static struct pids tree; /* one thread of one process ever kills; too large for its stack */
  unsigned own = 0;
  tree.count = 0;
  read_pids("/proc/thread-self/children", &tree);
  for (unsigned i = 0; i < tree.count; i++) {
    if (is_kept == NULL || !is_kept(context, tree.at[i])) tree.at[own++] = tree.at[i];
  }
  tree.count = own;
  for (unsigned next = 0; next < tree.count; next++) {
    read_children(tree.at[next], &tree);
    if (next < own) kill_with_group(tree.at[next]);
    kill(tree.at[next], SIGKILL);
  }
  return own > 0;
}
