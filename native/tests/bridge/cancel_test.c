/* Giving calls up: cancelling, closing, and being refused when too many wait. */
#include "tests/bridge/bridge_harness.h"

#include <sched.h>
#include <stdatomic.h>

#include "tests/repeats.h"

static void cancel__ends_a_call_before_its_first_piece(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", NULL);
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  struct canceller canceller;
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "hello", NULL);
  canceller_start(&canceller, call, 30);
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, &error));
  canceller_join(&canceller);
  CHECK_INT(LLMB_PHASE_PROMPT, error.phase);
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(call, LLMB_NEVER, NULL, NULL));
  CHECK_INT(LLMB_OK, llmb_call_cancel(call)); /* once more does no harm */
  llmb_call_close(call);
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

static void cancel__ends_a_call_that_waits_in_the_queue(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "1", NULL);
  struct canceller canceller;
  llmb_error error;
  llmb_error_init(&error);
  bridge_start(bridge);
  llmb_call *first = call_of(bridge, "first", NULL), *second = call_of(bridge, "second", NULL);
  canceller_start(&canceller, second, 30);
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(second, NULL, 0, &error));
  canceller_join(&canceller);
  CHECK_INT(LLMB_PHASE_QUEUE, error.phase);
  CHECK_INT(1, error.retry_safe);
  CHECK_INT(0, error.attempts);
  CHECK_INT(LLMB_OK, llmb_call_poll(first, LLMB_NEVER, NULL));
  llmb_call_close(second);
  llmb_call_close(first);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

/* The engine does not hear of it, and has a long grace: the call is over for its host alone. */
static void cancel__ends_a_call_of_a_hung_engine_that_another_thread_waits_for(void) {
  llmb_bridge *bridge = bridge_of("hang", "grace_ms", "60000", "timeout_ms", "10000", NULL);
  bridge_start(bridge);
  struct waiter waiter;
  llmb_call *call = call_of(bridge, "hello", NULL);
  waiter_start(&waiter, call);
  nap_ms(50); /* it sleeps now */
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_E_CANCELLED, waiter_join(&waiter));
  llmb_call_close(call);
  bridge_end(bridge);
}

static void cancel__ends_a_call_in_the_middle_of_its_stream(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "1", NULL);
  struct canceller canceller;
  llmb_error error;
  uint8_t buffer[64];
  uint64_t size = 0;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "hello", NULL);
  for (int i = 0; i < 5; i++) {
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  }
  const int64_t pid = worker_pid(bridge);
  canceller_start(&canceller, call, 20);
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, &error));
  canceller_join(&canceller);
  CHECK_INT(LLMB_PHASE_GENERATE, error.phase);
  CHECK_INT(0, error.retry_safe);
  llmb_call_close(call);
  check_next_call_works(bridge); /* in the same slot */
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

static void cancel__leaves_an_answer_that_is_complete(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 0", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, NULL));
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, NULL, NULL));
  llmb_call_close(call);
  bridge_end(bridge);
}

/* Cancels each call that it is given, at some point of its reader's. */
struct racer {
  llmb_call *call;
  _Atomic int given, over;
  pthread_t thread;
};

static void *racer_run(void *argument) {
  struct racer *racer = argument;
  for (unsigned turn = 0; !atomic_load(&racer->over); turn++) {
    if (!atomic_load(&racer->given)) continue;
    for (volatile unsigned i = 0; i < turn * 37 % 20000; i++) continue;
    CHECK_INT(LLMB_OK, llmb_call_cancel(racer->call));
    atomic_store(&racer->given, 0);
  }
  return NULL;
}

static void cancel__while_the_answer_is_being_read_ends_the_call_once(void) {
  enum { ROUNDS = 1000 };
  llmb_bridge *bridge = bridge_of("pieces 1000000 0", "slots", "1", "max_tokens", "1000000", NULL);
  struct racer racer = {.call = NULL};
  llmb_error error;
  bridge_start(bridge);
  CHECK_INT(0, pthread_create(&racer.thread, NULL, racer_run, &racer));
  for (unsigned i = 0; i < ROUNDS * repeats(); i++) {
    uint8_t buffer[16]; /* far less than there is: each read has its part at once */
    uint64_t size = 1;
    llmb_status status = LLMB_OK;
    llmb_error_init(&error);
    llmb_call *call = call_of(bridge, "hello", NULL);
    CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
    racer.call = call;
    atomic_store(&racer.given, 1);
    while (status == LLMB_OK && size > 0)
      status = llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, &error);
    CHECK_INT(LLMB_E_CANCELLED, status);
    while (atomic_load(&racer.given)) sched_yield();
    llmb_call_close(call);
  }
  atomic_store(&racer.over, 1);
  CHECK_INT(0, pthread_join(racer.thread, NULL));
  bridge_end(bridge);
}

