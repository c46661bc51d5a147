/* The counters of a bridge and the states of its workers. */
#include <stddef.h>

#include "tests/bridge/stats_harness.h"

static void counters__begin_at_zero_and_start_nothing(void) {
  llmb_bridge *bridge = bridge_of("echo", "workers", "2", NULL);
  llmb_stats zero;
  const llmb_stats stats = stats_of(bridge);
  llmb_stats_init(&zero);
  CHECK(memcmp(&zero, &stats, sizeof stats) == 0);
  CHECK_INT(sizeof stats, stats.struct_size);
  CHECK_INT(0, worker_pid(bridge));
  bridge_end(bridge);
}

static void successes__are_counted_with_their_tokens_and_times(void) {
  enum { CALLS = 20 };
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  for (int i = 0; i < CALLS; i++) CHECK_INT(LLMB_OK, ask(bridge, SECRET " is two", NULL, &error));
  uint64_t tokens = 0;
  CHECK_INT(LLMB_OK, llmb_count_tokens(bridge, (const uint8_t *)"one two", 7, &tokens, NULL));
  const llmb_stats stats = stats_of(bridge);
  CHECK_INT(CALLS + 1, stats.calls_started);
  CHECK_INT(CALLS + 1, stats.calls_ended[LLMB_OK]);
  CHECK_INT(CALLS + 1, ended_count(&stats));
  CHECK_INT(CALLS * 3, stats.prompt_tokens);
  CHECK_INT(CALLS, stats.completion_tokens);
  CHECK_INT(CALLS + 1, bucket_sum(stats.total_ms));
  CHECK_INT(CALLS, bucket_sum(stats.first_token_ms));
  CHECK(stats.first_token_ms_sum > 0 && stats.first_token_ms_sum <= stats.total_ms_sum);
  CHECK_INT(1, stats.engines_started);
  CHECK_INT(1, stats.engines_ready);
  CHECK_INT(LLMB_WORKER_READY, stats.workers[0].state);
  CHECK_INT(CALLS + 1, stats.workers[0].served);
  CHECK_INT(worker_pid(bridge), stats.workers[0].pid);
  CHECK(stats.workers[0].ready_ms > 0);
  CHECK_INT(0, stats.calls_active + stats.calls_queued);
  bridge_end(bridge);
}

static void times__are_counted_in_the_bucket_that_bounds_them(void) {
  llmb_bridge *bridge = bridge_of("sleep 40; echo", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, SECRET, NULL, &error));
  const llmb_stats stats = stats_of(bridge);
  uint32_t bucket = 0;
  while (bucket < LLMB_STATS_BUCKETS - 1 && stats.total_ms[bucket] == 0) bucket++;
  CHECK_INT(1, stats.total_ms[bucket]);
  CHECK(stats.total_ms_sum >= 40);
  CHECK(stats.total_ms_sum <= llmb_stats_bucket_ms(bucket));
  CHECK(stats.total_ms_sum > llmb_stats_bucket_ms(bucket - 1));
  bridge_end(bridge);
}

