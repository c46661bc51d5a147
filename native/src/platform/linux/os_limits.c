#include "platform/os_limits.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TEXT_SIZE_MAX = 4096, NUMBER_SIZE_MAX = 32 };

static bool read_file(const char *path, char *out, size_t capacity) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, out, capacity - 1);
  close(file);
  if (size < 0) return false;
  out[size] = 0;
  return true;
}

/* A file that holds one number; false for "max" and for none. */
static bool read_number(const char *folder, const char *name, uint64_t *out) {
  char path[TEXT_SIZE_MAX], text[NUMBER_SIZE_MAX], *end;
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return false;
  if (!read_file(path, text, sizeof text) || text[0] < '0' || text[0] > '9') return false;
  *out = strtoull(text, &end, 10);
  return *end == '\n' || *end == 0;
}

/* A group's limit holds for all groups below it: the one with the least room counts. */
static void look_upwards(char *folder, size_t mount_size, struct os_process_limits *out) {
  for (;;) {
    uint64_t max = 0, used = 0;
    const bool limited = read_number(folder, "pids.max", &max) && read_number(folder, "pids.current", &used);
    const uint64_t room = max > used ? max - used : 0;
    if (limited && (out->group_max == OS_LIMIT_NONE || room < out->group_max - out->group_used)) {
      out->group_max = max;
      out->group_used = used < max ? used : max;
    }
    char *slash = strrchr(folder, '/');
    if (slash == NULL || (size_t)(slash - folder) < mount_size) return;
    *slash = 0;
  }
}

void os_process_limits_of_groups(const char *groups, const char *mount, struct os_process_limits *out) {
  out->group_max = out->group_used = OS_LIMIT_NONE;
  for (const char *line = groups; *line != 0; line += strcspn(line, "\n"), line += *line == '\n') {
    char folder[TEXT_SIZE_MAX];
    const char *const controllers = strchr(line, ':');
    const char *const path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (path == NULL) return;
    const bool unified = path == controllers + 1; /* version 2 has one tree for all controllers, and names none */
    if (!unified && strncmp(controllers, ":pids:", 6) != 0) continue;
    const int size = (int)strcspn(path + 1, "\n");
    const int whole = snprintf(folder, sizeof folder, "%s%s%.*s", mount, unified ? "" : "/pids", size, path + 1);
    if (whole < 0 || whole >= (int)sizeof folder) continue;
    if (folder[whole - 1] == '/') folder[whole - 1] = 0; /* "/", the root of a namespace */
    look_upwards(folder, strlen(mount), out);
  }
}

void os_process_limits(struct os_process_limits *out) {
  char groups[TEXT_SIZE_MAX];
  struct rlimit limit;
  const bool known = getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  out->user_max = known ? (uint64_t)limit.rlim_cur : OS_LIMIT_NONE;
  if (!read_file("/proc/self/cgroup", groups, sizeof groups)) groups[0] = 0;
  os_process_limits_of_groups(groups, "/sys/fs/cgroup", out);
}
