/* Failing allocations while engines and keepers refuse, die, retire and are replaced, and in what needs no engine. */
#include "tests/unit/gguf/gguf_builder.h"

#include "tests/hostile/allocation_faults.h"

static const char *const many_restarts[] = {"restart_limit", "1000"};

static llmb_status ask_hello(llmb_bridge *bridge) {
  char *answer = NULL;
  const llmb_status status =
      told(llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &answer, NULL, NULL, fault_error()));
  CHECK_INT(status == LLMB_OK, answer != NULL);
  if (answer != NULL) CHECK_TEXT("hello", answer);
  llmb_free(answer);
  return status;
}

static void kill_and_await(int64_t pid) {
  const int process = process_open(pid);
  CHECK(process >= 0);
  process_signal(pid, SIGKILL);
  process_await_end(process);
}

static llmb_status scenario_no_home(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", "home", "/nonexistent", NULL);
  CHECK(bridge == NULL);
  return as_meant(status, LLMB_E_NOT_FOUND);
}

static llmb_status scenario_refusal(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "nonsense", NULL);
  if (status == LLMB_OK)
    status = as_meant(told(llmb_bridge_start(bridge, LLMB_NEVER, fault_error())), LLMB_E_INVALID_ARGUMENT);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_death_while_starting(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "exit 3@start", NULL);
  if (status == LLMB_OK)
    status = as_meant(told(llmb_bridge_start(bridge, LLMB_NEVER, fault_error())), LLMB_E_ENGINE_CRASHED);
  llmb_bridge_close(bridge);
  return status;
}

