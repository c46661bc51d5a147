/* What a bridge tells of what has happened to it. */
#include "tests/bridge/stats_harness.h"

static void life_of_an_engine__is_told_in_order(void) {
  let_engines_exit_in_peace();
  llmb_bridge *bridge = bridge_of("echo", "idle_ms", "50", "sandbox", "off", NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  CHECK_INT(0, events_of(bridge, 0, events));
  const uint64_t before_ns = llmb_clock_ns();
  CHECK_INT(LLMB_OK, ask(bridge, SECRET, NULL, &error));
  const int64_t pid = worker_pid(bridge); /* 0 if it has retired already */
  while (stats_of(bridge).engines_retired == 0) nap_ms(5);
  const uint32_t count = events_of(bridge, 0, events);
  check_kinds(events, count, KINDS(LLMB_EVENT_ENGINE_STARTING, LLMB_EVENT_ENGINE_READY, LLMB_EVENT_ENGINE_RETIRED));
  CHECK_TEXT("calls waiting: 1", events[0].text);
  CHECK_TEXT("{\"engine\":\"fake\"}", events[1].text);
  CHECK(events[1].pid > 0 && (pid == 0 || pid == events[1].pid));
  CHECK_TEXT("calls served: 1", events[2].text);
  CHECK_INT(events[1].pid, events[2].pid);
  for (uint32_t i = 0; i < count; i++) {
    CHECK_INT(i + 1, events[i].sequence);
    CHECK_INT(LLMB_OK, events[i].status);
    CHECK(events[i].time_ns >= before_ns && events[i].time_ns <= llmb_clock_ns());
  }
  bridge_end(bridge);
}

static void crash__is_told_with_its_cause_and_the_call_it_cost(void) {
  llmb_bridge *bridge = bridge_of("pieces 9 0; signal 9@piece:2", "retries", "0", NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, SECRET, NULL, &error));
  check_next_call_works(bridge);
  const uint32_t count = events_of(bridge, 2, events);
  check_kinds(events, count,
              KINDS(LLMB_EVENT_ENGINE_FAILED, LLMB_EVENT_CALL_FAILED, LLMB_EVENT_ENGINE_STARTING,
                    LLMB_EVENT_ENGINE_READY)); /* one call explains the death: the next start is not delayed */
  for (int i = 0; i < 2; i++) {
    CHECK_INT(LLMB_E_ENGINE_CRASHED, events[i].status);
    CHECK_INT(LLMB_EXIT_SIGNAL, events[i].exit_kind);
    CHECK_INT(SIGKILL, events[i].exit_value);
    CHECK(events[i].pid > 0);
  }
  CHECK_INT(0, events[0].call_id);
  CHECK_CONTAINS("signal 9", events[0].text);
  CHECK_INT(1, events[1].call_id);
  CHECK_CONTAINS("phase generate, attempt 1, after ", events[1].text);
  CHECK_CONTAINS("the one before it failed", events[2].text);
  bridge_end(bridge);
}

static void last_words__are_told_of_an_engine_and_no_message_of_a_call(void) {
  llmb_bridge *bridge = bridge_of("last_words", "home", HARNESS_MODULE_HOME, "retries", "0", NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, SECRET, NULL, &error));
  CHECK_INT(4, events_of(bridge, 0, events));
  CHECK_CONTAINS("the test wants it so", events[2].text);
  CHECK(strstr(events[3].text, "the test wants it so") == NULL);
  bridge_end(bridge);
}

static void message_of_an_engine__that_repeats_the_prompt_is_not_told(void) {
  llmb_bridge *bridge = bridge_of("repeat_in_error", "home", HARNESS_MODULE_HOME, NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  CHECK_INT(LLMB_E_CONTEXT_FULL, ask(bridge, SECRET, NULL, &error));
  CHECK_CONTAINS(SECRET, error.message);
  CHECK_INT(3, events_of(bridge, 0, events)); /* which looks for SECRET in each */
  CHECK_INT(LLMB_E_CONTEXT_FULL, events[2].status);
  bridge_end(bridge);
}

static void refusal_to_start__is_told_as_a_failure_of_the_engine(void) {
  llmb_bridge *bridge = bridge_of("dance 3", NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, SECRET, NULL, &error));
  const uint32_t count = events_of(bridge, 0, events);
  check_kinds(events, count, KINDS(LLMB_EVENT_ENGINE_STARTING, LLMB_EVENT_ENGINE_FAILED, LLMB_EVENT_CALL_FAILED));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, events[1].status);
  CHECK_CONTAINS("dance", events[1].text);
  bridge_end(bridge);
}

static void pause_before_a_start__is_told_once(void) {
  llmb_bridge *bridge = bridge_of("exit 3@start", NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, SECRET, NULL, &error));
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, SECRET, NULL, &error));
  const uint32_t count = events_of(bridge, 3, events);
  check_kinds(
      events, count,
      KINDS(LLMB_EVENT_START_DELAYED, LLMB_EVENT_ENGINE_STARTING, LLMB_EVENT_ENGINE_FAILED, LLMB_EVENT_CALL_FAILED));
  CHECK_CONTAINS("for ", events[0].text);
  bridge_end(bridge);
}

