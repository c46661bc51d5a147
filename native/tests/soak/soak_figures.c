#include "tests/soak/soak_figures.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 4096 };

static unsigned entry_count(const char *path, const char *part) {
  unsigned count = 0;
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    count += entry->d_name[0] != '.' && strstr(entry->d_name, part) != NULL;
  }
  closedir(folder);
  return count;
}

/* Parent and state of a process, from /proc/PID/stat: "PID (NAME) STATE PARENT ...", where the name may hold anything.
 */
static bool read_stat(pid_t pid, char *out_state, pid_t *out_parent) {
  char path[64], text[512] = "";
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  const char *name_end = fgets(text, sizeof text, file) == NULL ? NULL : strrchr(text, ')');
  fclose(file);
  int parent = 0;
  if (name_end == NULL || sscanf(name_end + 1, " %c %d", out_state, &parent) != 2) return false;
  *out_parent = parent;
  return true;
}

pid_t soak_process_parent(pid_t pid) {
  char state = 0;
  pid_t parent = 0;
  return read_stat(pid, &state, &parent) ? parent : 0;
}

static void take_process(struct soak_process *out, pid_t pid) {
  char path[64];
  unsigned long long size = 0, resident = 0;
  /* The folder's own descriptor is open while it is read: in this process it counts, in every snapshot alike. */
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  out->descriptors = entry_count(path, "");
  snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
  out->threads = entry_count(path, "");
  snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return;
  if (fscanf(file, "%llu %llu", &size, &resident) == 2) {
    out->rss_kib = resident * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
  }
  fclose(file);
}

static void count_children(struct soak_figures *figures, pid_t keeper) {
  DIR *folder = opendir("/proc");
  if (folder == NULL) return;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    const pid_t pid = (pid_t)atoi(entry->d_name);
    char state = 0;
    pid_t parent = 0;
    if (pid <= 0 || !read_stat(pid, &state, &parent) || parent <= 0) continue;
    struct soak_process *of = parent == getpid() ? &figures->host : parent == keeper ? &figures->keeper : NULL;
    if (of == NULL) continue;
    of->children++;
    of->zombies += state == 'Z';
  }
  closedir(folder);
}

void soak_figures_take(struct soak_figures *out, pid_t keeper) {
  memset(out, 0, sizeof *out);
  take_process(&out->host, getpid());
  if (keeper > 0) take_process(&out->keeper, keeper);
  count_children(out, keeper);
  const char *temporary = getenv("TMPDIR");
  out->shared_entries = entry_count("/dev/shm", "llmb") + (temporary == NULL ? 0 : entry_count(temporary, ""));
}

const char *soak_figures_above(const struct soak_figures *figures, const struct soak_figures *limit) {
  const struct {
    const char *name;
    unsigned value, limit;
  } all[] = {
      {"descriptors", figures->host.descriptors, limit->host.descriptors},
      {"threads", figures->host.threads, limit->host.threads},
      {"children", figures->host.children, limit->host.children},
      {"zombies", figures->host.zombies, limit->host.zombies},
      {"the keeper's descriptors", figures->keeper.descriptors, limit->keeper.descriptors},
      {"the keeper's threads", figures->keeper.threads, limit->keeper.threads},
      {"engines", figures->keeper.children, limit->keeper.children},
      {"the keeper's zombies", figures->keeper.zombies, limit->keeper.zombies},
      {"entries of /dev/shm and TMPDIR", figures->shared_entries, limit->shared_entries},
  };
  for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
    if (all[i].value > all[i].limit) return all[i].name;
  }
  return NULL;
}

void soak_figures_targets(char out[SOAK_TARGETS_SIZE_MAX]) {
  char path[64], target[256];
  size_t used = 0;
  out[0] = 0;
  for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) { /* by number, since a folder is read in no order */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(path, target, sizeof target - 1);
    if (size < 0) continue;
    target[size] = 0;
    const int added = snprintf(out + used, SOAK_TARGETS_SIZE_MAX - used, "%d %s\n", fd, target);
    if (added < 0 || (size_t)added >= SOAK_TARGETS_SIZE_MAX - used) return;
    used += (size_t)added;
  }
}
