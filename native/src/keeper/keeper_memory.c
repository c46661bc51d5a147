#include "keeper/keeper_memory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_SIZE_MAX = 16 << 10 };

static char path[PATH_MAX]; /* of the file that is read; "" if there is none */
static uint64_t last_count;

/* Reads the beginning of a file; false if it cannot be. */
static bool read_text(const char *name, char *text, size_t capacity) {
  const int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  size_t used = 0;
  for (ssize_t size = 1; size > 0 && used<capacity - 1; used += size> 0 ? (size_t)size : 0) {
    size = read(file, text + used, capacity - 1 - used);
  }
  close(file);
  text[used] = 0;
  return true;
}

bool oom_kills_read(const char *name, uint64_t *out_count) {
  static const char label[] = "oom_kill ";
  static char text[FILE_SIZE_MAX]; /* the keeper has one thread and a small stack */
  if (!read_text(name, text, sizeof text)) return false;
  for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    if (strncmp(line, label, sizeof label - 1) != 0) continue;
    *out_count = strtoull(line + sizeof label - 1, NULL, 10);
    return true;
  }
  return false;
}

void oom_kills_begin(void) {
  static char groups[PATH_MAX];
  if (read_text("/proc/self/cgroup", groups, sizeof groups)) {
    const char *own = strncmp(groups, "0::", 3) == 0 ? groups : strstr(groups, "\n0::");
    const char *name = own != NULL ? strchr(own, '/') : NULL;
    if (name != NULL) {
      snprintf(path, sizeof path, "/sys/fs/cgroup%.*s/memory.events", (int)strcspn(name, "\n"), name);
      if (oom_kills_read(path, &last_count)) return;
    }
  }
  snprintf(path, sizeof path, "/proc/vmstat");
  if (!oom_kills_read(path, &last_count)) path[0] = 0;
}

bool oom_kills_rose(void) {
  uint64_t count = 0;
  if (path[0] == 0 || !oom_kills_read(path, &count) || count <= last_count) return false;
  last_count++; /* each kill explains one engine */
  return true;
}
