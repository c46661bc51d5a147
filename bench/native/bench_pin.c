#include "bench_pin.h"

#include <sched.h>

static cpu_set_t allowed; /* as it was before the first pinning */
static bool allowed_known;

static void pin(int pid, int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(processor, &only);
  sched_setaffinity(pid, sizeof only, &only);
}

void bench_pin_pair(const struct bench_run *run, int other_pid) {
  if (!run->options->pin) return;
  if (!allowed_known) allowed_known = sched_getaffinity(0, sizeof allowed, &allowed) == 0;
  if (!allowed_known || CPU_COUNT(&allowed) < 2) return;
  int first = 0;
  while (!CPU_ISSET(first, &allowed)) first++;
  int second = first + 1;
  while (!CPU_ISSET(second, &allowed)) second++;
  pin(0, first);
  pin(other_pid, second);
}

void bench_pin_release(const struct bench_run *run) {
  if (run->options->pin && allowed_known) sched_setaffinity(0, sizeof allowed, &allowed);
}
