/* Tools: what a model calls reaches its caller whole and checked, or not at all. Reasoning stays beside the answer. */
#include "tests/bridge/session_harness.h"

#define TOOL(name, parameters) \
  "{\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"description\":\"d\",\"parameters\":" parameters "}}"
#define CITY "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}"
#define TOOLS "[" TOOL("weather", CITY) "," TOOL("add", "{\"properties\":{\"n\":{\"maximum\":9}}}") "]"

struct outcome {
  llmb_status status;
  llmb_error error;
  llmb_result result;
  char text[256];
  char *calls, *reasoning, *details;
};

static struct outcome outcome_of(llmb_bridge *bridge, llmb_settings *settings) {
  struct outcome outcome = {.status = LLMB_OK};
  llmb_error_init(&outcome.error);
  llmb_result_init(&outcome.result);
  llmb_call *call = NULL;
  outcome.status = llmb_call_start(bridge, (const uint8_t *)"q", 1, settings, &call, &outcome.error);
  if (call == NULL) return outcome;
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_tool_calls(call, &outcome.calls));
  CHECK(outcome.calls == NULL);
  outcome.status = read_to_end(call, outcome.text, sizeof outcome.text, &outcome.error);
  if (outcome.status == LLMB_OK) {
    CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, &outcome.result, &outcome.error));
  }
  CHECK_INT(LLMB_OK, llmb_call_tool_calls(call, &outcome.calls));
  CHECK_INT(LLMB_OK, llmb_call_reasoning(call, &outcome.reasoning));
  CHECK_INT(LLMB_OK, llmb_call_details(call, &outcome.details));
  llmb_call_close(call);
  return outcome;
}

static void outcome_free(struct outcome *outcome) {
  llmb_free(outcome->calls);
  llmb_free(outcome->reasoning);
  llmb_free(outcome->details);
}

/* What becomes of an answer that the fake engine is told, with two more settings. */
static struct outcome ask_tools(const char *script, const char *tools, const char *name, const char *value) {
  llmb_bridge *bridge = bridge_of(script, NULL);
  llmb_settings *settings = settings_of("tools", tools, "schema_retries", "0", name, value, NULL);
  const struct outcome outcome = outcome_of(bridge, settings);
  llmb_settings_close(settings);
  bridge_end(bridge);
  return outcome;
}

static void expect_refused(const char *script, const char *name, const char *value, const char *message) {
  struct outcome outcome = ask_tools(script, TOOLS, name, value);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, outcome.status);
  CHECK_CONTAINS(message, outcome.error.message);
  CHECK_INT(LLMB_PHASE_VALIDATE, outcome.error.phase);
  CHECK_TEXT("[]", outcome.calls);
  outcome_free(&outcome);
}

static void call__comes_whole_after_its_text_and_reasoning(void) {
  struct outcome outcome =
      ask_tools("reason It may rain.; say Let me see.; tool weather {\"city\":\"Rome\"}; tool add", TOOLS, NULL, NULL);
  CHECK_INT(LLMB_OK, outcome.status);
  CHECK_TEXT("Let me see.", outcome.text);
  CHECK_TEXT("It may rain.", outcome.reasoning);
  CHECK_TEXT(
      "[{\"id\":\"call_1\",\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}},"
      "{\"id\":\"call_2\",\"name\":\"add\",\"arguments\":{}}]",
      outcome.calls);
  CHECK_INT(LLMB_FINISH_TOOL_CALLS, outcome.result.finish_reason);
  CHECK_TEXT("tool_calls", llmb_finish_reason_name(outcome.result.finish_reason));
  CHECK_CONTAINS("\"tool_parse\":\"parsed\"", outcome.details);
  outcome_free(&outcome);
}

