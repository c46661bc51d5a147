/* What the calls beside a request that ends engines have to bear: never its blame, and no more deaths than it takes to
 * tell them apart. The module's command "timed" does what the prompts say. */
#include "tests/bridge/bridge_harness.h"

enum { NEIGHBOURS_COUNT = 3, ROUNDS_COUNT = 4 };

static void check_answered(struct waiter *waiter) {
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, waiter_join(waiter));
  CHECK_TEXT("answered", waiter->text);
  (void)llmb_call_finish(waiter->call, LLMB_NEVER, NULL, &error);
  CHECK_TEXT("", error.message);
  llmb_call_close(waiter->call);
}

static void a_request_whose_engines_are_killed__costs_its_neighbours_no_call(void) {
  llmb_bridge *bridge =
      bridge_of("timed", "home", HARNESS_MODULE_HOME, "slots", "4", "timeout_ms", "60000", "retries", "1", NULL);
  struct waiter neighbours[NEIGHBOURS_COUNT];
  llmb_error error;
  bridge_start(bridge);
  for (int i = 0; i < NEIGHBOURS_COUNT; i++) waiter_start(&neighbours[i], call_of(bridge, "answer 300", NULL));
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "kill 50", NULL, &error)); /* nothing says that it was this request */
  CHECK_INT(6, error.attempts);
  for (int i = 0; i < NEIGHBOURS_COUNT; i++) check_answered(&neighbours[i]);
  bridge_end(bridge);
}

/* Its own engine dies of something else; it gets a place in another, which then dies of the request beside it. */
static void a_suspect__is_not_poisoned_by_a_neighbour_of_its_next_engine(void) {
  llmb_bridge *bridge = bridge_of("timed", "home", HARNESS_MODULE_HOME, "workers", "2", "slots", "2", "timeout_ms",
                                  "60000", "retries", "1", NULL);
  struct waiter warm[3], innocent, killer;
  for (int i = 0; i < 3; i++) waiter_start(&warm[i], call_of(bridge, "answer 100", NULL)); /* more than one can take */
  for (int i = 0; i < 3; i++) check_answered(&warm[i]);
  waiter_start(&killer, call_of(bridge, "abort 300", NULL));
  waiter_start(&innocent, call_of(bridge, "answer 1000", NULL));
  nap_ms(100);                                 /* for both to be accepted, each by its engine */
  process_signal(worker_pid(bridge), SIGABRT); /* the last one's */
  check_answered(&innocent);
  CHECK_INT(LLMB_E_POISONED, waiter_join(&killer));
  llmb_call_close(killer.call);
  bridge_end(bridge);
}

/* Their callers have no time to let them die again, alone. */
static void requests_that_end_engines_and_run_out_of_time__are_not_the_pools_to_pay_for(void) {
  llmb_bridge *bridge = bridge_of("timed", "home", HARNESS_MODULE_HOME, "slots", "2", "timeout_ms", "60000",
                                  "restart_limit", "1", "retries", "3", NULL);
  llmb_settings *brief = settings_of("timeout_ms", "80", NULL);
  llmb_error error;
  bridge_start(bridge);
  for (int i = 0; i < ROUNDS_COUNT; i++) {
    struct waiter neighbour;
    char prompt[32];
    waiter_start(&neighbour, call_of(bridge, "answer 150", NULL));
    snprintf(prompt, sizeof prompt, "abort 50 %d", i);
    /* A death that takes longer than the rest of the time is told as what it is. */
    const llmb_status status = ask(bridge, prompt, brief, &error);
    CHECK(status == LLMB_E_DEADLINE_EXCEEDED || status == LLMB_E_ENGINE_CRASHED);
    check_answered(&neighbour);
  }
  llmb_settings_close(brief);
  bridge_end(bridge);
}