static void open_breaker__is_told_and_the_first_of_the_calls_it_turns_away(void) {
  llmb_bridge *bridge = bridge_of("exit 3@start", "restart_limit", "0", NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  CHECK_INT(LLMB_BREAKER_CLOSED, stats_of(bridge).breaker);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, SECRET, NULL, &error));
  for (int i = 0; i < 3; i++) CHECK_INT(LLMB_E_UNAVAILABLE, ask(bridge, SECRET, NULL, &error));
  const llmb_stats stats = stats_of(bridge);
  CHECK_INT(LLMB_BREAKER_OPEN, stats.breaker);
  CHECK_INT(3, stats.calls_refused);
  CHECK_INT(3, stats.calls_ended[LLMB_E_UNAVAILABLE]);
  const uint32_t count = events_of(bridge, 1, events);
  check_kinds(events, count,
              KINDS(LLMB_EVENT_ENGINE_FAILED, LLMB_EVENT_BREAKER, LLMB_EVENT_CALL_FAILED, LLMB_EVENT_CALL_REFUSED));
  CHECK_CONTAINS("open for ", events[1].text);
  bridge_end(bridge);
}

static void moved_call__is_told_with_the_death_that_moved_it(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_event events[EVENTS_MAX];
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  process_signal(pid, SIGSTOP);
  llmb_call *call = call_of(bridge, SECRET, NULL);
  process_signal(pid, SIGKILL);
  CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, NULL));
  llmb_call_close(call);
  const uint32_t count = events_of(bridge, 2, events);
  uint32_t moved = 0;
  while (moved < count && events[moved].kind != LLMB_EVENT_CALL_MOVED) moved++;
  CHECK(moved < count);
  CHECK_INT(pid, events[moved].pid);
  CHECK_INT(SIGKILL, events[moved].exit_value);
  CHECK_INT(1, events[moved].call_id);
  bridge_end(bridge);
}

static void more_events_than_are_remembered__show_by_their_numbers(void) {
  enum { FAILURES = 150 };
  llmb_bridge *bridge = bridge_of("bad_utf8", "sandbox", "off", NULL);
  llmb_event events[EVENTS_MAX];
  llmb_error error;
  uint32_t count = 0;
  for (int i = 0; i < FAILURES; i++) CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, SECRET, NULL, &error));
  CHECK_INT(EVENTS_MAX, events_of(bridge, 0, events));
  CHECK_INT(2 + FAILURES - EVENTS_MAX + 1, events[0].sequence); /* not 1: some were lost */
  CHECK_INT(FAILURES, events[EVENTS_MAX - 1].call_id);
  CHECK_INT(1, events_of(bridge, 2 + FAILURES - 1, events));
  CHECK_INT(0, events_of(bridge, 2 + FAILURES, events));
  CHECK_INT(LLMB_OK, llmb_bridge_events(bridge, 100, events, 3, &count, NULL));
  CHECK_INT(3, count);
  CHECK_INT(101, events[0].sequence);
  CHECK_INT(103, events[2].sequence);
  bridge_end(bridge);
}

static void cancelled_call__is_no_event(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", NULL);
  llmb_event events[EVENTS_MAX];
  bridge_start(bridge);
  llmb_call_close(call_of(bridge, SECRET, NULL));
  CHECK_INT(2, events_of(bridge, 0, events));
  bridge_end(bridge);
}

static void names__are_those_of_the_header(void) {
  CHECK_TEXT("none", llmb_worker_state_name(LLMB_WORKER_NONE));
  CHECK_TEXT("starting", llmb_worker_state_name(LLMB_WORKER_STARTING));
  CHECK_TEXT("stopping", llmb_worker_state_name(LLMB_WORKER_STOPPING));
  CHECK_TEXT("unknown", llmb_worker_state_name(77));
  CHECK_TEXT("engine_starting", llmb_event_kind_name(LLMB_EVENT_ENGINE_STARTING));
  CHECK_TEXT("call_refused", llmb_event_kind_name(LLMB_EVENT_CALL_REFUSED));
  CHECK_TEXT("unknown", llmb_event_kind_name(0));
}

CHECK_MAIN(TEST(life_of_an_engine__is_told_in_order), TEST(crash__is_told_with_its_cause_and_the_call_it_cost),
           TEST(last_words__are_told_of_an_engine_and_no_message_of_a_call),
           TEST(message_of_an_engine__that_repeats_the_prompt_is_not_told),
           TEST(refusal_to_start__is_told_as_a_failure_of_the_engine), TEST(pause_before_a_start__is_told_once),
           TEST(open_breaker__is_told_and_the_first_of_the_calls_it_turns_away),
           TEST(moved_call__is_told_with_the_death_that_moved_it),
           TEST(more_events_than_are_remembered__show_by_their_numbers), TEST(cancelled_call__is_no_event),
           TEST(names__are_those_of_the_header))