static void failures__are_counted_by_status(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "slots", "1", "queue", "1", NULL);
  llmb_settings *settings = settings_of("timeout_ms", "60", NULL);
  llmb_error error;
  llmb_call *call = NULL;
  bridge_start(bridge);
  llmb_call *first = call_of(bridge, SECRET, NULL), *second = call_of(bridge, SECRET, NULL);
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_OVERLOADED, llmb_call_start(bridge, (const uint8_t *)SECRET, 6, NULL, &call, &error));
  llmb_call_close(second);
  llmb_call_close(first);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, SECRET, settings, &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "", NULL, &error)); /* of no concern to the bridge */
  const llmb_stats stats = stats_of(bridge);
  CHECK_INT(4, stats.calls_started);
  CHECK_INT(1, stats.calls_refused);
  CHECK_INT(1, stats.calls_ended[LLMB_E_OVERLOADED]);
  CHECK_INT(2, stats.calls_ended[LLMB_E_CANCELLED]);
  CHECK_INT(1, stats.calls_ended[LLMB_E_DEADLINE_EXCEEDED]);
  CHECK_INT(4, ended_count(&stats));
  CHECK_INT(0, bucket_sum(stats.total_ms));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void engines_that_end__are_counted_by_cause(void) {
  static const struct {
    const char *script, *patience_ms; /* a sanitizer's exit may take a second */
    llmb_status status;
    size_t counter;
    uint64_t engines;
  } causes[] = {
      {"signal 9@accept", "60000", LLMB_E_ENGINE_CRASHED, offsetof(llmb_stats, engines_crashed), 1},
      {"exit 0@accept", "60000", LLMB_E_ENGINE_CRASHED, offsetof(llmb_stats, engines_crashed), 1},
      {"signal 9@start", "60000", LLMB_E_ENGINE_CRASHED, offsetof(llmb_stats, engines_crashed),
       2}, /* tried once more */
      {"pieces 9 0; hang@piece:2", "300", LLMB_E_ENGINE_HUNG, offsetof(llmb_stats, engines_hung), 1},
      {"hang@start", "300", LLMB_E_START_TIMEOUT, offsetof(llmb_stats, engines_hung), 1},
      {"garbage", "60000", LLMB_E_PROTOCOL_ERROR, offsetof(llmb_stats, engines_broken), 1},
      {"dance 3", "60000", LLMB_E_INVALID_ARGUMENT, offsetof(llmb_stats, engines_refused), 1},
  };
  for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
    llmb_bridge *bridge = bridge_of(causes[i].script, "retries", "0", "grace_ms", "30", "stall_timeout_ms",
                                    causes[i].patience_ms, "start_timeout_ms", causes[i].patience_ms, NULL);
    llmb_error error;
    CHECK_INT(causes[i].status, ask(bridge, SECRET, NULL, &error));
    uint64_t counted = 0;
    llmb_stats stats;
    do { /* the call may end before its engine does */
      stats = stats_of(bridge);
      memcpy(&counted, (const char *)&stats + causes[i].counter, sizeof counted);
    } while (counted < causes[i].engines);
    CHECK_INT(causes[i].engines, counted);
    CHECK_INT(1, stats.calls_ended[causes[i].status]);
    CHECK_INT(causes[i].engines, stats.engines_started);
    CHECK_INT(causes[i].engines, stats.engines_retired + stats.engines_crashed + stats.engines_hung +
                                     stats.engines_broken + stats.engines_refused);
    CHECK_INT(LLMB_WORKER_NONE, stats.workers[0].state);
    bridge_end(bridge);
  }
}

static void idle_engine__is_counted_as_retired(void) {
  let_engines_exit_in_peace();
  llmb_bridge *bridge = bridge_of("echo", "idle_ms", "50", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, SECRET, NULL, &error));
  llmb_stats stats = stats_of(bridge);
  while (stats.workers[0].state != LLMB_WORKER_NONE) {
    stats = stats_of(bridge);
    nap_ms(5);
  }
  CHECK_INT(1, stats.engines_retired);
  CHECK_INT(0, stats.engines_crashed);
  bridge_end(bridge);
}

static void engine_that_died_unseen__is_not_called_ready(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  bridge_start(bridge);
  process_signal(worker_pid(bridge), SIGKILL);
  while (stats_of(bridge).engines_crashed == 0) nap_ms(5); /* nobody calls: only the look finds it */
  CHECK_INT(1, stats_of(bridge).engines_started);
  bridge_end(bridge);
}

static void states__are_those_of_the_moment(void) {
  llmb_bridge *bridge = bridge_of("slow_start 100; sleep 60000", "slots", "2", NULL);
  llmb_call *calls[3];
  for (int i = 0; i < 3; i++) calls[i] = call_of(bridge, SECRET, NULL);
  llmb_stats stats = stats_of(bridge);
  CHECK(stats.workers[0].state == LLMB_WORKER_STARTING || stats.workers[0].state == LLMB_WORKER_LOADING);
  CHECK_INT(3, stats.calls_queued);
  CHECK_INT(0, stats.calls_active);
  while (stats.workers[0].state == LLMB_WORKER_STARTING) stats = stats_of(bridge);
  CHECK_INT(LLMB_WORKER_LOADING, stats.workers[0].state);
  CHECK(stats.workers[0].ready_ms == 0);
  while (stats.workers[0].state == LLMB_WORKER_LOADING) stats = stats_of(bridge);
  CHECK_INT(LLMB_WORKER_READY, stats.workers[0].state);
  CHECK_INT(2, stats.workers[0].calls);
  CHECK_INT(2, stats.calls_active);
  CHECK_INT(1, stats.calls_queued);
  for (int i = 0; i < 3; i++) llmb_call_close(calls[i]);
  stats = stats_of(bridge);
  CHECK_INT(3, stats.calls_ended[LLMB_E_CANCELLED]);
  CHECK_INT(0, stats.calls_queued);
  bridge_end(bridge);
}

