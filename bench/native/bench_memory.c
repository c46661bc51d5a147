#include "bench_memory.h"

#include <stdio.h>
#include <string.h>

/* The sum of the fields of smaps_rollup whose names begin with `prefix`. */
static double rollup_sum(int pid, const char *prefix) {
  char path[64], line[256];
  double sum = 0;
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  while (fgets(line, sizeof line, file) != NULL) {
    double kib = 0;
    if (strncmp(line, prefix, strlen(prefix)) != 0) continue;
    if (sscanf(line, "%*[^:]: %lf kB", &kib) == 1) sum += kib;
  }
  fclose(file);
  return sum;
}

double bench_memory_private_kib(int pid) {
  return rollup_sum(pid, "Private_");
}

double bench_memory_dirty_kib(int pid) {
  return rollup_sum(pid, "Private_Dirty");
}

int bench_process_parent(int pid) {
  char path[64], line[256];
  int parent = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  while (fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, "PPid: %d", &parent) == 1) break;
  }
  fclose(file);
  return parent;
}
