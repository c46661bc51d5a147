/* Prints how long a keeper's start and stop, and a spawn, take on this machine. Not a test: nothing here can fail on
 * time. */
#include "tests/unit/keeper/keeper_harness.h"

enum { STARTS_COUNT = 50, SPAWNS_COUNT = 200 };

static int compare(const void *left, const void *right) {
  uint64_t a, b;
  memcpy(&a, left, sizeof a);
  memcpy(&b, right, sizeof b);
  return (a > b) - (a < b);
}

static void print_times(const char *what, uint64_t *times, unsigned count) {
  qsort(times, count, sizeof *times, compare);
  printf("%-40s p50 %7.3f ms   p99 %7.3f ms   n %u\n", what, (double)times[count / 2] / 1e6,
         (double)times[count * 99 / 100] / 1e6, count);
}

static void times__are_printed(void) {
  static uint64_t starts[STARTS_COUNT], stops[STARTS_COUNT], spawns[SPAWNS_COUNT], exits[SPAWNS_COUNT];
  for (unsigned i = 0; i < STARTS_COUNT; i++) {
    uint64_t begin_ns = os_clock_ns();
    struct keeper *keeper = harness_start();
    starts[i] = os_clock_ns() - begin_ns;
    begin_ns = os_clock_ns();
    keeper_stop(keeper);
    stops[i] = os_clock_ns() - begin_ns;
  }
  struct keeper *keeper = harness_start();
  for (unsigned i = 0; i < SPAWNS_COUNT; i++) {
    uint64_t begin_ns = os_clock_ns();
    struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
    harness_event(&engine, KEEPER_EVENT_SPAWNED);
    spawns[i] = os_clock_ns() - begin_ns;
    begin_ns = os_clock_ns();
    engine_process_kill(keeper, &engine.process);
    harness_event(&engine, KEEPER_EVENT_EXIT);
    exits[i] = os_clock_ns() - begin_ns;
    harness_close(&engine);
  }
  keeper_stop(keeper);
  print_times("keeper: start to greeting", starts, STARTS_COUNT);
  print_times("keeper: goodbye to its end", stops, STARTS_COUNT);
  print_times("engine: spawn to SPAWNED (exec done)", spawns, SPAWNS_COUNT);
  print_times("engine: kill to EXIT", exits, SPAWNS_COUNT);
}

CHECK_MAIN(TEST(times__are_printed))
