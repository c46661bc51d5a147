/* How often calls are begun again when engines keep dying over them. */
#include "tests/bridge/bridge_harness.h"

enum { BUDGET = 6 }; /* five, and one more that the answers between have earned */

static llmb_call *begin(llmb_bridge *bridge) {
  uint8_t buffer[16];
  uint64_t size = 0;
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  CHECK_INT(5, size);
  process_signal(worker_pid(bridge), SIGABRT);
  return call;
}

static void too_many_deaths__end_repeating_and_say_so(void) {
  llmb_bridge *bridge = bridge_of("lasting", "home", HARNESS_MODULE_HOME, "restart_limit", "1000", NULL);
  char text[16];
  llmb_error error;
  for (int i = 0; i < BUDGET; i++) {
    llmb_call *call = begin(bridge);
    text[0] = 0;
    CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
    CHECK_TEXT("rest", text);
    llmb_call_close(call);
  }
  llmb_error_init(&error);
  llmb_call *call = begin(bridge);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(call, text, sizeof text, &error));
  CHECK_CONTAINS("signal 6; not tried again: the retry budget is spent", error.message);
  CHECK_INT(1, error.attempts);
  llmb_call_close(call);
  bridge_end(bridge);
}

/* All of them had the same engine: one death takes no more than one. */
static void one_death_of_many_calls__is_one_to_the_budget(void) {
  enum { CALLS = 8 };
  llmb_bridge *bridge = bridge_of("lasting", "home", HARNESS_MODULE_HOME, "slots", "8", NULL);
  uint8_t buffer[16];
  char text[16];
  uint64_t size = 0;
  llmb_call *calls[CALLS];
  for (int i = 0; i < CALLS; i++) calls[i] = call_of(bridge, "hello", NULL);
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, llmb_call_read(calls[i], buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  }
  process_signal(worker_pid(bridge), SIGKILL);
  for (int i = 0; i < CALLS; i++) {
    text[0] = 0;
    CHECK_INT(LLMB_OK, read_to_end(calls[i], text, sizeof text, NULL));
    CHECK_TEXT("rest", text);
    llmb_call_close(calls[i]);
  }
  bridge_end(bridge);
}

/* It has not waited for a slot so long, it had one. */
static void call_that_lost_its_engine__is_not_late_for_a_slot(void) {
  llmb_bridge *bridge = bridge_of("lasting", "home", HARNESS_MODULE_HOME, "queue_timeout_ms", "300", NULL);
  char text[16] = "";
  bridge_start(bridge);
  llmb_call *call = call_of(bridge, "hello", NULL);
  uint8_t buffer[16];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  nap_ms(400);
  process_signal(worker_pid(bridge), SIGKILL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT("rest", text);
  llmb_call_close(call);
  bridge_end(bridge);
}

/* It was alone in its worker until its end, and not a moment longer. */
static void worker_of_a_repeated_call__takes_others_side_by_side_again(void) {
  llmb_bridge *bridge = bridge_of("lasting", "home", HARNESS_MODULE_HOME, "slots", "2", NULL);
  char text[16] = "";
  uint8_t buffer[16];
  uint64_t size = 0;
  llmb_call *repeated = begin(bridge), *calls[2];
  CHECK_INT(LLMB_OK, read_to_end(repeated, text, sizeof text, NULL));
  CHECK_TEXT("rest", text);
  llmb_call_close(repeated);
  for (int i = 0; i < 2; i++) {
    calls[i] = call_of(bridge, "hello", NULL);
    const uint64_t deadline_ns = llmb_deadline_after_ms(20000);
    CHECK_INT(LLMB_OK, llmb_call_read(calls[i], buffer, sizeof buffer, deadline_ns, &size, NULL));
  }
  for (int i = 0; i < 2; i++) llmb_call_close(calls[i]);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(worker_of_a_repeated_call__takes_others_side_by_side_again),
           TEST(too_many_deaths__end_repeating_and_say_so), TEST(one_death_of_many_calls__is_one_to_the_budget),
           TEST(call_that_lost_its_engine__is_not_late_for_a_slot))
