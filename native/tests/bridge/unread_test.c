/* Answers that nobody reads, or that are read late or slowly: what they cost others, and what becomes of them. */
#include "tests/bridge/bridge_harness.h"

enum { SHORT_TIMEOUT_MS = 1500, LATE_MS = 400, LONG_PIECES = 20000, VECTORS_COUNT = 3 };

/* Waits until the engine has ended the call, without reading it: its slot is then given to a call that waits. */
static void check_a_third_call_is_served(llmb_bridge *bridge, const char *expected) {
  llmb_error error;
  char *answer = NULL;
  uint64_t size = 0;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)"third", 5, NULL, &answer, &size, NULL, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT(expected, answer);
  llmb_free(answer);
}

static void check_reads(llmb_call *call, const char *expected) {
  char text[256] = "";
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT(expected, text);
  llmb_call_close(call);
}

static void unread_answers__keep_no_slot_from_others(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "2", NULL);
  llmb_call *first = call_of(bridge, "first", NULL), *second = call_of(bridge, "second", NULL);
  check_a_third_call_is_served(bridge, "third");
  check_a_third_call_is_served(bridge, "third");
  check_reads(second, "second");
  check_reads(first, "first");
  bridge_end(bridge);
}

static void unread_answers__free_their_slots_as_they_end(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 50", "slots", "2", NULL); /* they end while the third one waits */
  llmb_call *first = call_of(bridge, "first", NULL), *second = call_of(bridge, "second", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(first, LLMB_NEVER, NULL)); /* its caller has been there, and goes */
  check_a_third_call_is_served(bridge, "piece 1\npiece 2\npiece 3\n");
  check_reads(first, "piece 1\npiece 2\npiece 3\n");
  check_reads(second, "piece 1\npiece 2\npiece 3\n");
  bridge_end(bridge);
}

static void *poll_for_a_while(void *argument) {
  (void)llmb_call_poll(argument, llmb_deadline_after_ms(LATE_MS), NULL);
  return NULL;
}

/* The call in the queue does not listen to the other's slot while that one's caller does, who then leaves. */
static void unread_answers__free_their_slots_when_their_caller_leaves_while_another_waits(void) {
  llmb_bridge *bridge = bridge_of("sleep 900; pieces 1 0", "slots", "1", "timeout_ms", "20000", NULL);
  pthread_t thread;
  llmb_error error;
  bridge_start(bridge);
  llmb_call *first = call_of(bridge, "first", NULL);
  CHECK_INT(0, pthread_create(&thread, NULL, poll_for_a_while, first));
  nap_ms(LATE_MS / 4); /* it polls now */
  CHECK_INT(LLMB_OK, ask(bridge, "second", NULL, &error));
  CHECK_INT(0, pthread_join(thread, NULL));
  check_reads(first, "piece 1\n");
  bridge_end(bridge);
}

static void unread_failures__free_their_slots_too(void) {
  llmb_bridge *bridge = bridge_of("bad_utf8", "slots", "1", NULL);
  llmb_call *first = call_of(bridge, "first", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "second", NULL, &error));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, read_to_end(first, NULL, 0, &error));
  llmb_call_close(first);
  bridge_end(bridge);
}

static void unread_answers__of_watched_calls_keep_no_slot_from_others(void) {
  llmb_bridge *bridge = bridge_of("pieces 2 20", "slots", "1", NULL);
  llmb_call *watched = call_of(bridge, "watched", NULL), *queued = call_of(bridge, "queued", NULL);
  uint64_t tokens[2];
  uint32_t count = 0;
  CHECK_INT(LLMB_OK, llmb_call_watch(watched, 1, NULL));
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, tokens, 2, LLMB_NEVER, &count, NULL)); /* it has news, and is left alone */
  CHECK_INT(1, count);
  CHECK_INT(LLMB_OK, llmb_call_watch(queued, 2, NULL));
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, tokens, 2, LLMB_NEVER, &count, NULL));
  CHECK_INT(1, count);
  CHECK_INT(2, tokens[0]);
  check_reads(queued, "piece 1\npiece 2\n");
  check_reads(watched, "piece 1\npiece 2\n");
  bridge_end(bridge);
}

/* Another reader of the same engine wakes for every piece, and hears the bell of the unread call as well. */
static void *read_on(void *argument) {
  llmb_call *call = argument;
  uint8_t buffer[64];
  uint64_t size = 1;
  while (size > 0 && llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL) == LLMB_OK) continue;
  return NULL;
}

