#include "core/settings_agree.h"

#include "core/settings_resolve.h"
#include "tests/check.h"

static llmb_error error;

/* How a bridge of these settings is taken: pairs of name and value, NULL at the end. */
static llmb_status resolve(const char *const pairs[]) {
  llmb_settings *given = NULL, out;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&given, NULL));
  for (; *pairs != NULL; pairs += 2) CHECK_INT(LLMB_OK, llmb_settings_set(given, pairs[0], pairs[1], NULL));
  const llmb_status status = settings_resolve_bridge(given, &out, &error);
  settings_clear(&out);
  llmb_settings_close(given);
  return status;
}

#define RESOLVE(...) resolve((const char *const[]){__VA_ARGS__, NULL})

static void a_limit_that_another_ends_first__is_refused_with_both_names(void) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, RESOLVE("timeout_ms", "1000", "queue_timeout_ms", "1001"));
  CHECK_TEXT(
      "queue_timeout_ms: 1001 can never be reached, since timeout_ms is 1000; allowed is up to timeout_ms, or 0 "
      "for none",
      error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, RESOLVE("first_token_timeout_ms", "9", "timeout_ms", "8"));
  CHECK_CONTAINS("first_token_timeout_ms: 9", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, RESOLVE("recycle_mb", "300", "memory_mb", "200"));
  CHECK_CONTAINS("recycle_mb: 300 can never be reached, since memory_mb is 200;", error.message);
}

static void limits_that_fit_or_are_none__are_taken(void) {
  CHECK_INT(LLMB_OK, RESOLVE("timeout_ms", "1000", "queue_timeout_ms", "1000", "first_token_timeout_ms", "0"));
  CHECK_INT(LLMB_OK, RESOLVE("recycle_mb", "300", "memory_mb", "0"));
  CHECK_INT(LLMB_OK, RESOLVE("recycle_mb", "300", "memory_mb", "auto"));
  CHECK_INT(LLMB_OK, RESOLVE("timeout_ms", "1000", "stall_timeout_ms", "60000")); /* far away is "not here" */
}

static void a_limit_of_the_environment_or_by_default__is_no_contradiction(void) {
  CHECK_INT(LLMB_OK, RESOLVE("queue_timeout_ms", "60000"));
  setenv("LLMBRIDGE_QUEUE_TIMEOUT_MS", "5000", 1);
  CHECK_INT(LLMB_OK, RESOLVE("timeout_ms", "1000"));
  setenv("LLMBRIDGE_TIMEOUT_MS", "1000", 1);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, RESOLVE("slots", "4"));
  CHECK_INT(LLMB_OK, RESOLVE("timeout_ms", "9000"));
  unsetenv("LLMBRIDGE_TIMEOUT_MS");
  unsetenv("LLMBRIDGE_QUEUE_TIMEOUT_MS");
}

static void a_raw_prompt__has_no_place_for_a_system_message(void) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, RESOLVE("prompt_format", "raw", "system", "Be brief."));
  CHECK_TEXT("prompt_format: raw has no place for system; allowed with it are auto and chat", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT,
            RESOLVE("prompt_format", "raw", "messages", "[{\"role\":\"user\",\"content\":\"hi\"}]"));
  CHECK_CONTAINS("no place for messages;", error.message);
  CHECK_INT(LLMB_OK, RESOLVE("prompt_format", "raw", "system", ""));
  CHECK_INT(LLMB_OK, RESOLVE("prompt_format", "chat", "system", "Be brief."));
  CHECK_INT(LLMB_OK, RESOLVE("engine", "jsonrpc", "prompt_format", "raw", "system", "Be brief.")); /* its daemon's */
}

static void a_call__may_have_less_time_than_its_other_limits(void) {
  llmb_settings *given = NULL, bridge, call;
  CHECK_INT(LLMB_OK, llmb_settings_create(&given, NULL));
  CHECK_INT(LLMB_OK, settings_resolve_bridge(NULL, &bridge, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(given, "timeout_ms", "10", NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(given, "queue_timeout_ms", "500", NULL));
  CHECK_INT(LLMB_OK, settings_resolve_call(&bridge, given, &call, NULL));
  settings_clear(&call);
  settings_clear(&bridge);
  llmb_settings_close(given);
}

CHECK_MAIN(TEST(a_limit_that_another_ends_first__is_refused_with_both_names),
           TEST(limits_that_fit_or_are_none__are_taken),
           TEST(a_limit_of_the_environment_or_by_default__is_no_contradiction),
           TEST(a_raw_prompt__has_no_place_for_a_system_message),
           TEST(a_call__may_have_less_time_than_its_other_limits))
