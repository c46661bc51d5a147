/* Hosts that close every descriptor above 2, between calls, while a call waits, and in a forked child, and go on. */
#include "tests/hostile/precious.h"
#include "tests/hostile/workout.h"

enum { CALLS = 3, ITEMS = 40, TIMEOUT_MS = 20000, WAIT_MS = 150 };

static llmb_bridge *open_bridge(const char *script, const char *isolation) {
  return bridge_of(script, "isolation", isolation, "timeout_ms", "20000", "slots", "4", NULL);
}

static void ask_again(llmb_bridge *bridge) {
  llmb_error error;
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    CHECK_TEXT("", error.message);
  }
}

static void close_between_calls(const char *isolation) {
  static struct precious_all all;
  llmb_bridge *bridge = open_bridge("echo", isolation);
  ask_again(bridge);
  precious_take_over(&all);
  ask_again(bridge);
  llmb_bridge_close(bridge);
  precious_check_all(&all);
}

HOSTILE_TEST(files__of_a_host_that_closes_all_between_calls_stay_as_they_are) {
  close_between_calls("pool");
}

HOSTILE_TEST(files__of_a_host_with_an_engine_in_a_thread_stay_as_they_are) {
  close_between_calls("inproc");
}

HOSTILE_TEST(files__of_a_host_that_only_closes_its_bridge_then_stay_as_they_are) {
  static struct precious_all all;
  llmb_bridge *bridge = open_bridge("echo", "pool");
  ask_again(bridge);
  precious_take_over(&all);
  llmb_bridge_close(bridge);
  precious_check_all(&all);
}

HOSTILE_TEST(simple_calls__go_on_after_a_host_has_closed_all) {
  static struct precious_all all;
  char *answer = NULL, *error = NULL;
  CHECK_INT(LLMB_OK, call_llm("hello", &answer, &error));
  llmb_free(answer);
  precious_take_over(&all);
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, call_llm("hello", &answer, &error));
    CHECK_TEXT("hello", answer);
    CHECK_TEXT("", error == NULL ? "" : error);
    llmb_free(answer);
    llmb_free(error);
  }
  llmb_shutdown();
  precious_check_all(&all);
}

/* In the middle of a call: its engine ends with its keeper, and the call with it or by another engine. */
static void *ask_slowly(void *argument) {
  llmb_error error;
  const llmb_status status = ask(argument, "hello", NULL, &error);
  if (status != LLMB_OK) CHECK_INT(LLMB_E_ENGINE_CRASHED, status);
  return NULL;
}

static void close_in_mid_call(const char *isolation) {
  static struct precious_all all;
  pthread_t threads[3];
  llmb_bridge *bridge = open_bridge("sleep 600", isolation);
  bridge_start(bridge);
  for (int i = 0; i < 3; i++) CHECK_INT(0, pthread_create(&threads[i], NULL, ask_slowly, bridge));
  nap_ms(WAIT_MS);
  precious_take_over(&all);
  for (int i = 0; i < 3; i++) CHECK_INT(0, pthread_join(threads[i], NULL));
  ask_again(bridge);
  llmb_bridge_close(bridge);
  precious_check_all(&all);
}

HOSTILE_TEST(calls__that_wait_while_a_host_closes_all_end_and_harm_nothing) {
  close_in_mid_call("pool");
}

HOSTILE_TEST(calls__that_wait_for_a_thread_while_a_host_closes_all_end_and_harm_nothing) {
  close_in_mid_call("inproc");
}

static void pump_until_ended(llmb_bridge *bridge, llmb_call *call) {
  llmb_status status = LLMB_E_NOT_READY;
  while (status == LLMB_E_NOT_READY && check_failures == 0) {
    uint64_t token = 0, size = 0;
    uint32_t count = 0;
    uint8_t buffer[256];
    CHECK_INT(LLMB_OK, llmb_call_watch(call, 5, NULL));
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, llmb_deadline_after_ms(TIMEOUT_MS), &count, NULL));
    CHECK_INT(1, count);
    do {
      status = llmb_call_read(call, buffer, sizeof buffer, 0, &size, NULL);
    } while (status == LLMB_OK && size > 0);
  }
  CHECK(status == LLMB_OK || status == LLMB_E_ENGINE_CRASHED);
  llmb_call_close(call);
}

