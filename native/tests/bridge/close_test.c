/* Closing a bridge that others still use. */
#include "tests/bridge/bridge_harness.h"

enum { READERS_COUNT = 6 };

struct reader {
  llmb_call *call;
  llmb_error error;
  llmb_status status;
  pthread_t thread;
};

static void *reader_run(void *argument) {
  struct reader *reader = argument;
  reader->status = read_to_end(reader->call, NULL, 0, &reader->error);
  return NULL;
}

/* Closes a bridge whose calls are being read on other threads, some in slots and some in the queue. */
static void check_close_under_readers(const char *script, const char *slots) {
  llmb_bridge *bridge = bridge_of(script, "slots", slots, NULL);
  struct reader readers[READERS_COUNT];
  for (int i = 0; i < READERS_COUNT; i++) {
    llmb_error_init(&readers[i].error);
    readers[i].call = call_of(bridge, "hello", NULL);
    CHECK_INT(0, pthread_create(&readers[i].thread, NULL, reader_run, &readers[i]));
  }
  nap_ms(100);
  llmb_bridge_close(bridge);
  for (int i = 0; i < READERS_COUNT; i++) {
    CHECK_INT(0, pthread_join(readers[i].thread, NULL));
    CHECK_INT(LLMB_E_CANCELLED, readers[i].status);
    CHECK_INT(LLMB_E_CANCELLED, readers[i].error.status);
    CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(readers[i].call, LLMB_NEVER, NULL, NULL));
    CHECK_INT(LLMB_OK, llmb_call_cancel(readers[i].call));
    llmb_call_close(readers[i].call);
  }
  harness_leave();
}

static void close__cancels_calls_that_others_read(void) {
  check_close_under_readers("pieces 1000000 2", "2");
  check_close_under_readers("sleep 60000", "4");
}

static void close__cancels_calls_to_a_hung_engine(void) {
  check_close_under_readers("hang", "2");
}

static void close__cancels_calls_that_wait_for_a_start(void) {
  check_close_under_readers("slow_start 60000", "2");
}

static void close__leaves_calls_to_be_closed_later(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 0; sleep 60000", "slots", "1", NULL);
  llmb_call *placed = call_of(bridge, "placed", NULL), *queued = call_of(bridge, "queued", NULL),
            *unread = call_of(bridge, "unread", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(placed, LLMB_NEVER, NULL));
  llmb_bridge_close(bridge);
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(placed, LLMB_NEVER, NULL, NULL));
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(queued, LLMB_NEVER, NULL, NULL));
  llmb_call_close(unread);
  llmb_call_close(placed);
  llmb_call_close(queued);
  harness_leave();
}

static void close__leaves_an_answer_that_had_come(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 0", NULL);
  char text[64] = "";
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  nap_ms(50); /* for the rest of it */
  llmb_bridge_close(bridge);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT("piece 1\npiece 2\npiece 3\n", text);
  llmb_call_close(call);
  harness_leave();
}

/* Nothing is left for it to do: it is not killed in the middle of a call. */
static void close__lets_an_engine_end_by_itself_whose_answer_lies_unread(void) {
  char home[64], folder[80], text[128] = "";
  llmb_error error;
  snprintf(home, sizeof home, "/tmp/llmbridge-test-XXXXXX");
  CHECK(mkdtemp(home) != NULL);
  snprintf(folder, sizeof folder, "%s/left", home);
  llmb_bridge *bridge = bridge_of("farewell", "home", HARNESS_MODULE_HOME, "slots", "2", NULL);
  llmb_call *unread = call_of(bridge, folder, NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(unread, LLMB_NEVER, NULL)); /* it has its slot, and is answered first */
  CHECK_INT(LLMB_OK, ask(bridge, folder, NULL, &error));
  llmb_bridge_close(bridge);
  CHECK_INT(0, rmdir(folder)); /* the engine has made it at its end */
  CHECK_INT(LLMB_OK, read_to_end(unread, text, sizeof text, NULL));
  CHECK_TEXT(folder, text);
  llmb_call_close(unread);
  harness_leave();
  CHECK_INT(0, rmdir(home));
}

