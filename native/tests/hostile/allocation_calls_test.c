/* Failing allocations in calls of every kind: in pieces, of several texts, long, watched, queued, and meant to fail. */
#include "tests/hostile/allocation_faults.h"

#define TEXT(text) (const uint8_t *)(text), sizeof(text) - 1

enum { LONG_PROMPT_SIZE = 1 << 20 };

static llmb_status scenario_stream(void) {
  llmb_status status = LLMB_OK;
  llmb_call *call = NULL;
  char text[128] = "";
  llmb_bridge *bridge = open_bridge(&status, "pieces 3 1", NULL);
  if (status == LLMB_OK) status = told(llmb_call_start(bridge, TEXT("hello"), NULL, &call, fault_error()));
  if (status == LLMB_OK) status = told(read_to_end(call, text, sizeof text, fault_error()));
  if (status == LLMB_OK) CHECK_TEXT("piece 1\npiece 2\npiece 3\n", text);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_poll_and_finish(void) {
  llmb_status status = LLMB_OK;
  llmb_call *call = NULL;
  llmb_result result;
  llmb_result_init(&result);
  llmb_bridge *bridge = open_bridge(&status, "pieces 3 0", NULL);
  if (status == LLMB_OK) status = told(llmb_call_start(bridge, TEXT("hello"), NULL, &call, fault_error()));
  if (status == LLMB_OK) status = told(llmb_call_poll(call, LLMB_NEVER, fault_error()));
  if (status == LLMB_OK) status = told(llmb_call_finish(call, LLMB_NEVER, &result, fault_error()));
  if (status == LLMB_OK) CHECK_INT(3, result.completion_tokens);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_several_texts(void) {
  llmb_status status = LLMB_OK;
  const uint8_t *const texts[] = {(const uint8_t *)"a", (const uint8_t *)"bb", (const uint8_t *)"ccc"};
  const uint64_t sizes[] = {1, 2, 3};
  uint64_t dimension = 1;
  unsigned count = 0;
  llmb_call *call = NULL;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) status = told(llmb_embed_start(bridge, texts, sizes, 3, NULL, &call, fault_error()));
  while (status == LLMB_OK && dimension > 0) {
    float vector[8] = {0};
    status = told(llmb_call_read_vector(call, vector, 8, LLMB_NEVER, &dimension, fault_error()));
    if (status != LLMB_OK || dimension == 0) break;
    CHECK_INT(++count, (int)vector[7]); /* the echo of a text ends with its length */
  }
  CHECK_INT(status == LLMB_OK, count == 3);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_batch(void) {
  llmb_status status = LLMB_OK, item = LLMB_OK;
  const uint8_t *const prompts[] = {(const uint8_t *)"a", (const uint8_t *)"bb", (const uint8_t *)"ccc"};
  const uint64_t sizes[] = {1, 2, 3};
  int32_t index = 0;
  llmb_batch *batch = NULL;
  llmb_settings *settings = NULL;
  llmb_bridge *bridge = open_bridge(&status, "echo; pieces 40 0", NULL);
  if (status == LLMB_OK) status = told(llmb_settings_create(&settings, fault_error()));
  if (status == LLMB_OK) status = told(llmb_settings_set(settings, "max_tokens", "100", fault_error()));
  if (status == LLMB_OK)
    status = told(llmb_batch_start(bridge, prompts, sizes, 3, settings, LLMB_BATCH_IN_ORDER, &batch, fault_error()));
  for (int told_count = 0; batch != NULL && index != LLMB_BATCH_END; told_count++) {
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &item, fault_error()));
    told(item); /* by its own error, not that of the one before */
    if (item != LLMB_OK) status = item;
    CHECK_INT(index == LLMB_BATCH_END, told_count == 3);
  }
  llmb_batch_close(batch);
  llmb_settings_close(settings);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_batch_of_texts(void) {
  llmb_status status = LLMB_OK, item = LLMB_OK;
  const uint8_t *const texts[] = {(const uint8_t *)"a", (const uint8_t *)"bb", (const uint8_t *)"ccc"};
  const uint64_t sizes[] = {1, 2, 3};
  int32_t index = 0;
  llmb_batch *batch = NULL;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK)
    status =
        told(llmb_batch_start_embed(bridge, texts, sizes, 3, NULL, LLMB_BATCH_AS_THEY_COME, &batch, fault_error()));
  while (batch != NULL && index != LLMB_BATCH_END) {
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &item, fault_error()));
    if (told(item) != LLMB_OK) status = item;
  }
  llmb_batch_close(batch);
  llmb_bridge_close(bridge);
  return status;
}

