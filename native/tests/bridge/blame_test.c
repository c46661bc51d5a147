/* Whom the deaths of engines are charged to: what caused them, and nobody else. */
#include "tests/bridge/bridge_harness.h"

enum { CALLS_COUNT = 8, ATTACKS_COUNT = 6, INNOCENTS_COUNT = 20 };

static llmb_call *begun_call(llmb_bridge *bridge) {
  uint8_t buffer[16];
  uint64_t size = 0;
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  CHECK_INT(5, size);
  return call;
}

static void check_rest(llmb_call *call) {
  char text[16] = "";
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT("rest", text);
  llmb_call_close(call);
}

static void eight_calls__whose_engines_are_killed_once_each_are_eight_answers(void) {
  llmb_bridge *bridge = bridge_of("lasting", "home", HARNESS_MODULE_HOME, NULL);
  for (int i = 0; i < CALLS_COUNT; i++) {
    llmb_call *call = begun_call(bridge);
    process_signal(worker_pid(bridge), SIGKILL);
    check_rest(call);
  }
  bridge_end(bridge);
}

static void a_kill_from_elsewhere__costs_a_call_nothing_whatever_retries_says(void) {
  llmb_bridge *bridge = bridge_of("lasting", "home", HARNESS_MODULE_HOME, "retries", "0", NULL);
  llmb_call *call = begun_call(bridge);
  process_signal(worker_pid(bridge), SIGKILL);
  check_rest(call);
  bridge_end(bridge);
}

static void two_kills_from_elsewhere__do_not_poison_the_call_they_hit(void) {
  llmb_bridge *bridge = bridge_of("by_prompt", "home", HARNESS_MODULE_HOME, "slots", "1", NULL);
  llmb_error error;
  bridge_start(bridge);
  struct waiter waiter;
  llmb_call *call = call_of(bridge, "slow", NULL);
  waiter_start(&waiter, call);
  for (int64_t i = 0, last = 0, pid = 0; i < 2; i++, last = pid) {
    while ((pid = worker_pid_await(bridge)) == last) nap_ms(1);
    nap_ms(100); /* for the call to be accepted */
    const int process = process_open(pid);
    process_signal(pid, SIGTERM);
    process_await_end(process);
  }
  CHECK_INT(LLMB_OK, waiter_join(&waiter));
  CHECK_TEXT("slow", waiter.text);
  CHECK_INT(LLMB_OK, ask(bridge, "next", NULL, &error));
  llmb_call_close(call);
  bridge_end(bridge);
}

/* Each of these requests ends two engines. */
static void requests_that_kill_engines__cost_nobody_else_a_call(void) {
  llmb_bridge *bridge = bridge_of("by_prompt", "home", HARNESS_MODULE_HOME, "slots", "2", NULL);
  llmb_error error;
  for (int i = 0; i < ATTACKS_COUNT; i++) {
    char prompt[32];
    snprintf(prompt, sizeof prompt, "kill %d", i);
    CHECK_INT(LLMB_E_POISONED, ask(bridge, prompt, NULL, &error));
    CHECK_INT(2, error.attempts);
    CHECK(!error.retry_safe);
    CHECK_INT(LLMB_OK, ask(bridge, "live", NULL, &error));
    CHECK_TEXT("", error.message);
  }
  bridge_end(bridge);
}

struct innocent {
  llmb_bridge *bridge;
  int answered;
  pthread_t thread;
};

static void *innocent_run(void *argument) {
  struct innocent *innocent = argument;
  for (int i = 0; i < INNOCENTS_COUNT; i++) {
    llmb_error error;
    const llmb_status status = ask(innocent->bridge, "live", NULL, &error);
    CHECK_INT(LLMB_OK, status);
    CHECK_TEXT("", error.message);
    innocent->answered += status == LLMB_OK;
  }
  return NULL;
}

static void requests_that_kill_engines__cost_nobody_beside_them_a_call(void) {
  llmb_bridge *bridge = bridge_of("by_prompt", "home", HARNESS_MODULE_HOME, "slots", "4", "timeout_ms", "60000", NULL);
  struct innocent innocents[2];
  llmb_error error;
  bridge_start(bridge);
  for (int i = 0; i < 2; i++) {
    innocents[i] = (struct innocent){.bridge = bridge};
    CHECK_INT(0, pthread_create(&innocents[i].thread, NULL, innocent_run, &innocents[i]));
  }
  for (int i = 0; i < 3; i++) {
    char prompt[32];
    snprintf(prompt, sizeof prompt, "kill %d", i);
    CHECK_INT(LLMB_E_POISONED, ask(bridge, prompt, NULL, &error));
  }
  for (int i = 0; i < 2; i++) {
    CHECK_INT(0, pthread_join(innocents[i].thread, NULL));
    CHECK_INT(INNOCENTS_COUNT, innocents[i].answered);
  }
  bridge_end(bridge);
}

static void a_poisoned_request__is_refused_and_costs_no_engine(void) {
  llmb_bridge *bridge = bridge_of("by_prompt", "home", HARNESS_MODULE_HOME, NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_POISONED, ask(bridge, "kill", NULL, &error));
  CHECK_INT(LLMB_OK, ask(bridge, "live", NULL, &error));
  const int64_t pid = worker_pid(bridge);
  CHECK_INT(LLMB_E_POISONED, ask(bridge, "kill", NULL, &error));
  CHECK_CONTAINS("ended two engines", error.message);
  CHECK_INT(0, error.attempts);
  CHECK_INT(LLMB_PHASE_QUEUE, error.phase);
  CHECK_INT(pid, worker_pid(bridge));
  CHECK_INT(LLMB_OK, ask(bridge, "live", NULL, &error));
  bridge_end(bridge);
}

CHECK_MAIN(TEST(eight_calls__whose_engines_are_killed_once_each_are_eight_answers),
           TEST(a_kill_from_elsewhere__costs_a_call_nothing_whatever_retries_says),
           TEST(two_kills_from_elsewhere__do_not_poison_the_call_they_hit),
           TEST(requests_that_kill_engines__cost_nobody_else_a_call),
           TEST(requests_that_kill_engines__cost_nobody_beside_them_a_call),
           TEST(a_poisoned_request__is_refused_and_costs_no_engine))