static void answer__without_calls_has_an_empty_list(void) {
  struct outcome outcome = ask_tools("say no", TOOLS, NULL, NULL);
  CHECK_INT(LLMB_OK, outcome.status);
  CHECK_TEXT("[]", outcome.calls);
  CHECK_TEXT("", outcome.reasoning);
  CHECK_INT(LLMB_FINISH_STOP, outcome.result.finish_reason);
  outcome_free(&outcome);
}

static void arguments__that_break_their_schema_are_output_invalid_with_place_and_keyword(void) {
  expect_refused("tool weather {\"city\":7}", NULL, NULL, "the arguments of weather");
  expect_refused("tool weather {\"city\":7}", NULL, NULL, "\"/city\"");
  expect_refused("tool weather {\"city\":7}", NULL, NULL, "type \"string\"");
  expect_refused("tool weather {}", NULL, NULL, "required \"city\"");
  expect_refused("tool add {\"n\":10}", NULL, NULL, "maximum 9");
  expect_refused("tool add {\"n\":1,\"n\":1}", NULL, NULL, "a name that the object does not have yet");
  expect_refused("tool add [1]", NULL, NULL, "no JSON object");
  expect_refused("tool add {\"n\":", NULL, NULL, "no JSON array");
}

static void call__of_a_tool_that_is_not_given_is_output_invalid(void) {
  expect_refused("tool remove {}", NULL, NULL, "remove is called");
  expect_refused("tool add {}", "tool_choice", "weather", "add is called");
  expect_refused("tool weather\",\"name\":\"add {}", NULL, NULL, "a call is not");
  expect_refused("tool weather\\u0000evil {\"city\":\"Rome\"}", NULL, NULL, "a call is not");
  expect_refused("tool weather\\ud800 {\"city\":\"Rome\"}", NULL, NULL, "a call is not");
}

static void choice__is_kept(void) {
  expect_refused("tool add {}", "tool_choice", "none", "tool_choice=none");
  expect_refused("say no", "tool_choice", "required", "no tool is called");
  expect_refused("tool add {}; tool add {}", "parallel_tool_calls", "off", "parallel_tool_calls");
  struct outcome outcome = ask_tools("tool add {}", TOOLS, "tool_choice", "add");
  CHECK_INT(LLMB_OK, outcome.status);
  outcome_free(&outcome);
}

static void tool__is_called_by_nobody_who_has_none(void) {
  llmb_bridge *bridge = bridge_of("tool add {}", NULL);
  struct outcome outcome = outcome_of(bridge, NULL);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, outcome.status);
  CHECK_CONTAINS("there are no tools", outcome.error.message);
  outcome_free(&outcome);
  bridge_end(bridge);
}

static void tools__that_are_none_are_refused_before_anything_is_asked(void) {
  static const struct {
    const char *tools, *message;
  } cases[] = {
      {"{}", "tools: it is no JSON array"},
      {"[1]", "tools: one is not"},
      {"[{\"type\":\"function\",\"function\":{\"name\":\"\"}}]", "tools: one is not"},
      {"[{\"type\":\"retrieval\",\"function\":{\"name\":\"a\"}}]", "tools: one is not"},
      {"[" TOOL("a", "{}") "," TOOL("a", "{}") "]", "two have one name"},
      {"[" TOOL("a\\u0000", "{}") "]", "tools: one is not"},
      {"[" TOOL("\\udc00", "{}") "]", "tools: one is not"},
      {"[" TOOL("none", "{}") "]", "auto, none and required are no names"},
      {"[" TOOL("a", "{\"type\":\"objekt\"}") "]", "tools: parameters of a: the schema at \"/type\""},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct outcome outcome = ask_tools("hang", cases[i].tools, NULL, NULL);
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, outcome.status);
    CHECK_CONTAINS(cases[i].message, outcome.error.message);
    CHECK_INT(LLMB_PHASE_CONFIGURE, outcome.error.phase);
    outcome_free(&outcome);
  }
  struct outcome outcome = ask_tools("hang", TOOLS, "tool_choice", "remove");
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, outcome.status);
  CHECK_CONTAINS("tool_choice: \"remove\" is none of", outcome.error.message);
  outcome_free(&outcome);
}