static void unread_answers__free_their_slots_beside_a_busy_reader(void) {
  enum { ROUNDS = 40 };
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "2", NULL);
  llmb_settings *endless = settings_of("max_tokens", "1000000", NULL);
  llmb_settings *brief = settings_of("max_tokens", "20", NULL);
  llmb_settings *queued = settings_of("max_tokens", "1", "timeout_ms", "20000", NULL);
  pthread_t thread;
  bridge_start(bridge);
  llmb_call *busy = call_of(bridge, "busy", endless);
  CHECK_INT(0, pthread_create(&thread, NULL, read_on, busy));
  for (int i = 0; i < ROUNDS; i++) {
    llmb_error error;
    llmb_call *unread = call_of(bridge, "unread", brief);
    CHECK_INT(LLMB_OK, ask(bridge, "queued", queued, &error));
    llmb_call_close(unread);
  }
  CHECK_INT(LLMB_OK, llmb_call_cancel(busy));
  CHECK_INT(0, pthread_join(thread, NULL));
  llmb_call_close(busy);
  llmb_settings_close(endless);
  llmb_settings_close(brief);
  llmb_settings_close(queued);
  bridge_end(bridge);
}

struct pump_run {
  llmb_bridge *bridge;
  uint64_t token;
  uint32_t count;
};

static void *pump_once(void *argument) {
  struct pump_run *run = argument;
  CHECK_INT(LLMB_OK, llmb_pump_wait(run->bridge, &run->token, 1, llmb_deadline_after_ms(10000), &run->count, NULL));
  return NULL;
}

static void unread_answers__free_their_slots_for_a_call_that_is_watched_while_the_pump_sleeps(void) {
  llmb_bridge *bridge = bridge_of("pieces 2 200", "slots", "1", NULL);
  struct pump_run run = {.bridge = bridge};
  pthread_t thread;
  bridge_start(bridge);
  llmb_call *unread = call_of(bridge, "unread", NULL);
  CHECK_INT(0, pthread_create(&thread, NULL, pump_once, &run));
  nap_ms(100); /* it sleeps now, and no call waits */
  llmb_call *queued = call_of(bridge, "queued", NULL);
  CHECK_INT(LLMB_OK, llmb_call_watch(queued, 7, NULL));
  CHECK_INT(0, pthread_join(thread, NULL));
  CHECK_INT(1, run.count);
  CHECK_INT(7, run.token);
  check_reads(queued, "piece 1\npiece 2\n");
  check_reads(unread, "piece 1\npiece 2\n");
  bridge_end(bridge);
}

static void a_start__is_over_when_the_engine_is_ready_whoever_has_its_slots(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "slots", "1", NULL);
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *first = call_of(bridge, "first", NULL); /* starts the engine, and takes its only slot */
  CHECK_INT(LLMB_OK, llmb_bridge_start(bridge, llmb_deadline_after_ms(20000), &error));
  CHECK_TEXT("", error.message);
  llmb_call_close(first);
  bridge_end(bridge);
}

static void unread_vectors__keep_no_slot_from_others(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "1", NULL);
  const uint8_t *texts[VECTORS_COUNT] = {(const uint8_t *)"a", (const uint8_t *)"bb", (const uint8_t *)"ccc"};
  const uint64_t sizes[VECTORS_COUNT] = {1, 2, 3};
  llmb_call *first = NULL;
  float *expected = NULL, *vectors = NULL;
  uint64_t dimension = 0, found = 0;
  CHECK_INT(LLMB_OK, llmb_embed_start(bridge, texts, sizes, VECTORS_COUNT, NULL, &first, NULL));
  CHECK_INT(LLMB_OK, llmb_embed_texts(bridge, texts, sizes, VECTORS_COUNT, NULL, &expected, &dimension, NULL, NULL));
  vectors = calloc(dimension, sizeof *vectors);
  for (int i = 0; i < VECTORS_COUNT; i++) {
    CHECK_INT(LLMB_OK, llmb_call_read_vector(first, vectors, dimension, LLMB_NEVER, &found, NULL));
    CHECK_INT(dimension, found);
    CHECK(memcmp(vectors, expected + (uint64_t)i * dimension, dimension * sizeof *vectors) == 0);
  }
  CHECK_INT(LLMB_OK, llmb_call_read_vector(first, vectors, dimension, LLMB_NEVER, &found, NULL));
  CHECK_INT(0, found);
  free(vectors);
  llmb_free(expected);
  llmb_call_close(first);
  bridge_end(bridge);
}

