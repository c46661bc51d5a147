/* Daemons in the pool: one in each worker process, started when needed, asked for their health, sent home when idle. */
#include "tests/jsonrpc/jsonrpc_harness.h"

static void daemon__is_started_by_the_first_call(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  CHECK_INT(0, worker_pid(bridge));
  const int64_t pid = ask_number(bridge, "pid");
  CHECK_INT(worker_pid(bridge), process_parent(process_parent(pid))); /* its reaper is between */
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void daemon__that_does_not_know_ping_is_alive(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"no_ping\""), NULL);
  check_answer(bridge, "x", "x");
  bridge_end(bridge);
}

static void daemon__that_is_slow_to_start_gets_its_calls_when_it_is_there(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"slow\", \"700\""), NULL);
  check_answer(bridge, "x", "x");
  bridge_end(bridge);
}

static void daemon__that_says_what_it_does_may_start_for_longer_than_the_limit(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"loads\", \"4000\""), "start_timeout_ms", "2000", NULL);
  check_answer(bridge, "x", "x");
  bridge_end(bridge);
}

static void daemon__says_of_itself_what_its_ping_says(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"ping\", \"{\\\"model\\\": \\\"m\\\"}\""), NULL);
  char *info = NULL;
  bridge_start(bridge);
  CHECK_INT(LLMB_OK, llmb_bridge_info(bridge, &info, NULL));
  CHECK_CONTAINS("{\"engine\":\"jsonrpc\",\"daemon\":{\"model\": \"m\"},", info);
  llmb_free(info);
  bridge_end(bridge);
}

static void workers__are_daemons_of_their_own(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "workers", "3", "slots", "1", NULL);
  llmb_call *calls[3];
  int64_t pids[3];
  for (int i = 0; i < 3; i++) calls[i] = call_of(bridge, "sleep 600", NULL);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_OK, read_to_end(calls[i], NULL, 0, NULL));
    llmb_call_close(calls[i]);
  }
  /* Not at once: an answer that nobody reads gives its slot to the next call. */
  for (int i = 0; i < 3; i++) calls[i] = call_of(bridge, "pid 600", NULL);
  for (int i = 0; i < 3; i++) {
    char text[64] = "";
    CHECK_INT(LLMB_OK, read_to_end(calls[i], text, sizeof text, NULL));
    pids[i] = strtoll(text, NULL, 10);
    llmb_call_close(calls[i]);
  }
  CHECK(pids[0] != pids[1] && pids[1] != pids[2] && pids[0] != pids[2]);
  bridge_end(bridge);
}

enum { DEATHS_MAX = 40 };

static void restarts__are_limited_as_the_pools_are(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "restart_limit", "0", NULL);
  llmb_error error;
  /* A death that one request explains is not counted, but for those of a long row. */
  llmb_status status = LLMB_E_ENGINE_CRASHED;
  for (int i = 0; i < DEATHS_MAX && status == LLMB_E_ENGINE_CRASHED; i++) status = ask(bridge, "exit 1", NULL, &error);
  CHECK_INT(LLMB_E_UNAVAILABLE, status);
  CHECK_INT(LLMB_E_UNAVAILABLE, ask(bridge, "x", NULL, &error));
  bridge_end(bridge);
}

/* Longer than between two pings, so that these are seen to be no work. */
static void daemon__that_is_idle_is_sent_home_though_it_is_pinged(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "idle_ms", "12000", NULL);
  const int64_t pid = ask_number(bridge, "pid");
  const int daemon = process_open(pid), worker = process_open(worker_pid(bridge));
  process_await_end(worker);
  process_await_end(daemon);
  CHECK(ask_number(bridge, "pid") != pid);
  bridge_end(bridge);
}

static void daemon__that_leaves_three_pings_without_answer_is_ended(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  const int64_t pid = ask_number(bridge, "pid");
  const int daemon = process_open(pid);
  check_invoke(bridge, "answer_no_ping", NULL, "true");
  process_await_end(daemon);
  CHECK(ask_number(bridge, "pid") != pid);
  bridge_end(bridge);
}

static void engines_death__leaves_no_daemon_behind(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  const int daemon = process_open(ask_number(bridge, "pid"));
  process_signal(worker_pid(bridge), SIGKILL);
  process_await_end(daemon);
  check_answer(bridge, "next", "next");
  bridge_end(bridge);
}

CHECK_MAIN(TEST(daemon__is_started_by_the_first_call), TEST(daemon__that_does_not_know_ping_is_alive),
           TEST(daemon__that_is_slow_to_start_gets_its_calls_when_it_is_there),
           TEST(daemon__that_says_what_it_does_may_start_for_longer_than_the_limit),
           TEST(daemon__says_of_itself_what_its_ping_says), TEST(workers__are_daemons_of_their_own),
           TEST(restarts__are_limited_as_the_pools_are), TEST(daemon__that_is_idle_is_sent_home_though_it_is_pinged),
           TEST(daemon__that_leaves_three_pings_without_answer_is_ended), TEST(engines_death__leaves_no_daemon_behind))