static void engine__is_asked_again_after_calls_that_were_refused(void) {
  llmb_bridge *bridge = bridge_of("tool weather {}", NULL);
  llmb_settings *settings = settings_of("tools", TOOLS, "schema_retries", "2", NULL);
  struct outcome outcome = outcome_of(bridge, settings);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, outcome.status);
  CHECK_INT(3, outcome.error.attempts);
  outcome_free(&outcome);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void reasoning__counts_as_output_and_may_be_long(void) {
  enum { SIZE = 20000 };
  char script[SIZE + 32];
  memcpy(script, "reason ", 7);
  memset(script + 7, 'r', SIZE);
  memcpy(script + 7 + SIZE, "; say yes", 10);
  llmb_bridge *bridge = bridge_of(script, NULL);
  struct outcome outcome = outcome_of(bridge, NULL);
  CHECK_INT(LLMB_OK, outcome.status);
  CHECK_INT(SIZE, strlen(outcome.reasoning));
  CHECK_TEXT("yes", outcome.text);
  outcome_free(&outcome);
  llmb_settings *settings = settings_of("output_bytes", "19999", NULL);
  outcome = outcome_of(bridge, settings);
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE, outcome.status);
  outcome_free(&outcome);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void answer__with_calls_need_not_be_the_json_that_is_expected(void) {
  struct outcome outcome = ask_tools("tool add {}", TOOLS, "expect", "json");
  CHECK_INT(LLMB_OK, outcome.status);
  outcome_free(&outcome);
  outcome = ask_tools("tool add {}", TOOLS, "json_schema", "{\"type\":\"object\"}");
  CHECK_INT(LLMB_OK, outcome.status);
  outcome_free(&outcome);
  expect_refused("say no", "json_schema", "{\"type\":\"object\"}", "json_schema");
}

/* A loop with a tool: the call is kept with its reasoning, and its result is the next call's message. */
static void session__keeps_reasoning_and_calls_and_takes_their_results(void) {
  static const char result[] = "[{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"sunny\"}]";
  session_begin();
  llmb_bridge *bridge = session_bridge("reason R; say S; tool weather {\"city\":\"Rome\"}");
  llmb_settings *settings = settings_of("session", "work", "tools", TOOLS, NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "one", settings, &error));
  llmb_settings_close(settings);
  bridge_end(bridge);
  bridge = session_bridge("echo");
  settings = settings_of("session", "work", "messages", result, NULL);
  llmb_error_init(&error);
  char *answer = NULL;
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)"", 0, settings, &answer, NULL, NULL, &error));
  CHECK_TEXT(
      "[{\"role\":\"user\",\"content\":\"one\"},"
      "{\"role\":\"assistant\",\"content\":\"S\",\"reasoning_content\":\"R\",\"tool_calls\":[{\"id\":\"call_1\","
      "\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}}]},"
      "{\"role\":\"tool\",\"tool_call_id\":\"call_1\",\"content\":\"sunny\"}]",
      answer);
  llmb_free(answer);
  llmb_settings_close(settings);
  bridge_end(bridge);
  session_end();
}

CHECK_MAIN(TEST(call__comes_whole_after_its_text_and_reasoning), TEST(answer__without_calls_has_an_empty_list),
           TEST(arguments__that_break_their_schema_are_output_invalid_with_place_and_keyword),
           TEST(call__of_a_tool_that_is_not_given_is_output_invalid), TEST(choice__is_kept),
           TEST(tool__is_called_by_nobody_who_has_none),
           TEST(tools__that_are_none_are_refused_before_anything_is_asked),
           TEST(engine__is_asked_again_after_calls_that_were_refused),
           TEST(session__keeps_reasoning_and_calls_and_takes_their_results),
           TEST(reasoning__counts_as_output_and_may_be_long),
           TEST(answer__with_calls_need_not_be_the_json_that_is_expected))
