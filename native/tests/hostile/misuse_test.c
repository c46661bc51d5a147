/* Wrong uses that the ABI answers with a status: NULL where something is needed, calls of the other kind, numbers and
 * texts that cannot be, handles whose bridge has ended. */
#include "tests/hostile/workout.h"

#define TEXT (const uint8_t *)"x", 1

static llmb_error error;

/* Refused, with a message where there is a place for one. */
static void refused(llmb_status status, bool has_error) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, status);
  if (has_error) CHECK_INT(LLMB_E_INVALID_ARGUMENT, error.status);
  if (has_error) CHECK(error.message[0] != 0);
  llmb_error_init(&error);
}

static const uint8_t *const two_texts[] = {(const uint8_t *)"one", (const uint8_t *)"two"};
static const uint64_t two_sizes[] = {3, 3};

HOSTILE_TEST(misuse__of_no_bridge_is_refused) {
  llmb_call *call = NULL;
  char *text = NULL;
  float *vectors = NULL;
  uint32_t number = 0;
  uint64_t size = 0, token = 0;
  int64_t pid = 0;
  llmb_stats stats;
  llmb_event event;
  llmb_stats_init(&stats);
  llmb_error_init(&error);
  refused(llmb_bridge_open(NULL, NULL, &error), true);
  refused(llmb_bridge_start(NULL, 0, &error), true);
  refused(llmb_bridge_info(NULL, &text, &error), true);
  refused(llmb_bridge_sandbox(NULL, &number), false);
  refused(llmb_bridge_load_progress(NULL, &number), false);
  refused(llmb_bridge_worker_pid(NULL, &pid), false);
  refused(llmb_pump_wait(NULL, &token, 1, 0, &number, &error), true);
  refused(llmb_pump_wake(NULL), false);
  refused(llmb_call_start(NULL, TEXT, NULL, &call, &error), true);
  refused(llmb_embed_start(NULL, two_texts, two_sizes, 2, NULL, &call, &error), true);
  refused(llmb_generate(NULL, TEXT, NULL, &text, NULL, NULL, &error), true);
  refused(llmb_embed_texts(NULL, two_texts, two_sizes, 2, NULL, &vectors, &size, NULL, &error), true);
  refused(llmb_count_tokens(NULL, TEXT, &size, &error), true);
  refused(llmb_count_tokens_start(NULL, TEXT, &call, &error), true);
  refused(llmb_invoke_start(NULL, "method", NULL, 0, NULL, &call, &error), true);
  refused(llmb_bridge_stats(NULL, &stats, &error), true);
  refused(llmb_bridge_events(NULL, 0, &event, 1, &number, &error), true);
  CHECK(call == NULL && text == NULL && vectors == NULL);
  llmb_bridge_close(NULL);
}

HOSTILE_TEST(misuse__of_no_call_is_refused) {
  uint8_t bytes[8];
  float numbers[8];
  uint64_t size = 0;
  llmb_result result;
  llmb_result_init(&result);
  llmb_error_init(&error);
  refused(llmb_call_read(NULL, bytes, sizeof bytes, 0, &size, &error), true);
  refused(llmb_call_read_vector(NULL, numbers, 8, 0, &size, &error), true);
  refused(llmb_call_poll(NULL, 0, &error), true);
  refused(llmb_call_watch(NULL, 1, &error), true);
  refused(llmb_call_finish(NULL, 0, &result, &error), true);
  refused(llmb_call_cancel(NULL), false);
  llmb_call_close(NULL);
}

HOSTILE_TEST(misuse__of_places_for_results_is_refused) {
  uint8_t bytes[8];
  uint64_t size = 0;
  llmb_call *call = NULL;
  llmb_bridge *bridge = bridge_of("pieces 3 0", NULL);
  llmb_error_init(&error);
  refused(llmb_bridge_info(bridge, NULL, &error), true);
  refused(llmb_bridge_sandbox(bridge, NULL), false);
  refused(llmb_bridge_load_progress(bridge, NULL), false);
  refused(llmb_bridge_worker_pid(bridge, NULL), false);
  refused(llmb_pump_wait(bridge, NULL, 1, 0, NULL, &error), true);
  refused(llmb_call_start(bridge, TEXT, NULL, NULL, &error), true);
  refused(llmb_generate(bridge, TEXT, NULL, NULL, NULL, NULL, &error), true);
  refused(llmb_embed_texts(bridge, two_texts, two_sizes, 2, NULL, NULL, &size, NULL, &error), true);
  refused(llmb_count_tokens(bridge, TEXT, NULL, &error), true);
  refused(llmb_count_tokens_start(bridge, TEXT, NULL, &error), true);
  refused(llmb_invoke_start(bridge, "method", NULL, 0, NULL, NULL, &error), true);
  refused(llmb_bridge_stats(bridge, NULL, &error), true);
  refused(llmb_bridge_events(bridge, 0, NULL, 1, NULL, &error), true);
  call = call_of(bridge, "hello", NULL);
  refused(llmb_call_read(call, NULL, 8, LLMB_NEVER, &size, &error), true);
  refused(llmb_call_read(call, bytes, 8, LLMB_NEVER, NULL, &error), true);
  refused(llmb_call_read(call, bytes, 3, LLMB_NEVER, &size, &error), true);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, NULL, NULL)); /* none of it cost the call anything */
  llmb_call_close(call);
  bridge_end(bridge);
}