struct starter {
  llmb_bridge *bridge;
  llmb_status status;
  pthread_t thread;
};

static void *starter_run(void *argument) {
  struct starter *starter = argument;
  starter->status = llmb_bridge_start(starter->bridge, LLMB_NEVER, NULL);
  return NULL;
}

static void *pumper_run(void *argument) {
  struct starter *pumper = argument;
  uint64_t token = 0;
  uint32_t reported = 0;
  pumper->status = llmb_pump_wait(pumper->bridge, &token, 1, LLMB_NEVER, &reported, NULL);
  CHECK_INT(1, reported); /* the call that was cancelled */
  CHECK_INT(42, token);
  return NULL;
}

static void close__ends_a_wait_for_the_start(void) {
  llmb_bridge *bridge = bridge_of("slow_start 60000", NULL);
  struct starter starter = {.bridge = bridge};
  CHECK_INT(0, pthread_create(&starter.thread, NULL, starter_run, &starter));
  nap_ms(60);
  llmb_bridge_close(bridge);
  CHECK_INT(0, pthread_join(starter.thread, NULL));
  CHECK_INT(LLMB_E_CANCELLED, starter.status);
  harness_leave();
}

static void close__makes_a_pump_report_what_it_cancelled(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  struct starter pumper = {.bridge = bridge};
  CHECK_INT(LLMB_OK, llmb_call_watch(call, 42, NULL));
  CHECK_INT(0, pthread_create(&pumper.thread, NULL, pumper_run, &pumper));
  nap_ms(60);
  llmb_bridge_close(bridge);
  CHECK_INT(0, pthread_join(pumper.thread, NULL));
  CHECK_INT(LLMB_OK, pumper.status);
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(call, 0, NULL, NULL));
  llmb_call_close(call);
  harness_leave();
}

static void close__of_one_bridge_leaves_the_others(void) {
  llmb_bridge *first = bridge_of("echo", NULL), *second = bridge_of("pieces 2 0", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(first, "hello", NULL, &error));
  CHECK_INT(LLMB_OK, ask(second, "hello", NULL, &error));
  CHECK_INT(process_parent(worker_pid(first)), process_parent(worker_pid(second))); /* one keeper serves both */
  CHECK_INT(2, process_child_count(process_parent(worker_pid(first))));
  bridge_end(first);
  CHECK_INT(LLMB_OK, ask(second, "hello", NULL, &error));
  CHECK_INT(1, process_child_count(process_parent(worker_pid(second))));
  bridge_end(second);
}

static void close__of_a_bridge_that_was_never_used_is_all_there_is_to_it(void) {
  for (int i = 0; i < 20; i++) bridge_end(bridge_of("echo", NULL));
  llmb_bridge_close(NULL);
  llmb_call_close(NULL);
  llmb_settings_close(NULL);
  llmb_free(NULL);
}

static void open_and_close__leave_nothing_however_often(void) {
  for (int i = 0; i < 10; i++) {
    llmb_bridge *bridge = bridge_of("echo", "workers", "2", NULL);
    llmb_error error;
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    bridge_end(bridge);
  }
}

CHECK_MAIN(TEST(close__cancels_calls_that_others_read), TEST(close__cancels_calls_to_a_hung_engine),
           TEST(close__cancels_calls_that_wait_for_a_start), TEST(close__leaves_calls_to_be_closed_later),
           TEST(close__leaves_an_answer_that_had_come),
           TEST(close__lets_an_engine_end_by_itself_whose_answer_lies_unread), TEST(close__ends_a_wait_for_the_start),
           TEST(close__makes_a_pump_report_what_it_cancelled), TEST(close__of_one_bridge_leaves_the_others),
           TEST(close__of_a_bridge_that_was_never_used_is_all_there_is_to_it),
           TEST(open_and_close__leave_nothing_however_often))