static void close__gives_up_a_call_in_flight(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "1", NULL);
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  for (int i = 0; i < 20; i++) {
    llmb_call *call = call_of(bridge, "hello", NULL);
    if (i % 3 != 0) CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
    if (i % 3 == 2) CHECK_INT(LLMB_OK, llmb_call_cancel(call));
    llmb_call_close(call);
  }
  check_next_call_works(bridge);
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

static void close__of_a_long_request_leaves_the_slot_usable(void) {
  /* Only its beginning was sent; the rest never comes, and the next call's request must not be taken for it. */
  enum { SIZE = 3 << 20 };
  llmb_bridge *bridge = bridge_of("echo", "slots", "1", NULL);
  char *prompt = malloc(SIZE + 1);
  if (prompt == NULL) abort();
  memset(prompt, 'x', SIZE);
  prompt[SIZE] = 0;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  for (int i = 0; i < 5; i++) {
    llmb_error error;
    llmb_call_close(call_of(bridge, prompt, NULL));
    CHECK_INT(LLMB_OK, ask(bridge, "next", NULL, &error));
    CHECK_TEXT("", error.message);
  }
  CHECK_INT(pid, worker_pid(bridge));
  free(prompt);
  bridge_end(bridge);
}

static void close__of_a_call_that_got_its_slot_unseen_costs_the_engine_nothing(void) {
  /* The second call waits; the end of the first gives it the slot, but its owner never looks again. */
  llmb_bridge *bridge = bridge_of("echo", "slots", "1", "grace_ms", "50", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  llmb_call *first = call_of(bridge, "first", NULL), *second = call_of(bridge, "second", NULL);
  CHECK_INT(LLMB_OK, llmb_call_finish(first, LLMB_NEVER, NULL, NULL));
  llmb_call_close(second);
  llmb_call_close(first);
  nap_ms(100);
  CHECK_INT(LLMB_OK, ask(bridge, "next", NULL, &error));
  CHECK_TEXT("", error.message);
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

static void close__gives_the_slot_to_a_call_that_sleeps_in_the_queue(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "1", NULL);
  llmb_settings *short_answer = settings_of("max_tokens", "1", NULL);
  struct waiter waiter;
  bridge_start(bridge);
  llmb_call *first = call_of(bridge, "first", NULL);
  waiter_start(&waiter, call_of(bridge, "second", short_answer));
  nap_ms(50); /* it sleeps now */
  llmb_call_close(first);
  CHECK_INT(LLMB_OK, waiter_join(&waiter));
  CHECK_TEXT("piece 1\n", waiter.text);
  llmb_call_close(waiter.call);
  llmb_settings_close(short_answer);
  bridge_end(bridge);
}

static void queue__refuses_a_call_when_it_is_full(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "1", "queue", "1", NULL);
  llmb_error error;
  llmb_error_init(&error);
  bridge_start(bridge);
  llmb_call *first = call_of(bridge, "first", NULL), *second = call_of(bridge, "second", NULL), *third = second;
  CHECK_INT(LLMB_E_OVERLOADED, llmb_call_start(bridge, (const uint8_t *)"third", 5, NULL, &third, &error));
  CHECK(third == NULL);
  CHECK_INT(LLMB_E_OVERLOADED, error.status);
  CHECK_INT(LLMB_PHASE_QUEUE, error.phase);
  CHECK_INT(1, error.retry_safe);
  CHECK_CONTAINS("queue", error.message);
  llmb_call_close(first);
  CHECK_INT(LLMB_OK, llmb_call_poll(second, LLMB_NEVER, NULL)); /* it has the slot now */
  llmb_call_close(second);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(cancel__ends_a_call_of_a_hung_engine_that_another_thread_waits_for),
           TEST(cancel__ends_a_call_before_its_first_piece), TEST(cancel__ends_a_call_that_waits_in_the_queue),
           TEST(cancel__ends_a_call_in_the_middle_of_its_stream), TEST(cancel__leaves_an_answer_that_is_complete),
           TEST(cancel__while_the_answer_is_being_read_ends_the_call_once), TEST(close__gives_up_a_call_in_flight),
           TEST(close__of_a_long_request_leaves_the_slot_usable),
           TEST(close__of_a_call_that_got_its_slot_unseen_costs_the_engine_nothing),
           TEST(close__gives_the_slot_to_a_call_that_sleeps_in_the_queue), TEST(queue__refuses_a_call_when_it_is_full))
