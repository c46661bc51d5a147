/* Every strategy fails alike: the same status, in time, with nothing left. */
#include "tests/conformance/conformance_harness.h"

static char prompt[2000]; /* long enough for a model to have to think */

/* Asks a bridge that behaves like that, closes it, and says how the call ended; *error has the details. */
static llmb_status outcome(llmb_bridge *bridge, llmb_error *error) {
  memset(prompt, 'a', sizeof prompt - 1);
  const llmb_status status = ask(bridge, prompt, NULL, error);
  if (status != LLMB_OK) {
    CHECK_TEXT(strategy->engine, error->engine);
    CHECK(error->message[0] != 0);
    CHECK(error->phase != LLMB_PHASE_NONE);
  }
  return status;
}

static void crash__is_told_with_its_signal(void) {
  llmb_bridge *bridge = bridge_behaving(CRASHES, NULL);
  llmb_error error;
  if (bridge == NULL) return;
  for (int i = 0; i < 2; i++) {
    CHECK_INT(LLMB_E_ENGINE_CRASHED, outcome(bridge, &error));
    if (is_engine("http")) { /* the connection was cut: what became of the server is not known */
      CHECK_INT(LLMB_EXIT_NONE, error.exit_kind);
      continue;
    }
    CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
    CHECK_INT(is_engine("llama") ? SIGABRT : SIGKILL, error.exit_value);
  }
  bridge_vanish(bridge);
}

/* A thread of this process that hangs cannot be killed: it is left, and only there. */
static void hang__ends_the_call_as_hung(void) {
  llmb_bridge *bridge = bridge_behaving(HANGS, "stall_timeout_ms", "400", "grace_ms", "200", NULL);
  llmb_error error;
  if (bridge == NULL) return;
  CHECK_INT(LLMB_E_ENGINE_HUNG, outcome(bridge, &error));
  if (!is_inproc()) {
    bridge_vanish(bridge);
    return;
  }
  llmb_bridge_close(bridge);
  harness_open_count = 0;
  free(harness_before);
}

static void flood__is_stopped_at_output_bytes(void) {
  llmb_bridge *bridge = bridge_behaving(FLOODS, "output_bytes", "1000", NULL);
  llmb_error error;
  if (bridge == NULL) return;
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE, outcome(bridge, &error));
  CHECK_CONTAINS("output_bytes", error.message);
  bridge_vanish(bridge);
}

static void bad_utf8__is_no_answer(void) {
  llmb_bridge *bridge = bridge_behaving(BAD_UTF8, NULL);
  llmb_error error;
  if (bridge == NULL) return;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, outcome(bridge, &error));
  CHECK_INT(LLMB_PHASE_VALIDATE, error.phase);
  bridge_vanish(bridge);
}

static void deadline__ends_the_call(void) {
  llmb_bridge *bridge = bridge_behaving(ENDLESS, "max_tokens", "100000", NULL);
  llmb_error error;
  if (bridge == NULL) return;
  bridge_start(bridge);
  memset(prompt, 'a', sizeof prompt - 1);
  for (int i = 0; i < 2; i++) {
    llmb_settings *settings = settings_of("timeout_ms", "400", NULL);
    CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, prompt, settings, &error));
    CHECK_TEXT(strategy->engine, error.engine);
    CHECK_CONTAINS("timeout_ms", error.message);
    llmb_settings_close(settings);
  }
  bridge_vanish(bridge);
}

static void cancel__ends_the_call(void) {
  llmb_bridge *bridge = bridge_behaving(ENDLESS, NULL);
  struct canceller canceller;
  llmb_error error;
  if (bridge == NULL) return;
  memset(prompt, 'a', sizeof prompt - 1);
  for (int i = 0; i < 2; i++) {
    llmb_call *call = call_of(bridge, prompt, NULL);
    canceller_start(&canceller, call, 200);
    llmb_error_init(&error);
    CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, &error));
    canceller_join(&canceller);
    llmb_call_close(call);
  }
  bridge_vanish(bridge);
}

static void close__cancels_the_calls_that_are_open_and_leaves_nothing(void) {
  llmb_bridge *bridge = bridge_behaving(ENDLESS, "slots", "2", "workers", strategy->workers, NULL);
  struct waiter waiters[3];
  if (bridge == NULL) return;
  memset(prompt, 'a', sizeof prompt - 1);
  for (int i = 0; i < 3; i++) waiter_start(&waiters[i], call_of(bridge, prompt, NULL));
  nap_ms(100);
  llmb_bridge_close(bridge);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_E_CANCELLED, waiter_join(&waiters[i]));
    llmb_call_close(waiters[i].call);
  }
  marked_await(0);
  harness_leave();
}

CONFORMANCE_MAIN(TEST(crash__is_told_with_its_signal), TEST(flood__is_stopped_at_output_bytes),
                 TEST(bad_utf8__is_no_answer), TEST(deadline__ends_the_call), TEST(cancel__ends_the_call),
                 TEST(close__cancels_the_calls_that_are_open_and_leaves_nothing), TEST(hang__ends_the_call_as_hung))