/* The first engine cannot start: the call goes on with the next one. */
static llmb_status scenario_fallback(void) {
  llmb_status status = LLMB_OK;
  const uint8_t *const texts[] = {(const uint8_t *)"hello"};
  const uint64_t sizes[] = {5};
  llmb_call *call = NULL;
  llmb_bridge *bridge = open_bridge(&status, "exit 3@start", "fallback", "hash", NULL);
  if (status == LLMB_OK) status = told(llmb_embed_start(bridge, texts, sizes, 1, NULL, &call, fault_error()));
  if (status == LLMB_OK) status = told(llmb_call_finish(call, LLMB_NEVER, NULL, fault_error()));
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return status == LLMB_E_ENGINE_CRASHED ? LLMB_E_OUT_OF_MEMORY : status; /* the next one lacked memory */
}

static llmb_status scenario_inproc(void) {
  llmb_status status = LLMB_OK;
  char *answer = NULL;
  llmb_bridge *bridge = open_bridge(&status, "echo", "isolation", "inproc", NULL);
  if (status == LLMB_OK) status = told(llmb_generate(bridge, TEXT("hello"), NULL, &answer, NULL, NULL, fault_error()));
  llmb_free(answer);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_watch(void) {
  llmb_status status = LLMB_OK;
  llmb_call *call = NULL;
  uint64_t token = 0;
  uint32_t count = 0;
  char text[16] = "";
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) status = told(llmb_call_start(bridge, TEXT("hello"), NULL, &call, fault_error()));
  if (status == LLMB_OK) status = told(llmb_call_watch(call, 7, fault_error()));
  if (status == LLMB_OK) status = told(llmb_pump_wait(bridge, &token, 1, LLMB_NEVER, &count, fault_error()));
  if (status == LLMB_OK) CHECK(count == 1 && token == 7);
  if (status == LLMB_OK) status = told(read_to_end(call, text, sizeof text, fault_error()));
  if (status == LLMB_OK) CHECK_TEXT("hello", text);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_tokens(void) {
  llmb_status status = LLMB_OK;
  uint64_t count = 0;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) status = told(llmb_count_tokens(bridge, TEXT("one two three"), &count, fault_error()));
  CHECK_INT(status == LLMB_OK ? 3 : 0, count);
  llmb_bridge_close(bridge);
  return status;
}

/* Longer than a ring: it flows through. */
static llmb_status scenario_long(void) {
  static char prompt[LONG_PROMPT_SIZE + 1];
  llmb_status status = LLMB_OK;
  char *answer = NULL;
  uint64_t size = 0;
  memset(prompt, 'x', LONG_PROMPT_SIZE);
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) {
    status = told(
        llmb_generate(bridge, (const uint8_t *)prompt, LONG_PROMPT_SIZE, NULL, &answer, &size, NULL, fault_error()));
  }
  CHECK_INT(status == LLMB_OK, answer != NULL && strcmp(answer, prompt) == 0);
  llmb_free(answer);
  llmb_bridge_close(bridge);
  return status;
}

/* A call with its own settings, whose values are copied. */
static llmb_status ask_with(llmb_bridge *bridge, const char *name, const char *value) {
  llmb_settings *settings = NULL;
  char *answer = NULL;
  llmb_status status = told(llmb_settings_create(&settings, fault_error()));
  if (status == LLMB_OK) status = llmb_settings_set(settings, name, value, NULL);
  if (status == LLMB_OK)
    status = told(llmb_generate(bridge, TEXT("hello"), settings, &answer, NULL, NULL, fault_error()));
  CHECK_INT(status == LLMB_OK, answer != NULL);
  llmb_free(answer);
  llmb_settings_close(settings);
  return status;
}