static void an_answer__that_was_complete_in_time_is_the_outcome_whenever_it_is_read(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 0", NULL);
  bridge_start(bridge);
  llmb_settings *settings = settings_of("timeout_ms", "1500", NULL);
  llmb_call *call = call_of(bridge, "hello", settings);
  nap_ms(SHORT_TIMEOUT_MS + LATE_MS);
  check_reads(call, "piece 1\npiece 2\npiece 3\n");
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void an_answer__that_was_not_complete_in_time_is_late_whenever_it_is_read(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 0", NULL);
  bridge_start(bridge);
  llmb_settings *settings = settings_of("timeout_ms", "300", "max_tokens", "1000000", NULL);
  llmb_call *call = call_of(bridge, "hello", settings);
  llmb_error error;
  llmb_error_init(&error);
  nap_ms(LATE_MS);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, read_to_end(call, NULL, 0, &error));
  CHECK_CONTAINS("its reader was slow", error.message);
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

/* Its engine writes far more than a ring holds; the reader takes a little of it now and then. */
static void a_slow_reader__gets_all_of_an_answer_that_was_complete_in_time(void) {
  llmb_bridge *bridge = bridge_of("pieces 20000 0", NULL);
  bridge_start(bridge);
  llmb_settings *settings = settings_of("timeout_ms", "2500", "max_tokens", "1000000", NULL);
  llmb_call *call = call_of(bridge, "hello", settings);
  llmb_error error;
  llmb_error_init(&error);
  uint64_t total = 0, expected = 0;
  char piece[32];
  for (int i = 1; i <= LONG_PIECES; i++) expected += (uint64_t)snprintf(piece, sizeof piece, "piece %d\n", i);
  for (int i = 0;; i++) {
    uint8_t buffer[1024];
    uint64_t size = 0;
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, &error));
    CHECK_TEXT("", error.message);
    if (size == 0) break;
    total += size;
    nap_ms(i < 250 ? 10 : 0); /* longer than the deadline in all */
  }
  CHECK_INT(expected, total);
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void cancelled_calls__leave_the_queue_at_once(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "slots", "1", "queue", "2", NULL);
  bridge_start(bridge);
  llmb_call *placed = call_of(bridge, "placed", NULL);
  llmb_call *first = call_of(bridge, "first", NULL), *second = call_of(bridge, "second", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_OVERLOADED, ask(bridge, "third", NULL, &error));
  CHECK_INT(LLMB_OK, llmb_call_cancel(first));
  CHECK_INT(LLMB_OK, llmb_call_cancel(second));
  llmb_call *third = call_of(bridge, "third", NULL), *fourth = call_of(bridge, "fourth", NULL);
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(first, LLMB_NEVER, NULL, &error));
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(second, LLMB_NEVER, NULL, &error));
  llmb_call_close(first);
  llmb_call_close(second);
  llmb_call_close(third);
  llmb_call_close(fourth);
  llmb_call_close(placed);
  bridge_end(bridge);
}

/* The caller that waits in the queue is another thread's. */
static void a_cancelled_call__that_is_waited_for_leaves_the_queue_at_once(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "slots", "1", "queue", "1", NULL);
  bridge_start(bridge);
  llmb_call *placed = call_of(bridge, "placed", NULL), *first = call_of(bridge, "first", NULL);
  struct waiter waiter;
  waiter_start(&waiter, first);
  CHECK_INT(LLMB_OK, llmb_call_cancel(first));
  llmb_call *second = call_of(bridge, "second", NULL);
  CHECK_INT(LLMB_E_CANCELLED, waiter_join(&waiter));
  llmb_call_close(first);
  llmb_call_close(second);
  llmb_call_close(placed);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(unread_answers__keep_no_slot_from_others), TEST(unread_answers__free_their_slots_as_they_end),
           TEST(unread_answers__free_their_slots_when_their_caller_leaves_while_another_waits),
           TEST(unread_failures__free_their_slots_too), TEST(unread_answers__of_watched_calls_keep_no_slot_from_others),
           TEST(unread_answers__free_their_slots_beside_a_busy_reader),
           TEST(unread_answers__free_their_slots_for_a_call_that_is_watched_while_the_pump_sleeps),
           TEST(a_start__is_over_when_the_engine_is_ready_whoever_has_its_slots),
           TEST(unread_vectors__keep_no_slot_from_others),
           TEST(an_answer__that_was_complete_in_time_is_the_outcome_whenever_it_is_read),
           TEST(an_answer__that_was_not_complete_in_time_is_late_whenever_it_is_read),
           TEST(a_slow_reader__gets_all_of_an_answer_that_was_complete_in_time),
           TEST(cancelled_calls__leave_the_queue_at_once),
           TEST(a_cancelled_call__that_is_waited_for_leaves_the_queue_at_once))
