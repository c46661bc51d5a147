/* Every allocation of the library fails once, and from there on always: a clean out_of_memory or success at each, no
 * block left behind, and the next use works. After SQLite's rule. */
#include <core/memory_faults.h>

#include "workout.h"

enum { NTH_MAX = 2000 };

static llmb_bridge *open_bridge(const char *script, llmb_status *status) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings = NULL;
  llmb_error error;
  llmb_error_init(&error);
  *status = llmb_settings_create(&settings, &error);
  const char *const pairs[][2] = {
      {"engine", "fake"}, {"command", script}, {"home", HARNESS_HOME}, {"retries", "1"}, {"slots", "2"}};
  for (size_t i = 0; *status == LLMB_OK && i < sizeof pairs / sizeof pairs[0]; i++) {
    *status = llmb_settings_set(settings, pairs[i][0], pairs[i][1], &error);
  }
  if (*status == LLMB_OK) *status = llmb_bridge_open(settings, &bridge, &error);
  CHECK_INT(*status == LLMB_OK, bridge != NULL);
  CHECK_INT(*status, error.status);
  llmb_settings_close(settings);
  return bridge;
}

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
  llmb_bridge_close(open_bridge("echo", &status));
  return status;
}

static llmb_status scenario_start_and_info(void) {
  llmb_status status = LLMB_OK;
  char *info = NULL;
  llmb_bridge *bridge = open_bridge("echo", &status);
  if (status == LLMB_OK) status = llmb_bridge_start(bridge, LLMB_NEVER, NULL);
  if (status == LLMB_OK) status = llmb_bridge_info(bridge, &info, NULL);
  llmb_free(info);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_ask(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge("echo", &status);
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
  llmb_bridge *bridge = open_bridge("echo", &status);
  if (status == LLMB_OK) status = llmb_embed_texts(bridge, texts, sizes, 3, NULL, &vectors, &dimension, NULL, NULL);
  if (status == LLMB_OK) status = llmb_count_tokens(bridge, texts[0], 3, &count, NULL);
  llmb_free(vectors);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_cancel_and_close(void) {
  llmb_status status = LLMB_OK;
  llmb_call *cancelled = NULL, *open = NULL;
  llmb_bridge *bridge = open_bridge("sleep 60000", &status);
  if (status == LLMB_OK) status = llmb_call_start(bridge, (const uint8_t *)"x", 1, NULL, &cancelled, NULL);
  if (status == LLMB_OK) status = llmb_call_start(bridge, (const uint8_t *)"y", 1, NULL, &open, NULL);
  if (status == LLMB_OK) status = llmb_call_cancel(cancelled);
  if (status == LLMB_OK) {
    const llmb_status end = llmb_call_finish(cancelled, LLMB_NEVER, NULL, NULL);
    CHECK(end == LLMB_E_CANCELLED || end == LLMB_E_OUT_OF_MEMORY);
  }
  llmb_bridge_close(bridge);
  llmb_call_close(cancelled);
  llmb_call_close(open);
  return status;
}

static llmb_status scenario_death(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge("pieces 9 0; exit 3@piece:2", &status);
  if (status == LLMB_OK) {
    char *answer = NULL;
    status = llmb_generate(bridge, (const uint8_t *)"x", 1, NULL, &answer, NULL, NULL, NULL);
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

/* One run with the nth allocation failing; false once there are fewer. */
static bool run_with_fault(llmb_status (*scenario)(void), uint64_t nth, bool persistent) {
  const int64_t blocks = memory_blocks_live();
  memory_fail_after(nth, persistent);
  const llmb_status status = scenario();
  const bool happened = memory_fault_happened();
  memory_fail_after(0, false);
  CHECK_INT(blocks, memory_blocks_live());
  if (!happened) CHECK_INT(LLMB_OK, status);
  CHECK(status == LLMB_OK || status == LLMB_E_OUT_OF_MEMORY);
  if (check_failures > 0) {
    fprintf(stderr, "%s: allocation %llu failing %s: %d\n", check_name, (unsigned long long)nth,
            persistent ? "with all that follow" : "once", (int)status);
  }
  return happened;
}

static void check_scenario(llmb_status (*scenario)(void)) {
  memory_fail_after(0, false);
  CHECK_INT(LLMB_OK, scenario());
  struct snapshot *before = snapshot_take();
  unsigned runs = 0;
  for (int persistent = 0; persistent < 2; persistent++) {
    uint64_t nth = 1;
    while (nth < NTH_MAX && check_failures == 0 && run_with_fault(scenario, nth, persistent != 0)) nth++, runs++;
    CHECK(nth > 3 && nth < NTH_MAX);
  }
  CHECK_INT(LLMB_OK, scenario());
  snapshot_check(before);
  printf("     %u runs with a failure\n", runs);
}

HOSTILE_TEST(memory__failing_while_opening_is_told) {
  check_scenario(scenario_open);
}

HOSTILE_TEST(memory__failing_while_starting_is_told) {
  check_scenario(scenario_start_and_info);
}

HOSTILE_TEST(memory__failing_while_asking_is_told) {
  check_scenario(scenario_ask);
}

HOSTILE_TEST(memory__failing_while_embedding_is_told) {
  check_scenario(scenario_embed);
}

HOSTILE_TEST(memory__failing_while_cancelling_is_told) {
  check_scenario(scenario_cancel_and_close);
}

HOSTILE_TEST(memory__failing_while_an_engine_dies_is_told) {
  check_scenario(scenario_death);
}

HOSTILE_TEST(memory__failing_in_simple_calls_is_told) {
  check_scenario(scenario_simple);
}

CHECK_MAIN(TEST(memory__failing_while_opening_is_told), TEST(memory__failing_while_starting_is_told),
           TEST(memory__failing_while_asking_is_told), TEST(memory__failing_while_embedding_is_told),
           TEST(memory__failing_while_cancelling_is_told), TEST(memory__failing_while_an_engine_dies_is_told),
           TEST(memory__failing_in_simple_calls_is_told))