/* Its engine dies with the call unread: another one gets it. */
static llmb_status scenario_call_handed_on(void) {
  llmb_status status = LLMB_OK;
  llmb_call *call = NULL;
  char text[16] = "";
  llmb_bridge *bridge = open_bridge(&status, "echo", many_restarts[0], many_restarts[1], NULL);
  if (status == LLMB_OK) status = told(llmb_bridge_start(bridge, LLMB_NEVER, fault_error()));
  if (status == LLMB_OK) {
    const int64_t worker = worker_pid(bridge);
    process_signal(worker, SIGSTOP);
    status = told(llmb_call_start(bridge, (const uint8_t *)"hello", 5, NULL, &call, fault_error()));
    kill_and_await(worker);
  }
  if (status == LLMB_OK) status = told(read_to_end(call, text, sizeof text, fault_error()));
  if (status == LLMB_OK) CHECK_TEXT("hello", text);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_death_between_calls(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", many_restarts[0], many_restarts[1], NULL);
  if (status == LLMB_OK) status = ask_hello(bridge);
  if (status == LLMB_OK) kill_and_await(worker_pid(bridge));
  if (status == LLMB_OK) status = ask_hello(bridge);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_death_of_the_keeper(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", many_restarts[0], many_restarts[1], NULL);
  if (status == LLMB_OK) status = ask_hello(bridge);
  if (status == LLMB_OK) {
    const int worker = process_open(worker_pid(bridge));
    kill_and_await(process_parent(worker_pid(bridge)));
    process_await_end(worker);
  }
  if (status == LLMB_OK) status = ask_hello(bridge);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_retirement(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", "idle_ms", "1", NULL);
  if (status == LLMB_OK) status = told(llmb_bridge_start(bridge, LLMB_NEVER, fault_error()));
  if (status == LLMB_OK) process_await_end(process_open(worker_pid(bridge)));
  if (status == LLMB_OK) status = ask_hello(bridge);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_two_workers(void) {
  llmb_status status = LLMB_OK;
  llmb_call *calls[2] = {NULL};
  llmb_bridge *bridge = open_bridge(&status, "pieces 2 1", "workers", "2", "slots", "1", NULL);
  for (int i = 0; i < 2 && status == LLMB_OK; i++) {
    status = told(llmb_call_start(bridge, (const uint8_t *)"hello", 5, NULL, &calls[i], fault_error()));
  }
  for (int i = 0; i < 2 && status == LLMB_OK; i++)
    status = told(llmb_call_finish(calls[i], LLMB_NEVER, NULL, fault_error()));
  for (int i = 0; i < 2; i++) llmb_call_close(calls[i]);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_two_bridges(void) {
  llmb_status first_status = LLMB_OK, status = LLMB_OK;
  llmb_bridge *first = open_bridge(&first_status, "echo", NULL), *second = open_bridge(&status, "echo", NULL);
  if (first_status != LLMB_OK) status = first_status;
  if (status == LLMB_OK) status = ask_hello(first);
  if (status == LLMB_OK) status = ask_hello(second);
  llmb_bridge_close(first);
  llmb_bridge_close(second);
  return status;
}

static llmb_status scenario_log_file(void) {
  llmb_status status = LLMB_OK;
  llmb_bridge *bridge = open_bridge(&status, "echo", "log", "debug", "log_file", "/dev/null", NULL);
  if (status == LLMB_OK) status = ask_hello(bridge);
  llmb_bridge_close(bridge);
  return status;
}

static llmb_status scenario_simple_call_that_fails(void) {
  char *answer = NULL, *error = NULL;
  setenv("LLMBRIDGE_COMMAND", "bad_utf8", 1);
  llmb_status status = call_llm("hello", &answer, &error);
  CHECK(answer == NULL);
  if (error != NULL) CHECK_CONTAINS("\"code\":\"", error);
  llmb_free(error);
  llmb_shutdown();
  return as_meant(status, LLMB_E_OUTPUT_INVALID);
}

static llmb_status scenario_error_text(void) {
  char *json = NULL;
  llmb_settings *settings = NULL;
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = llmb_settings_create(&settings, &error);
  if (status == LLMB_OK) {
    status = as_meant(llmb_settings_set(settings, "slots", "many", &error), LLMB_E_INVALID_ARGUMENT);
  }
  if (status == LLMB_OK) status = llmb_error_to_json(&error, &json);
  CHECK_INT(status == LLMB_OK, json != NULL);
  llmb_free(json);
  llmb_settings_close(settings);
  return status;
}

static llmb_status scenario_inspection(void) {
  static struct gguf_builder builder;
  char *json = NULL;
  build_small(&builder);
  struct gguf_temporary file = temporary_create(builder.bytes, builder.size);
  const llmb_status status = told(llmb_inspect(file.path, &json, fault_error()));
  close(file.handle);
  CHECK_INT(status == LLMB_OK, json != NULL);
  llmb_free(json);
  return status;
}

/* What failed is over with: the same bridge serves the next call. */
HOSTILE_TEST(memory__that_failed_in_a_call_does_not_harm_the_next_of_its_bridge) {
  llmb_status status = LLMB_OK;
  bool happened = true;
  unsigned nth = 1;
  llmb_bridge *bridge = open_bridge(&status, "echo", many_restarts[0], many_restarts[1], NULL);
  for (; happened && nth < NTH_MAX && check_failures == 0; nth++) {
    if (nth % 2 == 0 && worker_pid(bridge) != 0) kill_and_await(worker_pid(bridge)); /* so that a start is due, too */
    memory_fail_after(nth, false);
    status = ask_hello(bridge);
    happened = memory_fault_happened() || nth % 2 == 1;
    memory_fail_after(0, false);
    CHECK(status == LLMB_OK || status == LLMB_E_OUT_OF_MEMORY);
    CHECK_INT(LLMB_OK, ask_hello(bridge));
  }
  CHECK(nth > 3 && nth < NTH_MAX);
  llmb_bridge_close(bridge);
}

ALLOCATION_TEST(memory__failing_where_no_engine_is_is_told, scenario_no_home)
ALLOCATION_TEST(memory__failing_while_an_engine_refuses_is_told, scenario_refusal)
ALLOCATION_TEST(memory__failing_while_an_engine_dies_starting_is_told, scenario_death_while_starting)
ALLOCATION_TEST(memory__failing_while_a_call_is_handed_on_is_told, scenario_call_handed_on)
ALLOCATION_TEST(memory__failing_while_an_engine_is_replaced_is_told, scenario_death_between_calls)
ALLOCATION_TEST(memory__failing_while_a_keeper_is_replaced_is_told, scenario_death_of_the_keeper)
ALLOCATION_TEST(memory__failing_after_an_engine_retired_is_told, scenario_retirement)
ALLOCATION_TEST(memory__failing_with_two_workers_is_told, scenario_two_workers)
ALLOCATION_TEST(memory__failing_with_two_bridges_is_told, scenario_two_bridges)
ALLOCATION_TEST(memory__failing_with_a_log_file_is_told, scenario_log_file)
ALLOCATION_TEST(memory__failing_in_a_simple_call_that_fails_is_told, scenario_simple_call_that_fails)
ALLOCATION_TEST(memory__failing_while_an_error_is_written_down_is_told, scenario_error_text)
ALLOCATION_TEST(memory__failing_while_a_model_is_inspected_is_told, scenario_inspection)

CHECK_MAIN(TEST(memory__that_failed_in_a_call_does_not_harm_the_next_of_its_bridge),
           TEST(memory__failing_where_no_engine_is_is_told), TEST(memory__failing_while_an_engine_refuses_is_told),
           TEST(memory__failing_while_an_engine_dies_starting_is_told),
           TEST(memory__failing_while_a_call_is_handed_on_is_told),
           TEST(memory__failing_while_an_engine_is_replaced_is_told),
           TEST(memory__failing_while_a_keeper_is_replaced_is_told),
           TEST(memory__failing_after_an_engine_retired_is_told), TEST(memory__failing_with_two_workers_is_told),
           TEST(memory__failing_with_two_bridges_is_told), TEST(memory__failing_with_a_log_file_is_told),
           TEST(memory__failing_in_a_simple_call_that_fails_is_told),
           TEST(memory__failing_while_an_error_is_written_down_is_told),
           TEST(memory__failing_while_a_model_is_inspected_is_told))
