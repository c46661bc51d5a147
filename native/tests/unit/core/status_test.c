#include "tests/check.h"

#include <llmbridge/call.h>

#include "core/json_check.h"
#include "core/status_rows.h"

static void status_name__is_the_contracts_for_every_status(void) {
  const struct {
    llmb_status status;
    const char *name;
  } all[] = {{0, "ok"},
             {1, "invalid_argument"},
             {2, "not_found"},
             {3, "spawn_failed"},
             {4, "start_timeout"},
             {5, "deadline_exceeded"},
             {6, "cancelled"},
             {7, "engine_crashed"},
             {8, "engine_hung"},
             {9, "output_invalid"},
             {10, "output_too_large"},
             {11, "overloaded"},
             {12, "unavailable"},
             {13, "model_invalid"},
             {14, "protocol_error"},
             {15, "unsupported"},
             {16, "out_of_memory"},
             {17, "engine_error"},
             {18, "poisoned"},
             {19, "forked"},
             {20, "context_full"},
             {21, "not_ready"},
             {99, "internal"}};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) CHECK_TEXT(all[i].name, llmb_status_name(all[i].status));
}

static void status_name__says_unknown_for_other_numbers(void) {
  const llmb_status others[] = {-1, 22, 98, 100, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) CHECK_TEXT("unknown", llmb_status_name(others[i]));
}

/* Every status of a class, by number; the others are not of it. */
static void check_class(enum status_class class_bit, const llmb_status *members, size_t count) {
  for (llmb_status status = -1; status <= 100; status++) {
    bool is_member = false;
    for (size_t i = 0; i < count; i++) is_member = is_member || members[i] == status;
    check_name = llmb_status_name(status);
    CHECK_INT(is_member, status_is(status, class_bit));
  }
}

#define CHECK_CLASS(class_bit, ...)                                    \
  do {                                                                 \
    const llmb_status members[] = {__VA_ARGS__};                       \
    check_class(class_bit, members, sizeof members / sizeof *members); \
  } while (0)

static void classes__hold_these_statuses_and_no_others(void) {
  CHECK_CLASS(STATUS_ENGINES_FAULT, LLMB_E_NOT_FOUND, LLMB_E_SPAWN_FAILED, LLMB_E_START_TIMEOUT, LLMB_E_ENGINE_CRASHED,
              LLMB_E_ENGINE_HUNG, LLMB_E_UNAVAILABLE, LLMB_E_MODEL_INVALID, LLMB_E_PROTOCOL_ERROR,
              LLMB_E_OUT_OF_MEMORY);
  CHECK_CLASS(STATUS_ENGINE_MAY_SAY, LLMB_E_OVERLOADED, LLMB_E_UNAVAILABLE, LLMB_E_INVALID_ARGUMENT,
              LLMB_E_CONTEXT_FULL, LLMB_E_UNSUPPORTED, LLMB_E_OUT_OF_MEMORY, LLMB_E_OUTPUT_INVALID,
              LLMB_E_OUTPUT_TOO_LARGE, LLMB_E_NOT_FOUND, LLMB_E_SPAWN_FAILED, LLMB_E_ENGINE_CRASHED, LLMB_E_ENGINE_HUNG,
              LLMB_E_PROTOCOL_ERROR);
  CHECK_CLASS(STATUS_START_MAY_SAY, LLMB_E_INVALID_ARGUMENT, LLMB_E_NOT_FOUND, LLMB_E_SPAWN_FAILED,
              LLMB_E_MODEL_INVALID, LLMB_E_UNSUPPORTED, LLMB_E_OUT_OF_MEMORY, LLMB_E_PROTOCOL_ERROR);
  CHECK_CLASS(STATUS_ENDS_FOR_GOOD, LLMB_E_NOT_FOUND, LLMB_E_MODEL_INVALID, LLMB_E_INVALID_ARGUMENT, LLMB_E_UNSUPPORTED,
              LLMB_E_PROTOCOL_ERROR);
  CHECK_CLASS(STATUS_REFUSAL, LLMB_E_OVERLOADED, LLMB_E_UNAVAILABLE);
  CHECK_CLASS(STATUS_TIME_LIMIT, LLMB_E_START_TIMEOUT, LLMB_E_DEADLINE_EXCEEDED);
}

