#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

#include <llmbridge/llmbridge.h>

#include "bench_report.h"

static void find_processor(char *text, size_t capacity) {
  char line[512];
  snprintf(text, capacity, "unknown processor");
  FILE *file = fopen("/proc/cpuinfo", "re");
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL) {
    const char *value = strchr(line, ':');
    if (strncmp(line, "model name", 10) != 0 || value == NULL) continue;
    value += strspn(value, ": \t");
    snprintf(text, capacity, "%.*s", (int)strcspn(value, "\n"), value);
    break;
  }
  fclose(file);
}

void bench_machine_print(void) {
  char processor[256], date[64] = "";
  struct utsname kernel;
  double load[1] = {0};
  const time_t now = time(NULL);
  struct tm parts;
  find_processor(processor, sizeof processor);
  if (gmtime_r(&now, &parts) != NULL) strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", &parts);
  if (uname(&kernel) != 0) memset(&kernel, 0, sizeof kernel);
  getloadavg(load, 1);
  printf("llmbridge %s on %s, %d processor(s), %s %s, %s, load %.2f\n\n", llmb_version(), processor, get_nprocs(),
         kernel.sysname, kernel.release, date, load[0]);
}
