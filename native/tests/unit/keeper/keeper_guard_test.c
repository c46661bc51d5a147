/* Guard times: what has stopped still ends, on time, and nothing ends before it. */
#include "tests/unit/keeper/keeper_harness.h"

/* Hears the guard's time, then waits for the exit, which must not come before it. */
static void check_is_killed_by_guard(struct harness_engine *engine) {
  harness_event(engine, KEEPER_EVENT_SPAWNED);
  uint64_t guard_ns = strtoull(harness_hear(engine), NULL, 10);
  CHECK(guard_ns > 0);
  struct keeper_event event = harness_event(engine, KEEPER_EVENT_EXIT);
  CHECK(os_clock_ns() >= guard_ns);
  CHECK_INT(LLMB_EXIT_SIGNAL, event.exit_kind);
  CHECK_INT(SIGKILL, event.exit_value);
  CHECK_INT(1, event.guard_expired);
}

static void guard__kills_a_stopped_engine(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "guard", "150", NULL);
  check_is_killed_by_guard(&engine);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void guard__that_has_passed_already_kills_at_once(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "guard", "0", NULL);
  check_is_killed_by_guard(&engine);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void guard__later_than_the_next_look_needs_no_message(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "mute", "200", "500");
  check_is_killed_by_guard(&engine);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void guards__of_many_engines_are_kept_apart(void) {
  enum { COUNT = 12 };
  struct harness_engine engines[COUNT];
  struct keeper *keeper = harness_start();
  struct harness_engine calm = harness_spawn(keeper, "hang", NULL, NULL);
  harness_event(&calm, KEEPER_EVENT_SPAWNED);
  for (int i = 0; i < COUNT; i++) {
    char delay[8];
    snprintf(delay, sizeof delay, "%d", 100 + (i * 7 % COUNT) * 20); /* not in the order of their start */
    engines[i] = harness_spawn(keeper, "guard", delay, NULL);
  }
  for (int i = 0; i < COUNT; i++) check_is_killed_by_guard(&engines[i]);
  CHECK(!os_process_ended(calm.process.process));
  for (int i = 0; i < COUNT; i++) harness_close(&engines[i]);
  harness_close(&calm);
  keeper_stop(keeper);
}

static void guards__that_are_disarmed_in_time_harm_nobody(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "disarm", "100000", NULL);
  struct keeper_event event = harness_exit(&engine);
  CHECK_INT(LLMB_EXIT_CODE, event.exit_kind);
  CHECK_INT(0, event.exit_value);
  CHECK_INT(0, event.guard_expired);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void lifeline__takes_nothing_from_an_engine(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "babble", NULL, NULL);
  struct keeper_event event = harness_exit(&engine);
  CHECK_INT(LLMB_EXIT_CODE, event.exit_kind);
  CHECK_INT(0, event.exit_value);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void rings_without_end__cost_the_engine_its_life(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "clamour", NULL, NULL);
  struct keeper_event event = harness_exit(&engine);
  CHECK_INT(LLMB_EXIT_SIGNAL, event.exit_kind);
  CHECK_INT(SIGKILL, event.exit_value);
  CHECK_INT(0, event.guard_expired);
  CHECK(keeper_alive(keeper));
  harness_close(&engine);
  keeper_stop(keeper);
}

CHECK_MAIN(TEST(guard__kills_a_stopped_engine), TEST(guard__that_has_passed_already_kills_at_once),
           TEST(guard__later_than_the_next_look_needs_no_message), TEST(guards__of_many_engines_are_kept_apart),
           TEST(guards__that_are_disarmed_in_time_harm_nobody), TEST(lifeline__takes_nothing_from_an_engine),
           TEST(rings_without_end__cost_the_engine_its_life))
