/* Every allocation of the library fails once, and from there on always: a clean out_of_memory or success at each, no
 * block left behind, and the next use works. After SQLite's rule. */
#ifndef LLMB_TESTS_ALLOCATION_FAULTS_H
#define LLMB_TESTS_ALLOCATION_FAULTS_H

#include <core/memory_faults.h>

#include "tests/hostile/workout.h"

enum { NTH_MAX = 2000 };

/* A bridge with settings as name, value, ..., NULL; NULL with its status where an allocation failed. */
UNUSED static llmb_bridge *open_bridge(llmb_status *status, const char *script, ...) __attribute__((sentinel));
UNUSED static llmb_bridge *open_bridge(llmb_status *status, const char *script, ...) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings = NULL;
  llmb_error error;
  va_list more;
  llmb_error_init(&error);
  *status = llmb_settings_create(&settings, &error);
  const char *const pairs[][2] = {
      {"engine", "fake"}, {"command", script}, {"home", HARNESS_HOME}, {"retries", "1"}, {"slots", "2"}};
  for (size_t i = 0; *status == LLMB_OK && i < sizeof pairs / sizeof pairs[0]; i++) {
    *status = llmb_settings_set(settings, pairs[i][0], pairs[i][1], &error);
  }
  va_start(more, script);
  for (const char *name = va_arg(more, const char *); name != NULL; name = va_arg(more, const char *)) {
    const char *value = va_arg(more, const char *);
    if (*status == LLMB_OK) *status = llmb_settings_set(settings, name, value, &error);
  }
  va_end(more);
  if (*status == LLMB_OK) *status = llmb_bridge_open(settings, &bridge, &error);
  CHECK_INT(*status == LLMB_OK, bridge != NULL);
  CHECK_INT(*status, error.status);
  llmb_settings_close(settings);
  return bridge;
}

/* The error that the next function is to fill in, and a check that it did where it failed. */
static llmb_error last_error;

UNUSED static llmb_error *fault_error(void) {
  llmb_error_init(&last_error);
  return &last_error;
}

UNUSED static llmb_status told(llmb_status status) {
  CHECK_INT(status, last_error.status);
  CHECK_INT(status == LLMB_OK, last_error.message[0] == 0);
  return status;
}

/* What a scenario ends with that is meant to fail: success where it failed as meant. */
UNUSED static llmb_status as_meant(llmb_status status, llmb_status meant) {
  CHECK(status != LLMB_OK);
  return status == meant ? LLMB_OK : status;
}

/* One run with the nth allocation failing; false once there are fewer. */
UNUSED static bool run_with_fault(llmb_status (*scenario)(void), uint64_t nth, bool persistent) {
  const int64_t blocks = memory_blocks_live();
  memory_fail_after(nth, persistent);
  const llmb_status status = scenario();
  const bool happened = memory_fault_happened();
  memory_fail_after(0, false);
  CHECK_INT(blocks, memory_blocks_live());
  if (!happened) CHECK_INT(LLMB_OK, status);
  CHECK(status == LLMB_OK || status == LLMB_E_OUT_OF_MEMORY);
  if (check_failures > 0) {
    fprintf(stderr, "%s: allocation %llu failing %s: %d\n", check_name, (unsigned long long)nth,
            persistent ? "with all that follow" : "once", (int)status);
  }
  return happened;
}

UNUSED static void check_scenario(llmb_status (*scenario)(void)) {
  memory_fail_after(0, false);
  CHECK_INT(LLMB_OK, scenario());
  struct snapshot *before = snapshot_take();
  unsigned runs = 0;
  for (int persistent = 0; persistent < 2; persistent++) {
    uint64_t nth = 1;
    while (nth < NTH_MAX && check_failures == 0 && run_with_fault(scenario, nth, persistent != 0)) nth++, runs++;
    CHECK(nth > 1 && nth < NTH_MAX);
  }
  CHECK_INT(LLMB_OK, scenario());
  snapshot_check(before);
  printf("     %u runs with a failure\n", runs);
}

/* A test in a child of its own that runs one scenario with every failure. */
#define ALLOCATION_TEST(name, scenario) \
  HOSTILE_TEST(name) {                  \
    check_scenario(scenario);           \
  }

#endif
