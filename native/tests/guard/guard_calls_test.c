/* What a warm call costs, in instructions, system calls and allocations of both sides, against the committed numbers.
 */
#include "../check.h"
#include "guard_numbers.h"
#include "guard_scenarios.h"

enum { SKIPPED = 77, MANY_CALLS = 100000 };

static const char *const side_names[GUARD_SIDE_COUNT] = {"host", "engine"};

static struct guard_counts median_of(const struct guard_trace *trace, enum guard_side side) {
  return guard_counts_median(trace->units[side], GUARD_UNITS);
}

static void add_rows(struct guard_rows *rows, const char *name, const char *side, const struct guard_counts *counts) {
  char call[GUARD_SYSTEM_CALL_NAME_SIZE];
  guard_rows_add(rows, counts->instructions, GUARD_TOLERANCE, "%s.%s.instructions", name, side);
  guard_rows_add(rows, counts->allocations, 0, "%s.%s.allocations", name, side);
  for (unsigned number = 0; number < GUARD_SYSTEM_CALLS_MAX; number++) {
    if (counts->system_calls[number] == 0) continue;
    guard_system_call_name(number, call);
    guard_rows_add(rows, counts->system_calls[number], 0, "%s.%s.%s", name, side, call);
  }
}

static void check_scenario(const char *name) {
  static struct guard_rows rows;
  struct guard_trace trace;
  rows.count = 0;
  const bool traced = guard_trace_scenario(guard_scenario_named(name), &trace);
  CHECK(traced);
  for (enum guard_side side = GUARD_HOST; traced && side < GUARD_SIDE_COUNT; side++) {
    const struct guard_counts median = median_of(&trace, side);
    add_rows(&rows, name, side_names[side], &median);
  }
  if (traced) CHECK_INT(0, guard_rows_check(&rows, name));
  guard_trace_free(&trace);
}

static void a_call__costs_what_is_committed(void) {
  check_scenario("generate");
}

static void a_call_with_settings__costs_what_is_committed(void) {
  check_scenario("generate_with_settings");
}

static void an_embedding__costs_what_is_committed(void) {
  check_scenario("embed");
}

static void a_streamed_piece__costs_what_is_committed(void) {
  check_scenario("piece");
}

static void a_batch__costs_what_is_committed(void) {
  check_scenario("batch_of_8");
}

/* Each side's instructions for a unit of the scenario. */
static bool measure_instructions(const struct guard_scenario *scenario, uint64_t out[GUARD_SIDE_COUNT]) {
  struct guard_trace trace;
  const bool traced = guard_trace_scenario(scenario, &trace);
  CHECK(traced);
  for (enum guard_side side = GUARD_HOST; side < GUARD_SIDE_COUNT; side++) {
    out[side] = median_of(&trace, side).instructions;
  }
  guard_trace_free(&trace);
  return traced;
}

static void check_same(const char *side, uint64_t expected, uint64_t value) {
  if (guard_within(expected, value, GUARD_TOLERANCE)) return;
  fprintf(stderr, "guard: %s: %llu instructions became %llu\n", side, (unsigned long long)expected,
          (unsigned long long)value);
  CHECK(!"the cost is the same");
}

static void a_call__costs_the_same_after_a_hundred_thousand(void) {
  struct guard_scenario early = *guard_scenario_named("generate"), late = early;
  uint64_t first[GUARD_SIDE_COUNT], last[GUARD_SIDE_COUNT];
  early.warm_up = 10;
  late.warm_up = MANY_CALLS;
  if (!measure_instructions(&early, first) || !measure_instructions(&late, last)) return;
  for (enum guard_side side = GUARD_HOST; side < GUARD_SIDE_COUNT; side++) {
    check_same(side_names[side], first[side], last[side]);
  }
}

/* The engine looks after answers that wait for room, so its cost is a committed number. */
static void a_call__costs_the_host_the_same_beside_calls_in_flight(void) {
  static struct guard_rows rows;
  uint64_t one[GUARD_SIDE_COUNT], among_many[GUARD_SIDE_COUNT];
  if (!measure_instructions(guard_scenario_named("beside_0"), one)) return;
  if (!measure_instructions(guard_scenario_named("beside_7"), among_many)) return;
  check_same("host", one[GUARD_HOST], among_many[GUARD_HOST]);
  rows.count = 0;
  guard_rows_add(&rows, among_many[GUARD_ENGINE], GUARD_TOLERANCE, "beside_7.engine.instructions");
  CHECK_INT(0, guard_rows_check(&rows, "beside_7"));
}

int main(int argc, char **argv) {
  static const struct check_test tests[] = {TEST(a_call__costs_what_is_committed),
                                            TEST(a_call_with_settings__costs_what_is_committed),
                                            TEST(an_embedding__costs_what_is_committed),
                                            TEST(a_streamed_piece__costs_what_is_committed),
                                            TEST(a_batch__costs_what_is_committed),
                                            TEST(a_call__costs_the_same_after_a_hundred_thousand),
                                            TEST(a_call__costs_the_host_the_same_beside_calls_in_flight)};
  char reason[256];
  if (!guard_may_trace(reason, sizeof reason)) {
    printf("skipped: %s\n", reason);
    return SKIPPED;
  }
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
