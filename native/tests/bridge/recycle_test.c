/* Workers that are replaced although they work: after so many calls, or so much growth. */
#include "tests/bridge/bridge_harness.h"

/* A death that counted would open the breaker. */
#define NO_RESTARTS "restart_limit", "0"

static void recycle_calls__replaces_the_worker_after_that_many(void) {
  llmb_bridge *bridge = bridge_of("echo", "recycle_calls", "3", NO_RESTARTS, NULL);
  llmb_error error;
  int64_t pids[10];
  for (int i = 0; i < 9; i++) {
    pids[i] = 0;
    bridge_start(bridge);
    pids[i] = worker_pid(bridge);
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    CHECK_TEXT("", error.message);
  }
  for (int i = 1; i < 9; i++) CHECK_INT(i % 3 != 0, pids[i] == pids[i - 1]);
  bridge_end(bridge);
}

static void recycle_calls__lets_the_worker_finish_what_it_has(void) {
  enum { CALLS = 4 };
  llmb_bridge *bridge = bridge_of("pieces 20 5", "recycle_calls", "4", "slots", "4", "retries", "0", NO_RESTARTS, NULL);
  char text[512] = "", first[512] = "";
  llmb_call *calls[CALLS];
  llmb_result result;
  bridge_start(bridge);
  const int worker = process_open(worker_pid(bridge));
  for (int i = 0; i < CALLS; i++) calls[i] = call_of(bridge, "hello", NULL);
  llmb_call *next = call_of(bridge, "hello", NULL); /* nothing is left for it here */
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, read_to_end(calls[i], i == 0 ? first : text, sizeof text, NULL));
    if (i > 0) CHECK_TEXT(first, text);
    llmb_result_init(&result);
    CHECK_INT(LLMB_OK, llmb_call_finish(calls[i], 0, &result, NULL));
    CHECK_INT(1, result.attempts);
    llmb_call_close(calls[i]);
  }
  CHECK_INT(LLMB_OK, read_to_end(next, text, sizeof text, NULL));
  CHECK_TEXT(first, text);
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, llmb_call_finish(next, 0, &result, NULL));
  CHECK_INT(1, result.attempts);
  llmb_call_close(next);
  process_await_end(worker);
  bridge_end(bridge);
}

static void recycled_worker__ends_without_anyone_waiting(void) {
  llmb_bridge *bridge = bridge_of("echo", "recycle_calls", "1", NO_RESTARTS, NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t keeper_pid = process_parent(worker_pid(bridge));
  const int worker = process_open(worker_pid(bridge));
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  process_await_end(worker);
  CHECK(process_parent(keeper_pid) >= 0);
  bridge_end(bridge);
}

static void recycle_calls__off_keeps_the_worker(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  for (int i = 0; i < 1000; i++) CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

/* Asks until the worker is another one. */
static void ask_until_replaced(llmb_bridge *bridge) {
  llmb_error error;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  while (worker_pid(bridge) == pid) {
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    nap_ms(10);
  }
}

static void recycle_mb__replaces_a_worker_that_grows(void) {
  llmb_bridge *bridge = bridge_of("grow", "home", HARNESS_MODULE_HOME, "recycle_mb", "8", NO_RESTARTS, NULL);
  for (int i = 0; i < 3; i++) ask_until_replaced(bridge);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

static void recycle_mb__keeps_a_worker_that_does_not_grow(void) {
  llmb_bridge *bridge = bridge_of("echo", "recycle_mb", "8", NO_RESTARTS, NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  for (int i = 0; i < 50; i++) {
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    nap_ms(10);
  }
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

CHECK_MAIN(TEST(recycle_calls__replaces_the_worker_after_that_many),
           TEST(recycle_calls__lets_the_worker_finish_what_it_has), TEST(recycled_worker__ends_without_anyone_waiting),
           TEST(recycle_calls__off_keeps_the_worker), TEST(recycle_mb__replaces_a_worker_that_grows),
           TEST(recycle_mb__keeps_a_worker_that_does_not_grow))
