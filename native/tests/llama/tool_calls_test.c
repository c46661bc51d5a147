/* A model that is scripted (its weights say one text) thinks, says something and calls a tool, in the way its template
 * has: what it calls is a call, what it thinks is beside the answer, and nothing of it is lost. */
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/llama/resume_fixture.h"

#define PARAMETERS(kind) \
  "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"" kind "\"}},\"required\":[\"city\"]}"
#define TOOL(name, kind) \
  "{\"type\":\"function\",\"function\":{\"name\":\"" name "\",\"parameters\":" PARAMETERS(kind) "}}"
#define TOOLS "[" TOOL("weather", "string") "]"
#define REASONING "It may rain there."
#define CALL "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>"
#define ANSWER "Let me see. "

struct said {
  llmb_status status;
  llmb_result result;
  llmb_error error;
  char text[FIXTURE_ANSWER_SIZE];
  char *calls, *reasoning, *details;
};
static struct said said;

static void say(llmb_call *call) {
  llmb_free(said.calls);
  llmb_free(said.reasoning);
  llmb_free(said.details);
  memset(&said, 0, sizeof said);
  llmb_error_init(&said.error);
  llmb_result_init(&said.result);
  said.status = fixture_read_all(call, said.text, &said.error);
  if (said.status == LLMB_OK) llmb_call_finish(call, LLMB_NEVER, &said.result, &said.error);
  CHECK_INT(LLMB_OK, llmb_call_tool_calls(call, &said.calls));
  CHECK_INT(LLMB_OK, llmb_call_reasoning(call, &said.reasoning));
  CHECK_INT(LLMB_OK, llmb_call_details(call, &said.details));
  llmb_call_close(call);
}

static void ask(const char *tools, const char *name, const char *value) {
  llmb_bridge *bridge = fixture_open("tools", "threads", "1", NULL);
  say(fixture_start(bridge, "Weather in Rome?", "tools", tools, "schema_retries", "0", name, value, NULL));
  llmb_bridge_close(bridge);
}

static void check_called(void) {
  CHECK_INT(LLMB_OK, said.status);
  CHECK_TEXT("", said.error.message);
  CHECK_INT(LLMB_FINISH_TOOL_CALLS, said.result.finish_reason);
  CHECK_CONTAINS("\"name\":\"weather\",\"arguments\":{\"city\": \"Rome\"}}]", said.calls);
  CHECK_CONTAINS("[{\"id\":\"call", said.calls);
  CHECK_TEXT(REASONING, said.reasoning);
  CHECK(strncmp(said.text, ANSWER, strlen(ANSWER) - 1) == 0);
  CHECK(strstr(said.text, "tool_call") == NULL);
  CHECK_CONTAINS("\"tool_parse\":\"parsed\"", said.details);
}

static void model__calls_a_tool(void) {
  ask(TOOLS, NULL, NULL);
  check_called();
}

static void arguments__are_checked_by_the_library_too(void) {
  /* A reference keeps the schema from libllama-common: nothing holds the model to it. */
  ask("[" TOOL("weather", "string\"},\"days\":{\"$ref\":\"#/properties/city") "]", NULL, NULL);
  check_called();
  ask("[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"parameters\":{\"properties\":{\"city\":{\"$ref\":"
      "\"#/$defs/c\"}},\"$defs\":{\"c\":{\"type\":\"integer\"}}}}}]",
      NULL, NULL);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, said.status);
  CHECK_CONTAINS("the arguments of weather: ", said.error.message);
  CHECK_CONTAINS("\"/city\"", said.error.message);
  CHECK_CONTAINS("type \"integer\"", said.error.message);
}

static void grammar__holds_a_call_to_its_schema(void) {
  ask("[" TOOL("weather", "boolean") "]", "parallel_tool_calls", "off");
  CHECK_INT(LLMB_OK, said.status);
  CHECK_CONTAINS("\"arguments\":{", said.calls);
  CHECK(strstr(said.calls, "true") != NULL || strstr(said.calls, "false") != NULL);
  CHECK_CONTAINS("\"constrained\":\"partial\"", said.details);
}

static void reasoning__stays_beside_the_answer_or_in_it(void) {
  ask("[]", NULL, NULL);
  CHECK_INT(LLMB_OK, said.status);
  CHECK_TEXT(REASONING, said.reasoning);
  CHECK_TEXT("[]", said.calls);
  CHECK_CONTAINS(ANSWER "<tool_call>", said.text);
  CHECK(strstr(said.text, REASONING) == NULL);
  ask("[]", "reasoning", "include");
  CHECK_TEXT("<think>" REASONING "</think>" ANSWER CALL, said.text);
  CHECK_TEXT("", said.reasoning);
  ask(TOOLS, "reasoning", "include");
  CHECK_CONTAINS("\"name\":\"weather\"", said.calls);
  CHECK_CONTAINS(REASONING, said.text);
  CHECK_TEXT("", said.reasoning);
}