static void requests_that_end_engines_and_are_not_repeated__are_not_the_pools_to_pay_for(void) {
  llmb_bridge *bridge = bridge_of("timed", "home", HARNESS_MODULE_HOME, "slots", "2", "timeout_ms", "60000",
                                  "restart_limit", "1", "retries", "0", NULL);
  llmb_error error;
  for (int i = 0; i < ROUNDS_COUNT; i++) {
    struct waiter neighbour;
    CHECK_INT(LLMB_OK, ask(bridge, "answer 1", NULL, &error));
    CHECK_TEXT("", error.message);
    waiter_start(&neighbour, call_of(bridge, "answer 5000", NULL));
    CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "abort 50", NULL, &error));
    CHECK_INT(LLMB_E_ENGINE_CRASHED, waiter_join(&neighbour)); /* as its bridge's owner wants it */
    llmb_call_close(neighbour.call);
  }
  bridge_end(bridge);
}

/* Begins a call whose first piece its caller sees come, and leaves alone. */
static llmb_call *left_alone(llmb_bridge *bridge, const char *prompt, const llmb_settings *settings) {
  llmb_call *call = call_of(bridge, prompt, settings);
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  return call;
}

static void check_neighbour_is_served(llmb_bridge *bridge) {
  llmb_settings *settings = settings_of("timeout_ms", "10000", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "answer 1", settings, &error));
  CHECK_TEXT("", error.message);
  llmb_settings_close(settings);
}

static void an_unread_call__does_not_hide_that_its_engine_broke_the_protocol(void) {
  llmb_bridge *bridge = bridge_of("timed", "home", HARNESS_MODULE_HOME, "slots", "1", "timeout_ms", "60000", NULL);
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = left_alone(bridge, "half 50", NULL);
  check_neighbour_is_served(bridge);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, read_to_end(call, NULL, 0, &error));
  CHECK_CONTAINS("broke the protocol", error.message);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void an_unread_call__does_not_hide_that_its_engine_stands_still(void) {
  llmb_bridge *bridge = bridge_of("timed", "home", HARNESS_MODULE_HOME, "slots", "1", "timeout_ms", "60000",
                                  "stall_timeout_ms", "200", "grace_ms", "50", NULL);
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = left_alone(bridge, "stop 0", NULL);
  check_neighbour_is_served(bridge);
  CHECK_INT(LLMB_E_ENGINE_HUNG, read_to_end(call, NULL, 0, &error));
  llmb_call_close(call);
  bridge_end(bridge);
}

/* It has not come again to where the first engine died: what ended the second may be anything. */
static void a_death_during_a_replay__says_nothing_of_the_request(void) {
  char folder[] = "/tmp/llmbridge-test-XXXXXX", text[16] = "";
  CHECK(mkdtemp(folder) != NULL);
  CHECK_INT(0, rmdir(folder));
  llmb_bridge *bridge = bridge_of("replaying", "home", HARNESS_MODULE_HOME, "retries", "1", NULL);
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, folder, NULL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT("begunrest", text);
  llmb_call_close(call);
  CHECK_INT(0, rmdir(folder));
  bridge_end(bridge);
}

static void a_death_where_the_replay_is_over__is_the_requests(void) {
  llmb_bridge *bridge = bridge_of("replaying", "home", HARNESS_MODULE_HOME, "retries", "1", NULL);
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "past", NULL);
  CHECK_INT(LLMB_E_POISONED, read_to_end(call, NULL, 0, &error));
  CHECK_INT(2, error.attempts);
  llmb_call_close(call);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(a_request_whose_engines_are_killed__costs_its_neighbours_no_call),
           TEST(a_suspect__is_not_poisoned_by_a_neighbour_of_its_next_engine),
           TEST(requests_that_end_engines_and_run_out_of_time__are_not_the_pools_to_pay_for),
           TEST(requests_that_end_engines_and_are_not_repeated__are_not_the_pools_to_pay_for),
           TEST(a_death_during_a_replay__says_nothing_of_the_request),
           TEST(a_death_where_the_replay_is_over__is_the_requests),
           TEST(an_unread_call__does_not_hide_that_its_engine_broke_the_protocol),
           TEST(an_unread_call__does_not_hide_that_its_engine_stands_still))
