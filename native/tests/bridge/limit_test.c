/* Time limits: no call outlives its own, none ends before it, and the next call works. */
#include "tests/bridge/bridge_harness.h"

/* Asks with a total limit; the outcome must be deadline_exceeded, in the given phase, and not too early. */
static void check_deadline(llmb_bridge *bridge, unsigned timeout_ms, uint32_t phase) {
  char text[16];
  llmb_error error;
  snprintf(text, sizeof text, "%u", timeout_ms);
  llmb_settings *settings = settings_of("timeout_ms", text, NULL);
  const uint64_t start_ns = llmb_clock_ns();
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "hello", settings, &error));
  CHECK(llmb_clock_ns() >= start_ns + timeout_ms * UINT64_C(1000000));
  CHECK_INT(phase, error.phase);
  CHECK_CONTAINS("timeout_ms", error.message);
  CHECK(error.elapsed_ms >= timeout_ms);
  CHECK_INT(1, error.attempts);
  llmb_settings_close(settings);
}

static void deadline__ends_a_call_to_a_hung_engine(void) {
  llmb_bridge *bridge = bridge_of("pieces 9 0; hang@piece:2", "grace_ms", "100", NULL);
  bridge_start(bridge);
  const int worker = process_open(worker_pid(bridge));
  check_deadline(bridge, 150, LLMB_PHASE_GENERATE);
  check_next_call_works(bridge);
  process_await_end(worker);
  bridge_end(bridge);
}

static void deadline__ends_a_call_in_time_whatever_grace_its_engine_has(void) {
  enum { TIMEOUT_MS = 200, OVERRUN_MS = 250 };
  llmb_bridge *bridge = bridge_of("hang", "grace_ms", "60000", "timeout_ms", "200", NULL);
  llmb_error error;
  bridge_start(bridge);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "hello", NULL, &error));
  CHECK(error.elapsed_ms <= TIMEOUT_MS + OVERRUN_MS);
  bridge_end(bridge);
}

static void deadline__ends_a_call_to_a_stopped_engine(void) {
  llmb_bridge *bridge = bridge_of("pieces 9 0", "grace_ms", "100", NULL);
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  const int worker = process_open(pid);
  process_signal(pid, SIGSTOP);
  check_deadline(bridge, 150, LLMB_PHASE_PROMPT);
  check_next_call_works(bridge);
  process_await_end(worker);
  bridge_end(bridge);
}

static void deadline__ends_a_call_to_a_slow_engine(void) {
  llmb_bridge *bridge = bridge_of("pieces 1 0; sleep 60000", "grace_ms", "5000", NULL);
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  check_deadline(bridge, 150, LLMB_PHASE_GENERATE);
  check_deadline(bridge, 50, LLMB_PHASE_GENERATE);
  CHECK_INT(pid, worker_pid(bridge)); /* slow is no crime: it gave the calls up by itself */
  bridge_end(bridge);
}

static void deadline__is_the_bridges_where_the_call_has_none(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "timeout_ms", "120", NULL);
  llmb_error error;
  const uint64_t start_ns = llmb_clock_ns();
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "hello", NULL, &error));
  CHECK(llmb_clock_ns() >= start_ns + UINT64_C(120000000));
  bridge_end(bridge);
}

static void deadline__that_the_engine_keeps_costs_it_nothing(void) {
  /* The engine ends the call in time; the host looks only later, and finds that all is over. */
  llmb_bridge *bridge = bridge_of("sleep 60000", "grace_ms", "50", NULL);
  llmb_settings *settings = settings_of("timeout_ms", "30", NULL);
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  for (int i = 0; i < 3; i++) {
    llmb_error error;
    llmb_error_init(&error);
    llmb_call *call = call_of(bridge, "hello", settings);
    nap_ms(80);
    CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, read_to_end(call, NULL, 0, &error));
    llmb_call_close(call);
    nap_ms(80); /* longer than the grace */
  }
  bridge_start(bridge);
  CHECK_INT(pid, worker_pid(bridge));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