/* Whatever token is the last: what was said is in the text or the reasoning, and no half of a call is a call. */
static void answer__that_is_cut_anywhere_loses_nothing(void) {
  llmb_bridge *bridge = fixture_open("tools", "threads", "1", NULL);
  say(fixture_start(bridge, "Weather?", "tools", TOOLS, NULL));
  const uint64_t tokens = said.result.completion_tokens;
  CHECK(tokens > 10);
  for (uint64_t limit = 1; limit < tokens; limit++) {
    char number[32];
    snprintf(number, sizeof number, "%llu", (unsigned long long)limit);
    say(fixture_start(bridge, "Weather?", "tools", TOOLS, "max_tokens", number, NULL));
    CHECK_INT(LLMB_OK, said.status);
    CHECK_INT(LLMB_FINISH_LENGTH, said.result.finish_reason);
    CHECK_TEXT("[]", said.calls);
    if (strstr(said.text, "tool_call>") != NULL) CHECK_CONTAINS("\"tool_parse\":\"failed\"", said.details);
    CHECK(strlen(said.reasoning) == 0 || strncmp(said.reasoning, REASONING, strlen(said.reasoning)) == 0);
  }
  llmb_bridge_close(bridge);
}

static void choice__and_settings_that_contradict_are_refused(void) {
  ask(TOOLS, "grammar", "root ::= \"a\"");
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, said.status);
  CHECK_CONTAINS("grammar and tools", said.error.message);
  ask(TOOLS, "prompt_format", "raw");
  CHECK_INT(LLMB_E_UNSUPPORTED, said.status);
  ask(TOOLS, "tool_choice", "none");
  CHECK_INT(LLMB_OK, said.status);
  CHECK_CONTAINS("<tool_call>", said.text);
  ask(TOOLS, "tool_choice", "weather");
  CHECK_INT(LLMB_OK, said.status);
  CHECK_CONTAINS("\"name\":\"weather\"", said.calls);
  llmb_bridge *bridge = fixture_open("chain_chat", "threads", "1", NULL);
  say(fixture_start(bridge, "Weather?", "tools", TOOLS, NULL));
  CHECK_INT(LLMB_E_UNSUPPORTED, said.status);
  CHECK_CONTAINS("chat template has no place for them", said.error.message);
  llmb_bridge_close(bridge);
}

static void template__comes_from_a_file(void) {
  char path[] = "/tmp/llmb-template-XXXXXX";
  const int file = mkstemp(path);
  CHECK(file >= 0);
  FILE *out = fdopen(file, "w");
  fputs("{{ raise_exception('the file was read') }}", out);
  fclose(out);
  llmb_bridge *bridge = fixture_open("chain", "threads", "1", "chat_template", path, NULL);
  say(fixture_start(bridge, "Hello", NULL));
  CHECK_INT(LLMB_E_ENGINE_ERROR, said.status);
  CHECK_CONTAINS("the file was read", said.error.message);
  llmb_bridge_close(bridge);
  CHECK_INT(0, remove(path));
  bridge = fixture_open("chain", "threads", "1", "chat_template", path, NULL);
  llmb_error error;
  char answer[FIXTURE_ANSWER_SIZE];
  CHECK_INT(LLMB_E_NOT_FOUND, fixture_ask(bridge, "Hello", NULL, NULL, answer, NULL, &error));
  CHECK_CONTAINS("chat_template: ", error.message);
  CHECK_CONTAINS("does not exist", error.message);
  llmb_bridge_close(bridge);
}

/* Calls and reasoning are those of an answer that was not disturbed, whenever its engine dies. */
static void call__survives_a_death_at_any_token(void) {
  llmb_bridge *bridge = fixture_open("tools", "threads", "1", "batching", "off", "home", LLMB_TEST_MORTAL_HOME, NULL);
  say(fixture_start(bridge, "Weather?", "tools", TOOLS, "stop", "never", NULL));
  check_called();
  char calls[FIXTURE_ANSWER_SIZE], text[FIXTURE_ANSWER_SIZE];
  snprintf(calls, sizeof calls, "%s", said.calls);
  snprintf(text, sizeof text, "%s", said.text);
  const uint64_t tokens = said.result.completion_tokens;
  llmb_bridge_close(bridge);
  unsigned deaths = 0;
  for (uint64_t token = 1; token <= tokens; token++) {
    char fate[32];
    check_watch();
    snprintf(fate, sizeof fate, "recorded %llu", (unsigned long long)token);
    bridge = fixture_open("tools", "threads", "1", "batching", "off", "home", LLMB_TEST_MORTAL_HOME, NULL);
    say(fixture_start(bridge, "Weather?", "tools", TOOLS, "stop", fate, NULL));
    check_called();
    CHECK_TEXT(calls, said.calls);
    CHECK_TEXT(text, said.text);
    deaths += said.result.attempts - 1;
    llmb_bridge_close(bridge);
  }
  printf("     %u deaths\n", deaths);
  CHECK(deaths > 10);
}

CHECK_MAIN(TEST(model__calls_a_tool), TEST(arguments__are_checked_by_the_library_too),
           TEST(grammar__holds_a_call_to_its_schema), TEST(reasoning__stays_beside_the_answer_or_in_it),
           TEST(answer__that_is_cut_anywhere_loses_nothing), TEST(choice__and_settings_that_contradict_are_refused),
           TEST(template__comes_from_a_file), TEST(call__survives_a_death_at_any_token))
