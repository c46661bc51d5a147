/* What becomes of a session's turn when its helper or its keeper ends, or stands still. */
#include "tests/bridge/session_harness.h"

static void helper_that_is_killed__is_replaced_and_the_turn_is_kept(void) {
  session_begin();
  llmb_bridge *bridge = session_bridge("pieces 3 100");
  for (unsigned i = 0; i < 3; i++) {
    llmb_call *call = session_call(bridge, "work", "one", "60000");
    uint8_t piece[64];
    uint64_t size = 0;
    CHECK_INT(LLMB_OK, llmb_call_read(call, piece, sizeof piece, LLMB_NEVER, &size, NULL));
    const pid_t holder = session_await_holder("work");
    CHECK_INT(0, kill(holder, SIGKILL));
    CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, NULL));
    llmb_call_close(call);
    CHECK_INT(3 + 2 * i, session_lines("work"));
  }
  bridge_end(bridge);
  session_end();
}

static void helper_that_is_stopped__costs_its_call_alone(void) {
  char answer[64];
  llmb_error error;
  session_begin();
  llmb_bridge *bridge = session_bridge("pieces 2 50");
  llmb_call *call = session_call(bridge, "work", "one", "6000");
  pid_t holder = 0;
  /* A call goes on when it is looked at: its keeper may not have started yet. */
  while ((holder = session_holder("work")) == 0) (void)llmb_call_poll(call, llmb_deadline_after_ms(1), NULL);
  const int process = process_open(holder);
  CHECK_INT(0, kill(holder, SIGSTOP));
  session_check_ask(bridge, "other", "one", "piece 1\npiece 2\n");
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, read_to_end(call, NULL, 0, &error));
  llmb_call_close(call);
  process_await_end(process); /* its keeper sees to that */
  CHECK_INT(LLMB_OK, session_ask(bridge, "work", "two", answer, sizeof answer, &error));
  CHECK_INT(3, session_lines("work"));
  bridge_end(bridge);
  session_end();
}

static void keeper_that_is_killed__loses_no_turn(void) {
  session_begin();
  /* Its engine is no process, and goes on. */
  llmb_bridge *bridge =
      bridge_of("pieces 3 100", "session_dir", session_folder, "timeout_ms", "60000", "isolation", "inproc", NULL);
  session_check_ask(bridge, "work", "one", "piece 1\npiece 2\npiece 3\n");
  llmb_call *call = session_call(bridge, "work", "two", "60000");
  uint8_t piece[64];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(call, piece, sizeof piece, LLMB_NEVER, &size, NULL));
  const pid_t holder = session_await_holder("work");
  const int helper = process_open(holder);
  process_signal(process_parent(holder), SIGKILL);
  process_await_end(helper);
  CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, NULL));
  llmb_call_close(call);
  CHECK_INT(5, session_lines("work"));
  bridge_end(bridge);
  session_end();
}

CHECK_MAIN(TEST(helper_that_is_killed__is_replaced_and_the_turn_is_kept),
           TEST(helper_that_is_stopped__costs_its_call_alone), TEST(keeper_that_is_killed__loses_no_turn))
