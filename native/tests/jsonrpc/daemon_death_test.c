/* Daemons that die, break the protocol or never were. */
#include "tests/jsonrpc/jsonrpc_harness.h"

/* Asks what the daemon does not survive, and then something it answers: there is another one by then. */
static void check_breach(const char *prompt, const char *part) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  const int64_t pid = ask_number(bridge, "pid");
  const int daemon = process_open(pid);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, ask(bridge, prompt, NULL, &error));
  CHECK_CONTAINS(part, error.message);
  CHECK_INT(0, error.retry_safe);
  process_await_end(daemon);
  CHECK(ask_number(bridge, "pid") != pid);
  bridge_end(bridge);
}

static void line__that_is_not_json_is_a_protocol_error(void) {
  check_breach("garbage", "a line that is not JSON");
}

static void reply__to_an_id_that_was_never_given_is_a_protocol_error(void) {
  check_breach("stray", "an id that was never given");
}

static void request__of_the_daemons_own_is_a_protocol_error(void) {
  check_breach("own", "a request of its own");
}

static void line__without_end_is_a_protocol_error(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "output_bytes", "1000", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, ask(bridge, "flood", NULL, &error));
  CHECK_CONTAINS("a line longer than an answer may be", error.message);
  check_answer(bridge, "next", "next");
  bridge_end(bridge);
}

static void notifications__without_end_do_not_keep_a_call_from_its_deadline(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_settings *settings = settings_of("timeout_ms", "300", "grace_ms", "200", NULL);
  llmb_error error;
  check_answer(bridge, "first", "first");
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "noise", settings, &error));
  check_answer(bridge, "next", "next");
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void exit__is_told_with_its_status_and_the_log(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  check_answer(bridge, "first", "first");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "exit 3", NULL, &error));
  CHECK_TEXT("the daemon exited with status 3", error.message);
  CHECK_INT(LLMB_EXIT_CODE, error.exit_kind);
  CHECK_INT(3, error.exit_value);
  CHECK_CONTAINS("last words on stderr", error.engine_log);
  CHECK_INT(0, error.retry_safe);
  CHECK_INT(1, error.attempts);
  check_answer(bridge, "next", "next");
  bridge_end(bridge);
}

static void signal__is_told(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "signal 15", NULL, &error));
  CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
  CHECK_INT(SIGTERM, error.exit_value);
  bridge_end(bridge);
}

static void death__ends_all_calls_that_the_daemon_had(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  check_answer(bridge, "first", "first"); /* so that the next one is sent at once */
  llmb_call *held = call_of(bridge, "hold", NULL);
  await_asked(bridge, 2);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "exit 4", NULL, &error));
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(held, NULL, 0, &error));
  CHECK_INT(4, error.exit_value);
  llmb_call_close(held);
  bridge_end(bridge);
}

static void death__of_a_repeatable_daemon_gives_its_calls_to_the_next_one(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"ping\", \"{\\\"repeatable\\\": true}\""), NULL);
  char text[64] = "";
  llmb_error error;
  llmb_error_init(&error);
  const int64_t pid = ask_number(bridge, "pid");
  llmb_call *call = call_of(bridge, "sleep 300", NULL);
  nap_ms(50);
  process_signal(pid, SIGKILL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT("slept", text);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void call__that_the_daemon_never_had_goes_to_the_next_one(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"ping\", \"{\\\"concurrent\\\": 1}\""), NULL);
  char text[64] = "";
  llmb_error error;
  llmb_error_init(&error);
  check_answer(bridge, "first", "first");
  llmb_call *doomed = call_of(bridge, "sleep 200 exit 7", NULL);
  nap_ms(50); /* calls that come together are taken in any order */
  llmb_call *waiting = call_of(bridge, "waited", NULL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(doomed, NULL, 0, &error));
  CHECK_INT(7, error.exit_value);
  CHECK_INT(LLMB_OK, read_to_end(waiting, text, sizeof text, NULL));
  CHECK_TEXT("waited", text);
  llmb_call_close(doomed);
  llmb_call_close(waiting);
  bridge_end(bridge);
}

static void stdout__closed_costs_the_daemon_its_life(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "mute", NULL, &error));
  CHECK_CONTAINS("closed its stdin or stdout", error.message);
  check_answer(bridge, "next", "next");
  bridge_end(bridge);
}

static void grandchildren__end_with_the_daemon(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  const int64_t grandchild = ask_number(bridge, "grandchild");
  CHECK_INT(0, kill((pid_t)grandchild, 0));
  bridge_end(bridge);
  process_await_end(process_open(grandchild));
}

static void start__of_a_program_that_is_none_is_not_found(void) {
  llmb_bridge *bridge = daemon_bridge("[\"/no/such/daemon\"]", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_NOT_FOUND, ask(bridge, "x", NULL, &error));
  CHECK_CONTAINS("/no/such/daemon", error.message);
  bridge_end(bridge);
}

static void start__that_fails_is_told_with_the_last_line_of_the_log(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"exit\", \"5\""), NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "x", NULL, &error));
  CHECK_CONTAINS("exited with status 5 before it answered ping; the cause of it", error.message);
  bridge_end(bridge);
}

static void start__that_says_nothing_meets_its_limit(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"mute\""), "start_timeout_ms", "300", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_START_TIMEOUT, ask(bridge, "x", NULL, &error));
  bridge_end(bridge);
}

CHECK_MAIN(TEST(line__that_is_not_json_is_a_protocol_error),
           TEST(reply__to_an_id_that_was_never_given_is_a_protocol_error),
           TEST(request__of_the_daemons_own_is_a_protocol_error), TEST(line__without_end_is_a_protocol_error),
           TEST(notifications__without_end_do_not_keep_a_call_from_its_deadline),
           TEST(exit__is_told_with_its_status_and_the_log), TEST(signal__is_told),
           TEST(death__ends_all_calls_that_the_daemon_had),
           TEST(death__of_a_repeatable_daemon_gives_its_calls_to_the_next_one),
           TEST(call__that_the_daemon_never_had_goes_to_the_next_one), TEST(stdout__closed_costs_the_daemon_its_life),
           TEST(grandchildren__end_with_the_daemon), TEST(start__of_a_program_that_is_none_is_not_found),
           TEST(start__that_fails_is_told_with_the_last_line_of_the_log),
           TEST(start__that_says_nothing_meets_its_limit))
