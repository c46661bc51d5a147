/* Which of several workers a call is given to. */
#include "tests/bridge/stats_harness.h"

enum { WORKERS = 2, SLOTS = 4 };

/* Waits until so many calls are in hand in each of the two workers. */
static void await_calls(llmb_bridge *bridge, uint32_t first, uint32_t second) {
  for (;;) {
    const llmb_stats stats = stats_of(bridge);
    const llmb_worker *workers = stats.workers;
    const bool ready = workers[0].state == LLMB_WORKER_READY && workers[1].state == LLMB_WORKER_READY;
    if (ready && workers[0].calls == first && workers[1].calls == second) return;
    nap_ms(1);
  }
}

/* A bridge whose two workers are ready and have nothing to do. */
static llmb_bridge *open_two(const char *script) {
  llmb_bridge *bridge = bridge_of(script, "workers", "2", "slots", "4", NULL);
  llmb_call *calls[WORKERS * SLOTS];
  for (unsigned i = 0; i < WORKERS * SLOTS; i++) calls[i] = call_of(bridge, "hello", NULL);
  await_calls(bridge, SLOTS, SLOTS);
  for (unsigned i = 0; i < WORKERS * SLOTS; i++) llmb_call_close(calls[i]);
  await_calls(bridge, 0, 0);
  return bridge;
}

static void check_loads(llmb_bridge *bridge, uint32_t sum) {
  const llmb_stats stats = stats_of(bridge);
  const uint32_t first = stats.workers[0].calls, second = stats.workers[1].calls;
  CHECK_INT(sum, first + second);
  CHECK(first == second || first == second + 1 || second == first + 1);
}

static void call__goes_to_the_worker_that_has_least_to_do(void) {
  llmb_bridge *bridge = open_two("pieces 1000000 5");
  llmb_call *calls[WORKERS * SLOTS];
  for (unsigned i = 0; i < WORKERS * SLOTS; i++) {
    calls[i] = call_of(bridge, "hello", NULL);
    check_loads(bridge, i + 1);
  }
  for (unsigned i = 0; i < WORKERS * SLOTS; i++) llmb_call_close(calls[i]);
  bridge_end(bridge);
}

static void call__is_given_to_the_worker_that_has_become_idle(void) {
  llmb_bridge *bridge = open_two("pieces 1000000 5");
  llmb_call *calls[WORKERS * SLOTS];
  for (unsigned i = 0; i < 6; i++) calls[i] = call_of(bridge, "hello", NULL);
  /* Whichever worker had the first, third and fifth call has nothing to do soon. */
  for (unsigned i = 0; i < 6; i += 2) llmb_call_close(calls[i]);
  for (;;) {
    const llmb_stats stats = stats_of(bridge);
    if (stats.workers[0].calls + stats.workers[1].calls == 3) break;
    nap_ms(1);
  }
  for (unsigned i = 0; i < 6; i += 2) calls[i] = call_of(bridge, "hello", NULL);
  check_loads(bridge, 6);
  for (unsigned i = 0; i < 6; i++) llmb_call_close(calls[i]);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(call__goes_to_the_worker_that_has_least_to_do), TEST(call__is_given_to_the_worker_that_has_become_idle))
