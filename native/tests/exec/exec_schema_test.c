/* json_schema with commands: they get it, are told why an answer was refused, and are run again only where that was
 * asked for. */
#include "tests/exec/exec_harness.h"

/* Says {"n":1} once it is told that its answer was refused, and something else before. */
#define LEARNS SH("if grep -q refused; then echo '{\\\"n\\\":1}'; else echo '[]'; fi")

static llmb_status answer_with(const char *retries, char **out_answer, llmb_error *error) {
  llmb_bridge *bridge = bridge_to(LEARNS, NULL);
  llmb_settings *settings = settings_of("json_schema", "{\"type\":\"object\"}", NULL);
  if (retries != NULL) settings_put(settings, "schema_retries", retries);
  *out_answer = answer_to(bridge, "a number", settings, error);
  llmb_settings_close(settings);
  bridge_vanish(bridge);
  return *out_answer != NULL ? LLMB_OK : error->status;
}

static void command__is_told_why_its_answer_was_refused(void) {
  char *answer = NULL;
  llmb_error error;
  CHECK_INT(LLMB_OK, answer_with("1", &answer, &error));
  CHECK_TEXT("{\"n\":1}\n", answer);
  llmb_free(answer);
}

static void command__is_not_run_again_unless_that_is_asked_for(void) {
  char *answer = NULL;
  llmb_error error;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, answer_with(NULL, &answer, &error));
  CHECK_INT(1, error.attempts);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, answer_with("0", &answer, &error));
}

static void command__has_the_schema_in_its_environment(void) {
  static const char schema[] = "{\"type\":\"string\"}";
  llmb_bridge *bridge = bridge_to(SH("printf '\\\"%s\\\"' ${#LLMBRIDGE_JSON_SCHEMA}"), NULL);
  llmb_settings *settings = settings_of("json_schema", schema, NULL);
  llmb_error error;
  char *answer = answer_to(bridge, "how long", settings, &error), wanted[16];
  snprintf(wanted, sizeof wanted, "\"%d\"", (int)strlen(schema));
  CHECK_TEXT(wanted, answer);
  llmb_free(answer);
  llmb_settings_close(settings);
  bridge_vanish(bridge);
}

CHECK_MAIN(TEST(command__is_told_why_its_answer_was_refused), TEST(command__is_not_run_again_unless_that_is_asked_for),
           TEST(command__has_the_schema_in_its_environment))