static llmb_status scenario_settings_of_a_call(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) status = ask_with(bridge, "system", "Be brief.");
  if (status == LLMB_OK) status = ask_with(bridge, "stop", "[\"one\",\"two\"]");
  if (status == LLMB_OK) status = ask_with(bridge, "temperature", "0.5");
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_messages(void) {
  llmb_status status = LLMB_OK;
  llmb_settings *settings = NULL;
  char *answer = NULL;
  llmb_bridge *bridge = open_bridge(&status, "pieces 1 0", NULL);
  if (status == LLMB_OK) status = told(llmb_settings_create(&settings, fault_error()));
  if (status == LLMB_OK) {
    status = llmb_settings_set(settings, "messages", "[{\"role\":\"user\",\"content\":\"hello\"}]", NULL);
  }
  if (status == LLMB_OK) status = told(llmb_generate(bridge, NULL, 0, settings, &answer, NULL, NULL, fault_error()));
  CHECK_INT(status == LLMB_OK, answer != NULL);
  llmb_free(answer);
  llmb_settings_close(settings);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_deadline(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "sleep 60000", "grace_ms", "0", NULL);
  if (status == LLMB_OK) status = as_meant(ask_with(bridge, "timeout_ms", "5"), LLMB_E_DEADLINE_EXCEEDED);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_wrong_answer(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) status = as_meant(ask_with(bridge, "expect", "json"), LLMB_E_OUTPUT_INVALID);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_too_large_answer(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "flood 100000", NULL);
  if (status == LLMB_OK) status = as_meant(ask_with(bridge, "output_bytes", "1000"), LLMB_E_OUTPUT_TOO_LARGE);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_overloaded(void) {
  llmb_status status = LLMB_OK;
  llmb_call *first = NULL, *second = NULL;
  llmb_bridge *bridge = open_bridge(&status, "sleep 60000", "slots", "1", "queue", "0", NULL);
  if (status == LLMB_OK) status = told(llmb_bridge_start(bridge, LLMB_NEVER, fault_error()));
  if (status == LLMB_OK) status = told(llmb_call_start(bridge, TEXT("first"), NULL, &first, fault_error()));
  if (status == LLMB_OK) {
    status = as_meant(told(llmb_call_start(bridge, TEXT("second"), NULL, &second, fault_error())), LLMB_E_OVERLOADED);
  }
  llmb_call_close(first);
  llmb_call_close(second);
  llmb_bridge_close(bridge);
  return status;
}

/* More calls than slots; one of those that wait is cancelled. */
static llmb_status scenario_queued(void) {
  llmb_status status = LLMB_OK;
  llmb_call *calls[4] = {NULL};
  llmb_bridge *bridge = open_bridge(&status, "pieces 2 1", "slots", "1", NULL);
  for (int i = 0; i < 4 && status == LLMB_OK; i++) {
    status = told(llmb_call_start(bridge, TEXT("hello"), NULL, &calls[i], fault_error()));
  }
  if (status == LLMB_OK) status = llmb_call_cancel(calls[3]);
  if (status == LLMB_OK)
    status = as_meant(told(llmb_call_finish(calls[3], LLMB_NEVER, NULL, fault_error())), LLMB_E_CANCELLED);
  for (int i = 0; i < 3 && status == LLMB_OK; i++)
    status = told(llmb_call_finish(calls[i], LLMB_NEVER, NULL, fault_error()));
  for (int i = 0; i < 4; i++) llmb_call_close(calls[i]);
  llmb_bridge_close(bridge);
  return status;
}

ALLOCATION_TEST(memory__failing_in_a_stream_is_told, scenario_stream)
ALLOCATION_TEST(memory__failing_while_polling_and_finishing_is_told, scenario_poll_and_finish)
ALLOCATION_TEST(memory__failing_while_embedding_several_texts_is_told, scenario_several_texts)
ALLOCATION_TEST(memory__failing_in_a_batch_is_told, scenario_batch)
ALLOCATION_TEST(memory__failing_in_a_batch_of_texts_is_told, scenario_batch_of_texts)
ALLOCATION_TEST(memory__failing_between_engines_is_told, scenario_fallback)
ALLOCATION_TEST(memory__failing_in_a_thread_s_host_is_told, scenario_inproc)
ALLOCATION_TEST(memory__failing_in_a_watched_call_is_told, scenario_watch)
ALLOCATION_TEST(memory__failing_while_counting_tokens_is_told, scenario_tokens)
ALLOCATION_TEST(memory__failing_in_a_long_call_is_told, scenario_long)
ALLOCATION_TEST(memory__failing_in_a_call_with_settings_is_told, scenario_settings_of_a_call)
ALLOCATION_TEST(memory__failing_in_a_conversation_is_told, scenario_messages)
ALLOCATION_TEST(memory__failing_before_a_deadline_is_told, scenario_deadline)
ALLOCATION_TEST(memory__failing_with_a_wrong_answer_is_told, scenario_wrong_answer)
ALLOCATION_TEST(memory__failing_with_too_large_an_answer_is_told, scenario_too_large_answer)
ALLOCATION_TEST(memory__failing_in_an_overloaded_bridge_is_told, scenario_overloaded)
ALLOCATION_TEST(memory__failing_while_calls_queue_is_told, scenario_queued)

CHECK_MAIN(TEST(memory__failing_in_a_stream_is_told), TEST(memory__failing_while_polling_and_finishing_is_told),
           TEST(memory__failing_while_embedding_several_texts_is_told), TEST(memory__failing_in_a_watched_call_is_told),
           TEST(memory__failing_in_a_batch_is_told), TEST(memory__failing_in_a_batch_of_texts_is_told),
           TEST(memory__failing_between_engines_is_told), TEST(memory__failing_in_a_thread_s_host_is_told),
           TEST(memory__failing_while_counting_tokens_is_told), TEST(memory__failing_in_a_long_call_is_told),
           TEST(memory__failing_in_a_call_with_settings_is_told), TEST(memory__failing_in_a_conversation_is_told),
           TEST(memory__failing_before_a_deadline_is_told), TEST(memory__failing_with_a_wrong_answer_is_told),
           TEST(memory__failing_with_too_large_an_answer_is_told),
           TEST(memory__failing_in_an_overloaded_bridge_is_told), TEST(memory__failing_while_calls_queue_is_told))