HOSTILE_TEST(pump__goes_on_after_a_host_has_closed_all) {
  static struct precious_all all;
  llmb_bridge *bridge = open_bridge("pieces 3 20", "pool");
  pump_until_ended(bridge, call_of(bridge, "hello", NULL));
  llmb_call *call = call_of(bridge, "hello", NULL); /* on its way */
  precious_take_over(&all);
  pump_until_ended(bridge, call);
  pump_until_ended(bridge, call_of(bridge, "hello", NULL));
  llmb_bridge_close(bridge);
  precious_check_all(&all);
}

static unsigned run_batch(llmb_bridge *bridge, struct precious_all *closing) {
  static const uint8_t *prompts[ITEMS];
  static uint64_t sizes[ITEMS];
  unsigned succeeded = 0;
  llmb_batch *batch = NULL;
  for (int i = 0; i < ITEMS; i++) prompts[i] = (const uint8_t *)"hello", sizes[i] = 5;
  CHECK_INT(LLMB_OK, llmb_batch_start(bridge, prompts, sizes, ITEMS, NULL, LLMB_BATCH_AS_THEY_COME, &batch, NULL));
  for (int told = 0; told < ITEMS && check_failures == 0; told++) {
    int32_t index = 0;
    llmb_status status = LLMB_OK;
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, llmb_deadline_after_ms(TIMEOUT_MS), &index, &status, NULL));
    succeeded += status == LLMB_OK;
    if (closing != NULL && told == 5) precious_take_over(closing);
  }
  llmb_batch_close(batch);
  return succeeded;
}

HOSTILE_TEST(batch__goes_on_after_a_host_has_closed_all) {
  static struct precious_all all;
  llmb_bridge *bridge = open_bridge("sleep 5", "pool");
  CHECK_INT(ITEMS, run_batch(bridge, NULL));
  CHECK(run_batch(bridge, &all) >= ITEMS - 4); /* those that an engine had begun may have ended with it */
  CHECK_INT(ITEMS, run_batch(bridge, NULL));
  llmb_bridge_close(bridge);
  precious_check_all(&all);
}

/* As python-daemon does: the child goes on, and its parent has ended or goes on itself. */
HOSTILE_TEST(daemon__that_closes_all_begins_anew_and_leaves_the_parents_engines_alone) {
  static struct precious_all all;
  llmb_bridge *bridge = open_bridge("echo", "pool");
  ask_again(bridge);
  const int64_t worker = worker_pid(bridge);
  char *answer = NULL;
  CHECK_INT(LLMB_OK, call_llm("hello", &answer, NULL));
  llmb_free(answer);
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    precious_take_over(&all);
    llmb_error error;
    CHECK_INT(LLMB_E_FORKED, ask(bridge, "hello", NULL, &error));
    llmb_bridge_close(bridge);
    CHECK_INT(LLMB_OK, call_llm("hello", &answer, NULL));
    CHECK_TEXT("hello", answer);
    llmb_bridge *own = open_bridge("echo", "pool");
    ask_again(own);
    llmb_bridge_close(own);
    llmb_shutdown();
    precious_check_all(&all);
    _exit(check_failures != 0);
  }
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK_INT(0, status);
  ask_again(bridge);
  CHECK_INT(worker, worker_pid(bridge));
  llmb_bridge_close(bridge);
  llmb_shutdown();
}

/* Nothing of ours is left behind: a host that closes again and again does not run out of numbers. */
HOSTILE_TEST(descriptors__are_no_more_after_many_times) {
  llmb_bridge *bridge = open_bridge("echo", "pool");
  int highest = 0;
  for (int i = 0; i < 20; i++) {
    closefrom(PRECIOUS_FIRST);
    llmb_error error;
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    CHECK_TEXT("", error.message);
    const int next = dup(STDERR_FILENO);
    close(next);
    if (i == 0) highest = next + 8;
    CHECK(next <= highest);
  }
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(files__of_a_host_that_closes_all_between_calls_stay_as_they_are),
           TEST(files__of_a_host_with_an_engine_in_a_thread_stay_as_they_are),
           TEST(files__of_a_host_that_only_closes_its_bridge_then_stay_as_they_are),
           TEST(simple_calls__go_on_after_a_host_has_closed_all),
           TEST(calls__that_wait_while_a_host_closes_all_end_and_harm_nothing),
           TEST(calls__that_wait_for_a_thread_while_a_host_closes_all_end_and_harm_nothing),
           TEST(pump__goes_on_after_a_host_has_closed_all), TEST(batch__goes_on_after_a_host_has_closed_all),
           TEST(daemon__that_closes_all_begins_anew_and_leaves_the_parents_engines_alone),
           TEST(descriptors__are_no_more_after_many_times))