static void moved_and_repeated_and_resumed_calls__are_counted(void) {
  llmb_bridge *bridge = bridge_of("lasting", "home", HARNESS_MODULE_HOME, NULL);
  const uint8_t *text = (const uint8_t *)SECRET;
  const uint64_t sizes[2] = {6, 6};
  const uint8_t *const texts[2] = {text, text};
  char answer[16] = "";
  uint8_t buffer[8];
  float vector[8];
  uint64_t size = 0;
  llmb_call *embedding = NULL;

  bridge_start(bridge);
  process_signal(worker_pid(bridge), SIGSTOP); /* it never sees the request */
  llmb_call *call = call_of(bridge, SECRET, NULL);
  process_signal(worker_pid(bridge), SIGKILL);
  CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  CHECK_INT(1, stats_of(bridge).calls_moved);

  process_signal(worker_pid(bridge), SIGKILL);
  CHECK_INT(LLMB_OK, read_to_end(call, answer, sizeof answer, NULL));
  CHECK_TEXT("rest", answer);
  CHECK_INT(1, stats_of(bridge).calls_resumed);
  llmb_call_close(call);

  CHECK_INT(LLMB_OK, llmb_embed_start(bridge, texts, sizes, 2, NULL, &embedding, NULL));
  CHECK_INT(LLMB_OK, llmb_call_read_vector(embedding, vector, 8, LLMB_NEVER, &size, NULL));
  process_signal(worker_pid(bridge), SIGKILL);
  while (stats_of(bridge).calls_repeated == 0) CHECK_INT(LLMB_E_NOT_READY, llmb_call_poll(embedding, 0, NULL));
  llmb_call_close(embedding);

  const llmb_stats stats = stats_of(bridge);
  CHECK_INT(2, stats.calls_started);
  CHECK_INT(1, stats.calls_moved);
  CHECK_INT(1, stats.calls_resumed);
  CHECK_INT(1, stats.calls_repeated);
  CHECK_INT(3, stats.engines_crashed);
  bridge_end(bridge);
}

static void older_callers_struct__is_filled_as_far_as_it_goes(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_stats stats;
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, SECRET, NULL, &error));
  memset(&stats, 0x55, sizeof stats);
  stats.struct_size = offsetof(llmb_stats, calls_refused);
  CHECK_INT(LLMB_OK, llmb_bridge_stats(bridge, &stats, NULL));
  CHECK_INT(offsetof(llmb_stats, calls_refused), stats.struct_size);
  CHECK_INT(1, stats.calls_started);
  CHECK(stats.calls_refused == UINT64_C(0x5555555555555555));
  bridge_end(bridge);
}

static void wrong_arguments__are_refused(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_stats stats = {.struct_size = 0};
  llmb_error error;
  uint32_t count = 0;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_stats(bridge, &stats, &error));
  CHECK_CONTAINS("llmb_stats_init", error.message);
  stats.struct_size = UINT32_MAX;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_stats(bridge, &stats, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_stats(bridge, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_stats(NULL, &stats, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_events(bridge, 0, NULL, 1, &count, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_events(bridge, 0, NULL, 0, NULL, NULL));
  CHECK_INT(LLMB_OK, llmb_bridge_events(bridge, 0, NULL, 0, &count, NULL));
  llmb_stats_init(NULL);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(counters__begin_at_zero_and_start_nothing), TEST(successes__are_counted_with_their_tokens_and_times),
           TEST(times__are_counted_in_the_bucket_that_bounds_them), TEST(failures__are_counted_by_status),
           TEST(engines_that_end__are_counted_by_cause), TEST(idle_engine__is_counted_as_retired),
           TEST(engine_that_died_unseen__is_not_called_ready), TEST(states__are_those_of_the_moment),
           TEST(moved_and_repeated_and_resumed_calls__are_counted),
           TEST(older_callers_struct__is_filled_as_far_as_it_goes), TEST(wrong_arguments__are_refused))
