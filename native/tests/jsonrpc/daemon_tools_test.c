/* Tools and daemons: they get them as parameters, and what they call is checked like any other's. */
#include "tests/jsonrpc/jsonrpc_harness.h"

#define TOOLS                                                                                             \
  "[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"properties\":{\"city\":{" \
  "\"type\":\"string\"}}}}}]"

/* How a call went that the daemon answers with this result; calls and reasoning are to be freed. */
static llmb_status result_of(const char *result, char **calls, char **reasoning, char *text, size_t capacity,
                             llmb_error *error) {
  char prompt[512];
  snprintf(prompt, sizeof prompt, "raw %s", result);
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_settings *settings = settings_of("tools", TOOLS, "schema_retries", "0", NULL);
  llmb_error_init(error);
  llmb_call *call = call_of(bridge, prompt, settings);
  const llmb_status status = read_to_end(call, text, capacity, error);
  CHECK_INT(LLMB_OK, llmb_call_tool_calls(call, calls));
  CHECK_INT(LLMB_OK, llmb_call_reasoning(call, reasoning));
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
  return status;
}

static void check_result(const char *result, const char *text, const char *calls) {
  char *found = NULL, *reasoning = NULL, said[256] = "";
  llmb_error error;
  CHECK_INT(LLMB_OK, result_of(result, &found, &reasoning, said, sizeof said, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT(text, said);
  CHECK_TEXT(calls, found);
  CHECK_TEXT("R", reasoning);
  llmb_free(found);
  llmb_free(reasoning);
}

static void daemon__calls_tools(void) {
  check_result(
      "{\"text\":\"t\",\"reasoning\":\"R\",\"tool_calls\":[{\"id\":\"a\",\"name\":\"weather\",\"arguments\":{"
      "\"city\":\"Rome\"}}]}",
      "t", "[{\"id\":\"a\",\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}}]");
  check_result("{\"text\":\"t\",\"reasoning\":\"R\",\"tool_calls\":[]}", "t", "[]");
}

static void daemon__may_call_them_as_servers_do(void) {
  check_result(
      "{\"reasoning\":\"R\",\"tool_calls\":[{\"type\":\"function\",\"function\":{\"name\":\"weather\","
      "\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"}},{\"name\":\"weather\"}]}",
      "",
      "[{\"id\":\"call_1\",\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}},"
      "{\"id\":\"call_2\",\"name\":\"weather\",\"arguments\":{}}]");
}

static void expect_refused(const char *result, const char *message) {
  char *calls = NULL, *reasoning = NULL, said[256];
  llmb_error error;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, result_of(result, &calls, &reasoning, said, sizeof said, &error));
  CHECK_CONTAINS(message, error.message);
  CHECK_TEXT("[]", calls);
  llmb_free(calls);
  llmb_free(reasoning);
}

static void call__that_may_not_be_is_refused(void) {
  expect_refused("{\"tool_calls\":[{\"name\":\"weather\",\"arguments\":{\"city\":7}}]}", "the arguments of weather");
  expect_refused("{\"tool_calls\":[{\"name\":\"weather\",\"arguments\":\"{\"}]}", "no JSON object");
  expect_refused("{\"tool_calls\":[{\"name\":\"remove\",\"arguments\":{}}]}", "remove is called");
  expect_refused("{\"tool_calls\":{}}", "tool_calls that are no array");
  expect_refused("{\"tool_calls\":[7]}", "tool_calls that are no array");
  expect_refused("{\"tool_calls\":null}", "neither a string nor an object with a text");
}

static void daemon__gets_tools_as_parameters(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_settings *settings =
      settings_of("tools", TOOLS, "tool_choice", "weather", "parallel_tool_calls", "off", "schema_retries", "0", NULL);
  llmb_error error;
  char text[1024];
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "params", settings);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, read_to_end(call, text, sizeof text, &error)); /* for want of a call */
  CHECK_CONTAINS("\"tools\":" TOOLS ",\"tool_choice\":\"weather\",\"parallel_tool_calls\":\"off\"", text);
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(daemon__calls_tools), TEST(daemon__may_call_them_as_servers_do), TEST(call__that_may_not_be_is_refused),
           TEST(daemon__gets_tools_as_parameters))