static void statuses_json__is_the_table(void) {
  const char *json = llmb_statuses_json();
  CHECK_INT(LLMB_OK, json_check((const uint8_t *)json, strlen(json), NULL, NULL));
  CHECK_CONTAINS("{\"statuses\":[{\"name\":\"ok\",\"status\":0,\"classes\":[]},", json);
  CHECK_CONTAINS(
      "{\"name\":\"unavailable\",\"status\":12,\"classes\":[\"engines_fault\",\"engine_may_say\",\"refusal\"]},", json);
  CHECK_CONTAINS("{\"name\":\"internal\",\"status\":99,\"classes\":[]}]}", json);
  CHECK(json == llmb_statuses_json());
}

static void phase_name__is_the_contracts_for_every_phase(void) {
  const char *const names[] = {"none",   "configure", "start", "load",     "queue",
                               "prompt", "generate",  "embed", "validate", "stop"};
  for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) CHECK_TEXT(names[i], llmb_phase_name(i));
  CHECK_TEXT("unknown", llmb_phase_name(10));
  CHECK_TEXT("unknown", llmb_phase_name(UINT32_MAX));
}

static void finish_reason_name__is_the_contracts_for_every_reason(void) {
  const char *const names[] = {"none", "stop", "length", "stop_string", "tool_calls"};
  for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) CHECK_TEXT(names[i], llmb_finish_reason_name(i));
  CHECK_TEXT("unknown", llmb_finish_reason_name(5));
}

static void structs__are_cleared_and_sized_by_their_init(void) {
  llmb_error error;
  llmb_result result;
  memset(&error, 0xAA, sizeof error);
  memset(&result, 0xAA, sizeof result);
  llmb_error_init(&error);
  llmb_result_init(&result);
  llmb_error_init(NULL);
  llmb_result_init(NULL);
  CHECK_INT(sizeof error, error.struct_size);
  CHECK_INT(sizeof result, result.struct_size);
  CHECK_INT(0, error.status);
  CHECK_INT(0, error.engine_log[sizeof error.engine_log - 1]);
  CHECK_INT(0, result.finish_reason);
  CHECK_INT(0, result.engine[sizeof result.engine - 1]);
}

static void version__has_three_numbers_and_abi_is_1(void) {
  unsigned major, minor, patch;
  CHECK_INT(3, sscanf(llmb_version(), "%u.%u.%u", &major, &minor, &patch));
  CHECK_INT(1, llmb_abi_version());
}

static void deadline__lies_ahead_and_saturates(void) {
  uint64_t before = llmb_clock_ns();
  uint64_t deadline = llmb_deadline_after_ms(1000);
  CHECK(before > 0);
  CHECK(deadline >= before + UINT64_C(1000000000));
  CHECK(llmb_deadline_after_ms(0) >= before);
  CHECK(llmb_deadline_after_ms(0) < deadline);
  CHECK(llmb_deadline_after_ms(UINT64_MAX) == LLMB_NEVER);
  CHECK(llmb_deadline_after_ms(UINT64_MAX / 1000000) == LLMB_NEVER);
  CHECK(llmb_deadline_after_ms(UINT64_MAX / 2000000) < LLMB_NEVER);
}

CHECK_MAIN(TEST(status_name__is_the_contracts_for_every_status), TEST(status_name__says_unknown_for_other_numbers),
           TEST(classes__hold_these_statuses_and_no_others), TEST(statuses_json__is_the_table),
           TEST(phase_name__is_the_contracts_for_every_phase),
           TEST(finish_reason_name__is_the_contracts_for_every_reason),
           TEST(structs__are_cleared_and_sized_by_their_init), TEST(version__has_three_numbers_and_abi_is_1),
           TEST(deadline__lies_ahead_and_saturates))
