/* workers=0: no pool, the daemon is run once for each call. */
#include "tests/jsonrpc/jsonrpc_harness.h"

#define ONCE "workers", "0"

enum { RACES = 100 }; /* of a quick program with the engine that started it */

static void call__has_a_daemon_of_its_own_that_ends_with_it(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), ONCE, NULL);
  const int64_t first = ask_number(bridge, "pid"), second = ask_number(bridge, "pid");
  CHECK(first != second);
  process_await_end(process_open(first));
  check_invoke(bridge, "counts", NULL, "{\"asked\":0, \"cancels\":0}");
  bridge_end(bridge);
}

static void call__needs_no_ping(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"mute\""), ONCE, NULL);
  check_answer(bridge, "x", "x");
  check_answer(bridge, "stream", "one two thrée");
  bridge_end(bridge);
}

static void calls__run_at_once(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), ONCE, NULL);
  llmb_call *calls[4];
  for (int i = 0; i < 4; i++) calls[i] = call_of(bridge, "sleep 100", NULL);
  for (int i = 0; i < 4; i++) {
    char text[64] = "";
    CHECK_INT(LLMB_OK, read_to_end(calls[i], text, sizeof text, NULL));
    CHECK_TEXT("slept", text);
    llmb_call_close(calls[i]);
  }
  bridge_end(bridge);
}

static void any_program__that_writes_one_reply_will_do(void) {
  llmb_bridge *bridge = daemon_bridge("printf '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"printed\"}'", ONCE, NULL);
  check_answer(bridge, "x", "printed");
  bridge_end(bridge);
}

static void reply__may_be_written_before_the_request_is_there(void) {
  llmb_bridge *bridge = daemon_bridge("printf '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"printed\"}'", ONCE, NULL);
  for (int i = 0; i < RACES && check_failures == 0; i++) check_answer(bridge, "x", "printed");
  bridge_end(bridge);
}

static void failure__is_the_one_calls_and_the_engine_goes_on(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), ONCE, NULL);
  llmb_error error;
  check_answer(bridge, "first", "first");
  const int64_t worker = worker_pid(bridge);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "exit 3", NULL, &error));
  CHECK_INT(3, error.exit_value);
  CHECK_CONTAINS("last words on stderr", error.engine_log);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, ask(bridge, "garbage", NULL, &error));
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "error 5", NULL, &error));
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "hold", NULL, &error)); /* it ends with its stdin */
  CHECK_INT(0, error.exit_value);
  check_answer(bridge, "next", "next");
  CHECK_INT(worker, worker_pid(bridge));
  bridge_end(bridge);
}

/* How many processes there are whose command line is this. */
static unsigned sleepers_of(const char *seconds) {
  char command[128], line[32] = "";
  snprintf(command, sizeof command, "pgrep -c -x -f 'sleep %s'", seconds);
  FILE *pipe = popen(command, "r");
  if (pipe == NULL || fgets(line, sizeof line, pipe) == NULL) CHECK(!"pgrep could not be run");
  if (pipe != NULL) pclose(pipe);
  return (unsigned)atoi(line);
}

static void what_a_daemon_starts__ends_with_it_also_without_environment(void) {
  char seconds[32], command[512];
  snprintf(seconds, sizeof seconds, "100%d", (int)getpid());
  snprintf(command, sizeof command,
           "[\"sh\",\"-c\",\"(env -i setsid sleep %s &) >/dev/null 2>&1; exec " CHILD_DAEMON "\"]", seconds);
  llmb_bridge *bridge = daemon_bridge(command, ONCE, NULL);
  bridge_start(bridge);
  llmb_call *other = call_of(bridge, "sleep 100000", NULL);
  check_answer(bridge, "x", "x");
  while (sleepers_of(seconds) != 1) nap_ms(5); /* the other call's */
  llmb_call_close(other);
  while (sleepers_of(seconds) != 0) nap_ms(5);
  bridge_end(bridge);
}

static void deadline__kills_the_daemon_at_once(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), ONCE, NULL);
  llmb_settings *settings = settings_of("timeout_ms", "200", NULL);
  llmb_error error;
  check_answer(bridge, "first", "first");
  const int64_t worker = worker_pid(bridge);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "freeze", settings, &error));
  check_answer(bridge, "next", "next");
  CHECK_INT(worker, worker_pid(bridge));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void grandchildren__end_with_the_call(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), ONCE, NULL);
  const int64_t grandchild = ask_number(bridge, "grandchild");
  process_await_end(process_open(grandchild));
  bridge_end(bridge);
}

static void pooling__is_turned_off_by_the_environment_too(void) {
  setenv("LLMBRIDGE_WORKERS", "0", 1);
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  unsetenv("LLMBRIDGE_WORKERS");
  CHECK(ask_number(bridge, "pid") != ask_number(bridge, "pid"));
  bridge_end(bridge);
}

CHECK_MAIN(TEST(call__has_a_daemon_of_its_own_that_ends_with_it), TEST(call__needs_no_ping), TEST(calls__run_at_once),
           TEST(any_program__that_writes_one_reply_will_do), TEST(reply__may_be_written_before_the_request_is_there),
           TEST(failure__is_the_one_calls_and_the_engine_goes_on),
           TEST(what_a_daemon_starts__ends_with_it_also_without_environment), TEST(deadline__kills_the_daemon_at_once),
           TEST(grandchildren__end_with_the_call), TEST(pooling__is_turned_off_by_the_environment_too))