HOSTILE_TEST(misuse__of_texts_is_refused) {
  static const uint8_t broken[] = {0xff, 0xfe};
  llmb_call *call = NULL;
  llmb_bridge *bridge = bridge_of("echo", NULL);
  const uint8_t *const no_texts[] = {NULL, NULL};
  llmb_error_init(&error);
  refused(llmb_call_start(bridge, NULL, 5, NULL, &call, &error), true);
  refused(llmb_call_start(bridge, (const uint8_t *)"", 0, NULL, &call, &error), true);
  refused(llmb_call_start(bridge, broken, sizeof broken, NULL, &call, &error), true);
  refused(llmb_call_start(bridge, (const uint8_t *)"a\0b", 3, NULL, &call, &error), true);
  refused(llmb_call_start(bridge, (const uint8_t *)"x", UINT64_MAX, NULL, &call, &error), true);
  refused(llmb_embed_start(bridge, NULL, two_sizes, 2, NULL, &call, &error), true);
  refused(llmb_embed_start(bridge, two_texts, NULL, 2, NULL, &call, &error), true);
  refused(llmb_embed_start(bridge, no_texts, two_sizes, 2, NULL, &call, &error), true);
  refused(llmb_embed_start(bridge, two_texts, two_sizes, 0, NULL, &call, &error), true);
  refused(llmb_embed_start(bridge, two_texts, two_sizes, UINT32_MAX, NULL, &call, &error), true);
  CHECK(call == NULL);
  bridge_end(bridge);
}

HOSTILE_TEST(misuse__of_settings_is_refused) {
  llmb_settings *settings = NULL;
  char *json = NULL;
  llmb_error_init(&error);
  refused(llmb_settings_create(NULL, &error), true);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, NULL));
  refused(llmb_settings_set(NULL, "slots", "1", &error), true);
  refused(llmb_settings_set(settings, NULL, "1", &error), true);
  refused(llmb_settings_set(settings, "slots", NULL, &error), true);
  refused(llmb_settings_set(settings, "slots", "-1", &error), true);
  refused(llmb_settings_set(settings, "no such", "1", &error), true);
  refused(llmb_error_to_json(NULL, &json), false);
  refused(llmb_error_to_json(&error, NULL), false);
  refused(llmb_inspect(NULL, NULL, &error), true);
  llmb_settings_close(settings);
  llmb_settings_close(NULL);
  llmb_free(NULL);
}

/* A text asked for its vectors, an embedding for its text: neither is spoilt. */
HOSTILE_TEST(misuse__of_calls_of_the_other_kind_is_refused) {
  uint8_t bytes[8];
  float numbers[8];
  uint64_t size = 0;
  llmb_call *embedding = NULL;
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_call *text = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_embed_start(bridge, two_texts, two_sizes, 2, NULL, &embedding, NULL));
  llmb_error_init(&error);
  refused(llmb_call_read_vector(text, numbers, 8, LLMB_NEVER, &size, &error), true);
  refused(llmb_call_read(embedding, bytes, 8, LLMB_NEVER, &size, &error), true);
  refused(llmb_call_read_vector(embedding, numbers, 1, LLMB_NEVER, &size, &error), true);
  CHECK_INT(8, size);
  CHECK_INT(LLMB_OK, read_to_end(text, NULL, 0, NULL));
  for (int i = 0; i < 3; i++) CHECK_INT(LLMB_OK, llmb_call_read_vector(embedding, numbers, 8, LLMB_NEVER, &size, NULL));
  CHECK_INT(0, size);
  llmb_call_close(text);
  llmb_call_close(embedding);
  bridge_end(bridge);
}

/* Everything a call offers, after its bridge has been closed. */
HOSTILE_TEST(misuse__of_a_call_after_its_bridge_says_cancelled) {
  uint8_t bytes[8];
  uint64_t size = 0;
  llmb_bridge *bridge = bridge_of("sleep 60000", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  const int worker = process_open(worker_pid_await(bridge));
  llmb_bridge_close(bridge);
  process_await_end(worker);
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL)); /* a read would say something */
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_read(call, bytes, sizeof bytes, LLMB_NEVER, &size, NULL));
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(call, LLMB_NEVER, NULL, NULL));
  const llmb_status watched = llmb_call_watch(call, 1, NULL);
  CHECK(watched == LLMB_OK || watched == LLMB_E_CANCELLED);
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(call, LLMB_NEVER, NULL, NULL));
  llmb_call_close(call);
  harness_leave();
}

CHECK_MAIN(TEST(misuse__of_no_bridge_is_refused), TEST(misuse__of_no_call_is_refused),
           TEST(misuse__of_places_for_results_is_refused), TEST(misuse__of_texts_is_refused),
           TEST(misuse__of_settings_is_refused), TEST(misuse__of_calls_of_the_other_kind_is_refused),
           TEST(misuse__of_a_call_after_its_bridge_says_cancelled))
