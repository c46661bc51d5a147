/* Calls that cannot be continued: their engine (the fake one) does not say that its work may be repeated. */
#include "tests/bridge/bridge_harness.h"

static llmb_error error;
static char text[256];

static llmb_status ask_once(llmb_bridge *bridge) {
  llmb_error_init(&error);
  text[0] = 0;
  llmb_call *call = call_of(bridge, "hello", NULL);
  const llmb_status status = read_to_end(call, text, sizeof text, &error);
  llmb_call_close(call);
  return status;
}

static void call__that_was_accepted_is_told_though_retries_are_allowed(void) {
  llmb_bridge *bridge = bridge_of("echo; signal 9@accept", "retries", "5", NULL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask_once(bridge));
  CHECK_INT(1, error.attempts);
  CHECK_INT(1, error.retry_safe); /* nobody has seen any of it */
  CHECK_INT(LLMB_PHASE_PROMPT, error.phase);
  CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
  CHECK_INT(SIGKILL, error.exit_value);
  CHECK_TEXT("", text);
  bridge_end(bridge);
}

static void call__that_was_being_answered_is_told_and_keeps_its_text(void) {
  llmb_bridge *bridge = bridge_of("pieces 9 0; signal 9@piece:3", "retries", "5", NULL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask_once(bridge));
  CHECK_INT(1, error.attempts);
  CHECK_INT(0, error.retry_safe);
  CHECK_INT(LLMB_PHASE_GENERATE, error.phase);
  CHECK_TEXT("piece 1\npiece 2\npiece 3\n", text);
  bridge_end(bridge);
}

static void call__that_was_never_accepted_is_moved_without_a_retry(void) {
  llmb_bridge *bridge = bridge_of("echo", "retries", "0", NULL);
  llmb_result result;
  CHECK_INT(LLMB_OK, ask_once(bridge)); /* an engine that has answered is replaced at once */
  const int64_t pid = worker_pid(bridge);
  process_signal(pid, SIGSTOP); /* so that it never sees the request */
  llmb_call *call = call_of(bridge, "hello", NULL);
  process_signal(pid, SIGKILL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("hello", text);
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
  CHECK_INT(2, result.attempts);
  llmb_call_close(call);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(call__that_was_accepted_is_told_though_retries_are_allowed),
           TEST(call__that_was_being_answered_is_told_and_keeps_its_text),
           TEST(call__that_was_never_accepted_is_moved_without_a_retry))