/* The keeper kills at the deadline; that is taken in before anybody looks at the call. */
static void deadline__is_the_outcome_also_where_the_engine_was_killed_for_it(void) {
  llmb_bridge *bridge = bridge_of("hang@accept", "grace_ms", "0", NULL);
  llmb_settings *settings = settings_of("timeout_ms", "50", NULL);
  llmb_stats stats;
  llmb_error error;
  llmb_error_init(&error);
  bridge_start(bridge);
  llmb_call *call = call_of(bridge, "hello", settings);
  const uint64_t watchdog_ns = llmb_deadline_after_ms(20000);
  do {
    llmb_stats_init(&stats);
    CHECK_INT(LLMB_OK, llmb_bridge_stats(bridge, &stats, NULL));
    nap_ms(1);
  } while (stats.engines_hung == 0 && check_failures == 0 && llmb_clock_ns() < watchdog_ns);
  CHECK_INT(1, stats.engines_hung);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, llmb_call_finish(call, LLMB_NEVER, NULL, &error));
  CHECK_CONTAINS("timeout_ms", error.message);
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void queue_timeout__ends_a_call_that_finds_no_slot(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "slots", "1", NULL);
  llmb_settings *settings = settings_of("queue_timeout_ms", "60", NULL);
  llmb_error error;
  bridge_start(bridge);
  llmb_call *first = call_of(bridge, "first", NULL);
  const uint64_t start_ns = llmb_clock_ns();
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "second", settings, &error));
  CHECK(llmb_clock_ns() >= start_ns + UINT64_C(60000000));
  CHECK_INT(LLMB_PHASE_QUEUE, error.phase);
  CHECK_CONTAINS("queue_timeout_ms", error.message);
  CHECK_INT(1, error.retry_safe);
  CHECK_INT(0, error.attempts);
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_poll(first, 0, NULL)); /* undisturbed */
  llmb_call_close(first);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void stall_timeout__finds_a_hung_engine(void) {
  llmb_bridge *bridge = bridge_of("pieces 9 0; hang@piece:2", "stall_timeout_ms", "100", "grace_ms", "50", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int worker = process_open(worker_pid(bridge));
  const uint64_t start_ns = llmb_clock_ns();
  CHECK_INT(LLMB_E_ENGINE_HUNG, ask(bridge, "hello", NULL, &error));
  CHECK(llmb_clock_ns() >= start_ns + UINT64_C(100000000));
  CHECK_CONTAINS("stall_timeout_ms", error.message);
  check_next_call_works(bridge);
  process_await_end(worker);
  bridge_end(bridge);
}

static void stall_timeout__keeps_calls_from_an_engine_that_hangs(void) {
  /* The grace is far longer than the stall limit: a call that were placed beside the hung one would be hung as well. */
  llmb_bridge *bridge = bridge_of("pieces 9 0; hang@piece:2", "stall_timeout_ms", "60", "grace_ms", "400", NULL);
  llmb_error error;
  bridge_start(bridge);
  CHECK_INT(LLMB_E_ENGINE_HUNG, ask(bridge, "hello", NULL, &error));
  check_next_call_works(bridge);
  bridge_end(bridge);
}

static void stall_timeout__frees_the_slot_for_a_call_that_sleeps_in_the_queue(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "1", "stall_timeout_ms", "200", "grace_ms", "100", NULL);
  struct waiter waiter;
  bridge_start(bridge);
  process_signal(worker_pid(bridge), SIGSTOP);
  llmb_call *hung = call_of(bridge, "hung", NULL);
  waiter_start(&waiter, call_of(bridge, "waits", NULL));
  nap_ms(50); /* it sleeps now */
  CHECK_INT(LLMB_E_ENGINE_HUNG, read_to_end(hung, NULL, 0, NULL));
  CHECK_INT(LLMB_OK, waiter_join(&waiter));
  CHECK_TEXT("waits", waiter.text);
  llmb_call_close(waiter.call);
  llmb_call_close(hung);
  bridge_end(bridge);
}

static void stall_timeout__bears_an_engine_that_is_slow_but_moves(void) {
  /* The fake engine says at least every 100 ms that it goes on. */
  llmb_bridge *bridge = bridge_of("sleep 1200; pieces 1 0", "stall_timeout_ms", "800", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  bridge_end(bridge);
}

static void stall_timeout__is_not_for_slow_readers(void) {
  /* The engine stands still because its reader does: whatever lies there unread is not the engine's fault. */
  llmb_bridge *bridge = bridge_of("flood 3000000", "stall_timeout_ms", "100", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  llmb_error error;
  llmb_error_init(&error);
  for (int i = 0; i < 4; i++) {
    uint8_t buffer[10];
    uint64_t size = 0;
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, &error));
    CHECK_INT(sizeof buffer, size);
    nap_ms(150);
  }
  CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, &error));
  CHECK_TEXT("", error.message);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void stall_timeout__is_not_for_an_answer_that_lies_here_whole(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 0", "stall_timeout_ms", "100", NULL);
  llmb_error error;
  llmb_error_init(&error);
  bridge_start(bridge);
  llmb_call *call = call_of(bridge, "hello", NULL);
  nap_ms(300);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, NULL, &error));
  CHECK_TEXT("", error.message);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void first_token_timeout__ends_a_call_that_says_nothing(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "first_token_timeout_ms", "80", NULL);
  llmb_error error;
  const uint64_t start_ns = llmb_clock_ns();
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "hello", NULL, &error));
  CHECK(llmb_clock_ns() >= start_ns + UINT64_C(80000000));
  CHECK_INT(LLMB_PHASE_PROMPT, error.phase);
  CHECK_CONTAINS("first_token_timeout_ms", error.message);
  bridge_end(bridge);
}

static void first_token_timeout__is_over_with_the_first_piece(void) {
  llmb_bridge *bridge = bridge_of("pieces 1 0; sleep 400; pieces 2 0", "first_token_timeout_ms", "250", NULL);
  llmb_error error;
  bridge_start(bridge);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(deadline__ends_a_call_to_a_hung_engine),
           TEST(deadline__ends_a_call_in_time_whatever_grace_its_engine_has),
           TEST(deadline__ends_a_call_to_a_stopped_engine), TEST(deadline__ends_a_call_to_a_slow_engine),
           TEST(deadline__is_the_bridges_where_the_call_has_none),
           TEST(deadline__that_the_engine_keeps_costs_it_nothing),
           TEST(deadline__is_the_outcome_also_where_the_engine_was_killed_for_it),
           TEST(queue_timeout__ends_a_call_that_finds_no_slot), TEST(stall_timeout__finds_a_hung_engine),
           TEST(stall_timeout__keeps_calls_from_an_engine_that_hangs),
           TEST(stall_timeout__frees_the_slot_for_a_call_that_sleeps_in_the_queue),
           TEST(stall_timeout__bears_an_engine_that_is_slow_but_moves), TEST(stall_timeout__is_not_for_slow_readers),
           TEST(stall_timeout__is_not_for_an_answer_that_lies_here_whole),
           TEST(first_token_timeout__ends_a_call_that_says_nothing),
           TEST(first_token_timeout__is_over_with_the_first_piece))
