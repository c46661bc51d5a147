/* What of this process a guest must leave as it was: descriptors, threads, children, signal dispositions and mask,
 * working folder. Two snapshots are compared as text, so that a difference shows what it is. */
#ifndef LLMB_TESTS_SNAPSHOT_H
#define LLMB_TESTS_SNAPSHOT_H

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

enum { SNAPSHOT_SIZE_MAX = 32768, SNAPSHOT_LINE_SIZE_MAX = 512, SNAPSHOT_LOOKS_MAX = 6000 };

struct snapshot {
  char text[SNAPSHOT_SIZE_MAX];
  size_t size;
};

static inline void snapshot_add(struct snapshot *snapshot, const char *what, const char *value) {
  const size_t left = sizeof snapshot->text - snapshot->size;
  const int size = snprintf(snapshot->text + snapshot->size, left, "%s %s\n", what, value);
  if (size > 0 && (size_t)size < left) snapshot->size += (size_t)size;
}

static inline void snapshot_add_descriptors(struct snapshot *snapshot) {
  char path[64], target[SNAPSHOT_LINE_SIZE_MAX];
  /* By number, since a folder is read in no order; a thousand is more than a test ever opens. */
  for (int fd = 0; fd < 1000; fd++) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(path, target, sizeof target - 1);
    if (size < 0) continue;
    target[size] = 0;
    snprintf(path, sizeof path, "fd %d", fd);
    snapshot_add(snapshot, path, target);
  }
}

static inline void snapshot_add_status(struct snapshot *snapshot) {
  char line[SNAPSHOT_LINE_SIZE_MAX];
  FILE *file = fopen("/proc/self/status", "r");
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0 || strncmp(line, "SigCgt", 6) == 0 ||
        strncmp(line, "Threads", 7) == 0 || strncmp(line, "Umask", 5) == 0) {
      snapshot_add(snapshot, "status", line);
    }
  }
  fclose(file);
}

static inline struct snapshot *snapshot_take(void) {
  struct snapshot *snapshot = calloc(1, sizeof *snapshot);
  if (snapshot == NULL) abort();
  siginfo_t info;
  snapshot_add_descriptors(snapshot);
  snapshot_add_status(snapshot);
  const int has_children = waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
  snapshot_add(snapshot, "children", has_children ? "some" : "none");
  char folder[SNAPSHOT_LINE_SIZE_MAX];
  snapshot_add(snapshot, "folder", getcwd(folder, sizeof folder) != NULL ? folder : "?");
  return snapshot;
}

static inline int snapshot_threads(const struct snapshot *snapshot) {
  const char *line = strstr(snapshot->text, "Threads:");
  return line != NULL ? atoi(line + strlen("Threads:")) : 0;
}

/* Checks that everything is as it was, and frees the snapshot. Only isolation=inproc makes threads: one whose engine
 * has not heard of the end within grace_ms is left to end by itself, and is awaited here. */
static inline void snapshot_check(struct snapshot *before) {
  struct snapshot *after = snapshot_take();
  for (int look = 0; look < SNAPSHOT_LOOKS_MAX && snapshot_threads(after) > snapshot_threads(before); look++) {
    usleep(10000);
    free(after);
    after = snapshot_take();
  }
  CHECK_TEXT(before->text, after->text);
  free(before);
  free(after);
}

#endif
