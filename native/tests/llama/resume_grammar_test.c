/* An engine that dies at each token of an answer that a schema or a grammar holds: the answer is the one that would
 * have been, byte for byte. */
#include "tests/check.h"
#include "tests/llama/resume_fixture.h"

#define SCHEMA                                                                                                      \
  "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"minLength\":3,\"maxLength\":9},\"count\":{" \
  "\"type\":\"integer\",\"minimum\":100,\"maximum\":90000},\"kind\":{\"enum\":[\"left\",\"right\",null]},\"list\":" \
  "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":1,\"maxItems\":4}},\"required\":[\"name\","    \
  "\"count\",\"kind\",\"list\"],\"additionalProperties\":false}"
#define GRAMMAR "root ::= item{4,8} \".\"\nitem ::= \"<\" [a-z\\u00e9\\u20ac]{2,6} (\"/\" item)? \">\""

static struct resume_answer undisturbed, answer;
static unsigned deaths;

static void ask(const char *setting, const char *value, const char *temperature, const char *fate) {
  llmb_bridge *bridge =
      fixture_open("random_llama_q8_0", "home", LLMB_TEST_MORTAL_HOME, "threads", "1", "batching", "off", NULL);
  resume_read(fixture_start(bridge, "Once upon a time", setting, value, "temperature", temperature, "seed", "11",
                            "schema_retries", "0", "stop", fate, NULL),
              &answer);
  llmb_bridge_close(bridge);
}

static void check_every_token(const char *setting, const char *value, const char *temperature, const char *moment) {
  ask(setting, value, temperature, "never");
  CHECK_INT(LLMB_OK, answer.status);
  CHECK_INT(LLMB_FINISH_STOP, answer.result.finish_reason);
  undisturbed = answer;
  const uint64_t tokens = undisturbed.result.completion_tokens, stride = resume_stride(tokens);
  for (uint64_t token = 1; token <= tokens; token += stride) {
    char fate[32];
    check_watch();
    snprintf(fate, sizeof fate, "%s %llu", moment, (unsigned long long)token);
    ask(setting, value, temperature, fate);
    CHECK_INT(LLMB_OK, answer.status);
    CHECK_TEXT(undisturbed.text, answer.text);
    CHECK_INT(undisturbed.result.completion_tokens, answer.result.completion_tokens);
    deaths += answer.result.attempts - 1;
  }
  printf("     %u deaths: %s\n", deaths, undisturbed.text);
}

static void answer__by_a_schema_survives_a_death_at_any_token(void) {
  deaths = 0;
  check_every_token("json_schema", SCHEMA, "0", "recorded");
  check_every_token("json_schema", SCHEMA, "1.5", "recorded");
  check_every_token("json_schema", SCHEMA, "1.5", "written");
  CHECK(deaths >= 3 * RESUME_DEATHS_QUICK / 2);
}

static void answer__in_a_grammar_survives_a_death_at_any_token(void) {
  deaths = 0;
  check_every_token("grammar", GRAMMAR, "0", "recorded");
  check_every_token("grammar", GRAMMAR, "1.5", "recorded");
  CHECK(deaths >= 2 * RESUME_DEATHS_QUICK / 2);
}

/* The host keeps an engine's tokens unread, and may be anybody where an engine is shared. */
static void answer__is_not_continued_from_tokens_that_the_model_lacks(void) {
  ask("json_schema", SCHEMA, "0", "forged 3");
  CHECK_INT(LLMB_E_ENGINE_ERROR, answer.status);
  CHECK_CONTAINS("tokens that this model lacks", answer.error.message);
}

/* An engine gives a schema's grammar up where it costs too much. What it says then, the next one finds refused. */
static void answer__whose_grammar_was_given_up_is_continued_without_one(void) {
  ask("json_schema", "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"}}", "0", "blank 1");
  CHECK_INT(LLMB_E_OUTPUT_INVALID, answer.status); /* by what the model says of itself */
  CHECK_CONTAINS("\"constrained\":\"none\"", answer.details);
  ask("grammar", "root ::= \"a\" | \"b\"", "0", "blank 1");
  CHECK_INT(LLMB_E_ENGINE_ERROR, answer.status);
  CHECK_CONTAINS("does not follow its grammar", answer.error.message);
}

CHECK_MAIN(TEST(answer__by_a_schema_survives_a_death_at_any_token),
           TEST(answer__in_a_grammar_survives_a_death_at_any_token),
           TEST(answer__whose_grammar_was_given_up_is_continued_without_one),
           TEST(answer__is_not_continued_from_tokens_that_the_model_lacks))
