#include "keeper/keeper_memory.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_SIZE_MAX = 16 << 10, GROUP_DEPTH_MAX = 32 };
static const char groups_root[] = "/sys/fs/cgroup";

static char path[PATH_MAX];  /* of the file that is read; "" if there is none */
static char group[PATH_MAX]; /* this process's, below groups_root; "" if there is none */
static bool is_group;        /* the file is the group's, not the machine's */
static uint64_t last_count;

/* The keeper has one thread and a small stack. */
static char text[FILE_SIZE_MAX];

/* Reads the beginning of a file; false if it cannot be. */
static bool read_text(const char *name) {
  const int file = open(name, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  size_t used = 0;
  for (ssize_t size = 1; size > 0 && used<sizeof text - 1; used += size> 0 ? (size_t)size : 0) {
    size = read(file, text + used, sizeof text - 1 - used);
  }
  close(file);
  text[used] = 0;
  return true;
}

/* The number behind a label that begins a line. */
static bool read_number(const char *name, const char *label, uint64_t *out) {
  if (!read_text(name)) return false;
  const size_t size = strlen(label);
  for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
    if (*line == '\n') line++;
    if (strncmp(line, label, size) != 0) continue;
    *out = strtoull(line + size, NULL, 10);
    return true;
  }
  return false;
}

bool oom_kills_read(const char *name, uint64_t *out_count) {
  return read_number(name, "oom_kill ", out_count);
}

static void find_group(void) {
  if (!read_text("/proc/self/cgroup")) return;
  const char *own = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
  const char *name = own != NULL ? strchr(own, '/') : NULL;
  if (name != NULL) snprintf(group, sizeof group, "%.*s", (int)strcspn(name, "\n"), name);
}

void oom_kills_begin(void) {
  find_group();
  const int size = snprintf(path, sizeof path, "%s%s/memory.events", groups_root, group);
  is_group = group[0] != 0 && size < (int)sizeof path && oom_kills_read(path, &last_count);
  if (is_group) return;
  snprintf(path, sizeof path, "/proc/vmstat");
  if (!oom_kills_read(path, &last_count)) path[0] = 0;
}

static bool has_risen(void) {
  uint64_t count = 0;
  if (path[0] == 0 || !oom_kills_read(path, &count) || count <= last_count) return false;
  /* In a group each kill explains one engine; of the machine's most were others. */
  last_count = is_group ? last_count + 1 : count;
  return true;
}

uint64_t memory_limit_read(const char *root, const char *name) {
  char folder[PATH_MAX], file[PATH_MAX + sizeof "/memory.max"];
  uint64_t least = UINT64_MAX;
  const int size = snprintf(folder, sizeof folder, "%s%s", root, name);
  if (size >= (int)sizeof folder) return least;
  for (int depth = 0; depth < GROUP_DEPTH_MAX && strlen(folder) >= strlen(root); depth++) {
    snprintf(file, sizeof file, "%s/memory.max", folder);
    if (read_text(file) && text[0] >= '0' && text[0] <= '9') { /* else it is "max" */
      const uint64_t limit = strtoull(text, NULL, 10);
      if (limit < least) least = limit;
    }
    char *slash = strrchr(folder, '/');
    if (slash == NULL) break;
    *slash = 0;
  }
  return least;
}

uint64_t memory_available_read(const char *name) {
  uint64_t kibibytes = 0;
  return read_number(name, "MemAvailable:", &kibibytes) ? kibibytes << 10 : UINT64_MAX;
}

/* Within a tenth of it, or beyond. */
static bool is_near(uint64_t bytes, uint64_t limit) {
  return limit != UINT64_MAX && bytes >= limit - limit / 10;
}

bool memory_is_evidence(const struct memory_facts *facts) {
  if (facts->group_kill || is_near(facts->peak, facts->limit) || is_near(facts->peak, facts->available)) return true;
  /* Whom the kernel chose is not known; it chooses large ones. */
  return facts->machine_kill && is_near(facts->peak, facts->available / 2);
}

bool memory_was_short(uint64_t peak) {
  const bool rose = has_risen();
  const struct memory_facts facts = {
      .group_kill = rose && is_group,
      .machine_kill = rose && !is_group,
      .peak = peak,
      .limit = group[0] != 0 ? memory_limit_read(groups_root, group) : UINT64_MAX,
      .available = memory_available_read("/proc/meminfo"),
  };
  return memory_is_evidence(&facts);
}
