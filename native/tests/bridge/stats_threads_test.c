/* Threads that look while others call. */
#include "tests/bridge/stats_harness.h"

struct looker {
  llmb_bridge *bridge;
  _Atomic uint32_t *calling;
  pthread_t thread;
};

static void *looker_run(void *argument) {
  const struct looker *looker = argument;
  llmb_event events[EVENTS_MAX];
  uint64_t started = 0, ended = 0, after = 0;
  do {
    const llmb_stats stats = stats_of(looker->bridge);
    CHECK(stats.calls_started >= started);
    CHECK(ended_count(&stats) >= ended);
    CHECK(ended_count(&stats) <= stats.calls_started);
    CHECK(stats.calls_active + stats.calls_queued + ended_count(&stats) <= stats.calls_started);
    started = stats.calls_started;
    ended = ended_count(&stats);
    const uint32_t count = events_of(looker->bridge, after, events);
    if (count > 0) after = events[count - 1].sequence;
  } while (*looker->calling != 0);
  return NULL;
}

struct caller {
  llmb_bridge *bridge;
  uint64_t answered, failed;
  pthread_t thread;
};

enum { CALLERS = 4, CALLS_EACH = 100 };

static void *caller_run(void *argument) {
  struct caller *caller = argument;
  llmb_error error;
  for (int i = 0; i < CALLS_EACH; i++) {
    const llmb_status status = ask(caller->bridge, SECRET, NULL, &error);
    caller->answered += status == LLMB_OK;
    caller->failed += status == LLMB_E_ENGINE_CRASHED;
  }
  return NULL;
}

static void looking__from_threads_while_calls_run_sees_each_call_once(void) {
  llmb_bridge *bridge = bridge_of("pieces 2 0", "retries", "0", "workers", "2", "slots", "1", NULL);
  _Atomic uint32_t calling = 1;
  struct looker lookers[2];
  struct caller callers[CALLERS];
  for (int i = 0; i < 2; i++) {
    lookers[i] = (struct looker){.bridge = bridge, .calling = &calling};
    CHECK_INT(0, pthread_create(&lookers[i].thread, NULL, looker_run, &lookers[i]));
  }
  for (int i = 0; i < CALLERS; i++) {
    callers[i] = (struct caller){.bridge = bridge};
    CHECK_INT(0, pthread_create(&callers[i].thread, NULL, caller_run, &callers[i]));
  }
  process_signal(worker_pid_await(bridge), SIGKILL);
  uint64_t answered = 0, failed = 0;
  for (int i = 0; i < CALLERS; i++) {
    CHECK_INT(0, pthread_join(callers[i].thread, NULL));
    answered += callers[i].answered;
    failed += callers[i].failed;
  }
  calling = 0;
  for (int i = 0; i < 2; i++) CHECK_INT(0, pthread_join(lookers[i].thread, NULL));
  const llmb_stats stats = stats_of(bridge);
  CHECK_INT(CALLERS * CALLS_EACH, stats.calls_started);
  CHECK_INT(CALLERS * CALLS_EACH, answered + failed);
  CHECK_INT(answered, stats.calls_ended[LLMB_OK]);
  CHECK_INT(failed, stats.calls_ended[LLMB_E_ENGINE_CRASHED]);
  CHECK_INT(answered, bucket_sum(stats.total_ms));
  CHECK_INT(0, stats.calls_active + stats.calls_queued);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(looking__from_threads_while_calls_run_sees_each_call_once))
