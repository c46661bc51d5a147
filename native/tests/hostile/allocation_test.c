/* Failing allocations in the life of a bridge from opening to closing, and in the simple calls. */
#include "tests/hostile/allocation_faults.h"

static llmb_status ask_echo(llmb_bridge *bridge, const char *settings_value) {
  char *answer = NULL;
  llmb_error error;
  llmb_settings *settings = NULL;
  llmb_error_init(&error);
  llmb_status status = llmb_settings_create(&settings, &error);
  if (status == LLMB_OK) status = llmb_settings_set(settings, "expect", settings_value, &error);
  if (status == LLMB_OK) {
    status = llmb_generate(bridge, (const uint8_t *)"[1]", 3, settings, &answer, NULL, NULL, &error);
  }
  CHECK_INT(status, error.status);
  CHECK_INT(status == LLMB_OK, answer != NULL);
  if (answer != NULL) CHECK_TEXT("[1]", answer);
  llmb_free(answer);
  llmb_settings_close(settings);
  return status;
}

static llmb_status scenario_open(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge_close(open_bridge(&status, "echo", NULL));
  return status;
}

static llmb_status scenario_start_and_info(void) {
  llmb_status status = LLMB_OK;
  char *info = NULL;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) status = told(llmb_bridge_start(bridge, LLMB_NEVER, fault_error()));
  if (status == LLMB_OK) {
    llmb_error error;
    llmb_error_init(&error);
    status = llmb_bridge_info(bridge, &info, &error);
    CHECK_INT(status, error.status);
  }
  llmb_free(info);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_ask(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK) status = ask_echo(bridge, "json");
  if (status == LLMB_OK) status = ask_echo(bridge, "text");
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_embed(void) {
  llmb_status status = LLMB_OK;
  const uint8_t *const texts[] = {(const uint8_t *)"one", (const uint8_t *)"two", (const uint8_t *)"three"};
  const uint64_t sizes[] = {3, 3, 5};
  float *vectors = NULL;
  uint64_t dimension = 0, count = 0;
  llmb_bridge *bridge = open_bridge(&status, "echo", NULL);
  if (status == LLMB_OK)
    status = told(llmb_embed_texts(bridge, texts, sizes, 3, NULL, &vectors, &dimension, NULL, fault_error()));
  if (status == LLMB_OK) status = told(llmb_count_tokens(bridge, texts[0], 3, &count, fault_error()));
  llmb_free(vectors);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_cancel_and_close(void) {
  llmb_status status = LLMB_OK;
  llmb_call *cancelled = NULL, *open = NULL;
  llmb_bridge *bridge = open_bridge(&status, "sleep 60000", NULL);
  if (status == LLMB_OK)
    status = told(llmb_call_start(bridge, (const uint8_t *)"x", 1, NULL, &cancelled, fault_error()));
  if (status == LLMB_OK) status = told(llmb_call_start(bridge, (const uint8_t *)"y", 1, NULL, &open, fault_error()));
  if (status == LLMB_OK) status = llmb_call_cancel(cancelled);
  if (status == LLMB_OK) {
    const llmb_status end = told(llmb_call_finish(cancelled, LLMB_NEVER, NULL, fault_error()));
    CHECK(end == LLMB_E_CANCELLED || end == LLMB_E_OUT_OF_MEMORY);
  }
  llmb_bridge_close(bridge);
  llmb_call_close(cancelled);
  llmb_call_close(open);
  return status;
}

static llmb_status scenario_death(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "pieces 9 0; exit 3@piece:2", NULL);
  if (status == LLMB_OK) {
    char *answer = NULL;
    status = told(llmb_generate(bridge, (const uint8_t *)"x", 1, NULL, &answer, NULL, NULL, fault_error()));
    llmb_free(answer);
    CHECK(status != LLMB_OK);
    if (status != LLMB_E_OUT_OF_MEMORY) status = LLMB_OK; /* however it is told of the death */
  }
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_simple(void) {
  char *answer = NULL, *error = NULL;
  float *vector = NULL;
  size_t dimension = 0;
  llmb_status status = call_llm("hello", &answer, &error);
  CHECK_INT(status == LLMB_OK, answer != NULL);
  if (status == LLMB_OK) status = embed("hello", &vector, &dimension, NULL);
  llmb_free(answer);
  llmb_free(error);
  llmb_free(vector);
  llmb_shutdown();
  return status;
}

ALLOCATION_TEST(memory__failing_while_opening_is_told, scenario_open)

ALLOCATION_TEST(memory__failing_while_starting_is_told, scenario_start_and_info)

ALLOCATION_TEST(memory__failing_while_asking_is_told, scenario_ask)

ALLOCATION_TEST(memory__failing_while_embedding_is_told, scenario_embed)

ALLOCATION_TEST(memory__failing_while_cancelling_is_told, scenario_cancel_and_close)

ALLOCATION_TEST(memory__failing_while_an_engine_dies_is_told, scenario_death)

ALLOCATION_TEST(memory__failing_in_simple_calls_is_told, scenario_simple)

CHECK_MAIN(TEST(memory__failing_while_opening_is_told), TEST(memory__failing_while_starting_is_told),
           TEST(memory__failing_while_asking_is_told), TEST(memory__failing_while_embedding_is_told),
           TEST(memory__failing_while_cancelling_is_told), TEST(memory__failing_while_an_engine_dies_is_told),
           TEST(memory__failing_in_simple_calls_is_told))
