/* Several calls at one daemon: order, batches, cancellation, deadlines. */
#include "tests/jsonrpc/jsonrpc_harness.h"

static void replies__may_come_out_of_order(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  char text[64] = "";
  check_answer(bridge, "first", "first");
  llmb_call *held = call_of(bridge, "hold", NULL);
  await_asked(bridge, 2);
  check_answer(bridge, "second", "second"); /* answered before the first one */
  CHECK_INT(LLMB_OK, read_to_end(held, text, sizeof text, NULL));
  CHECK_TEXT("held", text);
  llmb_call_close(held);
  bridge_end(bridge);
}

static void reply__that_comes_twice_is_dropped(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  const int64_t pid = ask_number(bridge, "pid");
  check_answer(bridge, "twice", "first");
  check_answer(bridge, "next", "next");
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void cancelled_call__is_let_go_by_a_daemon_that_listens_and_lives(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"cancels\""), "grace_ms", "60000", NULL);
  llmb_error error;
  llmb_error_init(&error);
  const int64_t pid = ask_number(bridge, "pid");
  llmb_call *call = call_of(bridge, "hold", NULL);
  await_asked(bridge, 2);
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, &error));
  llmb_call_close(call);
  check_invoke(bridge, "counts", NULL, "{\"asked\":2, \"cancels\":1}");
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void deadline__ends_the_call_and_a_late_reply_is_nobodys(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "grace_ms", "60000", NULL);
  llmb_settings *settings = settings_of("timeout_ms", "100", NULL);
  llmb_error error;
  const int64_t pid = ask_number(bridge, "pid");
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "sleep 400", settings, &error));
  check_answer(bridge, "next", "next");
  CHECK_INT(pid, ask_number(bridge, "pid"));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void deadline__costs_a_daemon_its_life_that_does_not_let_go(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "grace_ms", "200", NULL);
  llmb_settings *settings = settings_of("timeout_ms", "100", NULL);
  llmb_error error;
  const int64_t pid = ask_number(bridge, "pid");
  const int daemon = process_open(pid);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "freeze", settings, &error));
  check_answer(bridge, "next", "next"); /* never sent to the one that is frozen */
  process_await_end(daemon);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void other_calls__of_a_daemon_that_is_killed_are_told_so(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "grace_ms", "200", NULL);
  llmb_settings *settings = settings_of("timeout_ms", "100", NULL);
  llmb_error error;
  check_answer(bridge, "first", "first");
  llmb_call *held = call_of(bridge, "hold", NULL);
  await_asked(bridge, 2);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "freeze", settings, &error));
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(held, NULL, 0, &error));
  CHECK_CONTAINS("did not let go of a cancelled call", error.message);
  CHECK_INT(SIGKILL, error.exit_value);
  llmb_call_close(held);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void silence__is_no_hang_unless_a_limit_was_set(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_settings *limited = settings_of("stall_timeout_ms", "300", "grace_ms", "100", NULL);
  llmb_error error;
  check_answer(bridge, "sleep 1200", "slept");
  CHECK_INT(LLMB_E_ENGINE_HUNG, ask(bridge, "sleep 5000", limited, &error));
  llmb_settings_close(limited);
  bridge_end(bridge);
}

static void concurrency__is_what_the_daemon_says(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"ping\", \"{\\\"concurrent\\\": 1}\", \"cancels\""), "grace_ms",
                                      "60000", "slots", "2", NULL);
  llmb_error error;
  check_answer(bridge, "first", "first");
  llmb_call *held[2] = {call_of(bridge, "hold", NULL), call_of(bridge, "hold", NULL)};
  nap_ms(100);
  process_signal(worker_pid(bridge), SIGSTOP); /* or the end of one would let the other go out */
  CHECK_INT(LLMB_OK, llmb_call_cancel(held[0]));
  CHECK_INT(LLMB_OK, llmb_call_cancel(held[1]));
  process_signal(worker_pid(bridge), SIGCONT);
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(held[0], NULL, 0, &error));
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(held[1], NULL, 0, &error));
  check_invoke(bridge, "counts", NULL, "{\"asked\":2, \"cancels\":1}"); /* the other one was never sent */
  llmb_call_close(held[0]);
  llmb_call_close(held[1]);
  bridge_end(bridge);
}

/* Three requests that come together: how many of them the daemon has in one line. */
static void check_batch(const char *command, const char *expected) {
  llmb_bridge *bridge = daemon_bridge(command, NULL);
  llmb_call *calls[3];
  check_answer(bridge, "first", "first");
  process_signal(worker_pid(bridge), SIGSTOP);
  for (int i = 0; i < 3; i++) calls[i] = call_of(bridge, "batch", NULL);
  process_signal(worker_pid(bridge), SIGCONT);
  for (int i = 0; i < 3; i++) {
    char text[64] = "";
    CHECK_INT(LLMB_OK, read_to_end(calls[i], text, sizeof text, NULL));
    CHECK_TEXT(expected, text);
    llmb_call_close(calls[i]);
  }
  bridge_end(bridge);
}

static void requests__that_wait_together_are_one_array_for_a_daemon_that_takes_arrays(void) {
  check_batch(DAEMON(), "1");
  check_batch(DAEMON(", \"ping\", \"{\\\"batch\\\": true}\""), "3");
}

static void batch__of_a_thousand_prompts_is_answered_whole(void) {
  enum { COUNT = 1000 };
  llmb_bridge *bridge = daemon_bridge(DAEMON(", \"ping\", \"{\\\"batch\\\": true}\""), "slots", "16", NULL);
  char *prompts[COUNT];
  llmb_call *calls[16];
  for (int i = 0; i < COUNT; i++) {
    if (asprintf(&prompts[i], "prompt %d", i) < 0) exit(1);
  }
  for (int first = 0; first + 16 <= COUNT; first += 16) {
    for (int i = 0; i < 16; i++) calls[i] = call_of(bridge, prompts[first + i], NULL);
    for (int i = 0; i < 16; i++) {
      char text[64] = "";
      CHECK_INT(LLMB_OK, read_to_end(calls[i], text, sizeof text, NULL));
      CHECK_TEXT(prompts[first + i], text);
      llmb_call_close(calls[i]);
    }
  }
  for (int i = 0; i < COUNT; i++) free(prompts[i]);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(replies__may_come_out_of_order), TEST(reply__that_comes_twice_is_dropped),
           TEST(cancelled_call__is_let_go_by_a_daemon_that_listens_and_lives),
           TEST(deadline__ends_the_call_and_a_late_reply_is_nobodys),
           TEST(deadline__costs_a_daemon_its_life_that_does_not_let_go),
           TEST(other_calls__of_a_daemon_that_is_killed_are_told_so), TEST(silence__is_no_hang_unless_a_limit_was_set),
           TEST(concurrency__is_what_the_daemon_says),
           TEST(requests__that_wait_together_are_one_array_for_a_daemon_that_takes_arrays),
           TEST(batch__of_a_thousand_prompts_is_answered_whole))
