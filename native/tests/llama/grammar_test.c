/* The settings `grammar` and `json_schema` in the llama engine: what a model that speaks in syllables is held to, and
 * what no request can do to the engine with them. */
#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

#define PERSON                                                                                                       \
  "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":12},\"age\":{\"type\":"          \
  "\"integer\",\"minimum\":0,\"maximum\":150},\"tags\":{\"type\":\"array\",\"items\":{\"enum\":[\"red\",\"blue\"]}," \
  "\"maxItems\":3}},\"required\":[\"name\",\"age\",\"tags\"],\"additionalProperties\":false}"

static char answer[FIXTURE_ANSWER_SIZE];
static char details[1024];
static llmb_result result;
static llmb_error error;

static llmb_status end(llmb_call *call) {
  char *json = NULL;
  llmb_result_init(&result);
  llmb_status status = fixture_read_all(call, answer, &error);
  if (status == LLMB_OK) {
    status = llmb_call_finish(call, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &result, &error);
  }
  CHECK_INT(LLMB_OK, llmb_call_details(call, &json));
  snprintf(details, sizeof details, "%s", json);
  llmb_free(json);
  llmb_call_close(call);
  return status;
}

static llmb_bridge *open_model(const char *model) {
  return fixture_open(model, "threads", "1", NULL);
}

static void answer__keeps_a_schema_that_the_model_knows_nothing_of(void) {
  llmb_bridge *bridge = open_model("random_llama_q8_0");
  const char *const temperatures[] = {"0", "0.8", "5"};
  for (int i = 0; i < 30; i++) {
    char seed[16];
    snprintf(seed, sizeof seed, "%d", i);
    llmb_status status = end(fixture_start(bridge, "A person:", "json_schema", PERSON, "schema_retries", "0", "seed",
                                           seed, "temperature", temperatures[i % 3], NULL));
    if (status != LLMB_OK) fprintf(stderr, "%s: %s\n", error.message, answer);
    CHECK_INT(LLMB_OK, status);
    CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
    CHECK_CONTAINS("\"constrained\":\"full\"", details);
  }
  llmb_bridge_close(bridge);
}

static void answer__in_a_grammar_is_one_of_its_texts(void) {
  llmb_bridge *bridge = open_model("random_llama_q8_0");
  CHECK_INT(LLMB_OK, end(fixture_start(bridge, "x", "grammar", "root ::= \"yes\" | \"no\"", NULL)));
  CHECK(strcmp(answer, "yes") == 0 || strcmp(answer, "no") == 0);
  CHECK_CONTAINS("\"constrained\":\"full\"", details);
  CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
  CHECK_INT(LLMB_OK, end(fixture_start(bridge, "x", "grammar", "root ::= [\\u20ac\\u00e9]{3}", NULL)));
  CHECK(strlen(answer) >= 6);
  CHECK_INT(LLMB_OK, end(fixture_start(bridge, "x", "max_tokens", "5", NULL)));
  CHECK(strstr(details, "constrained") == NULL);
  llmb_bridge_close(bridge);
}

static void schema__beside_a_grammar_is_checked_all_the_same(void) {
  llmb_bridge *bridge = open_model("random_llama_q8_0");
  llmb_call *call =
      fixture_start(bridge, "x", "grammar", "root ::= \"1\" | \"2\"", "json_schema", "{\"type\":\"integer\"}", NULL);
  CHECK_INT(LLMB_OK, end(call));
  CHECK_CONTAINS("\"constrained\":\"partial\"", details);
  call = fixture_start(bridge, "x", "grammar", "root ::= \"1\" | \"2\"", "json_schema", "{\"type\":\"string\"}",
                       "schema_retries", "0", NULL);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, end(call));
  llmb_bridge_close(bridge);
}

static void grammar__that_does_not_parse_is_refused_with_line_and_column(void) {
  llmb_bridge *bridge = open_model("random_llama_q8_0");
  static const struct {
    const char *grammar, *message;
  } rows[] = {
      {"root ::= \"a\"\nx y", "grammar: line 2, column 3: ::= is missing behind the name x"},
      {"%llguidance {}\nstart: \"a\"", "grammar: line 1, column 1: %llguidance is another notation than GBNF"},
      {"root ::= root \"a\" | \"b\"", "grammar: line 1, column 1: rule root: it begins with itself"},
      {"root ::= \"a\"{2001}", "grammar: line 1, column 14: more than 2000 repetitions"},
      {"root ::= (((", "grammar: line 1, column 13: "},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, end(fixture_start(bridge, "x", "grammar", rows[i].grammar, NULL)));
    CHECK_CONTAINS(rows[i].message, error.message);
    CHECK_TEXT("", answer);
  }
  CHECK_INT(LLMB_OK, end(fixture_start(bridge, "x", "max_tokens", "1", NULL)));
  llmb_bridge_close(bridge);
}

/* Texts that go on and on: `repeated` has a # where the number stands. */
static char *text_of(const char *before, const char *repeated, unsigned count, const char *middle, const char *closing,
                     const char *after) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  const size_t mark = strcspn(repeated, "#");
  fputs(before, out);
  for (unsigned i = 0; i < count; i++) {
    fprintf(out, "%.*s", (int)mark, repeated);
    if (repeated[mark] == '#') fprintf(out, "%u%s", i, repeated + mark + 1);
  }
  fputs(middle, out);
  for (unsigned i = 0; i < count; i++) fputs(closing, out);
  fputs(after, out);
  fclose(out);
  return text;
}

/* None ends the engine or keeps it; what the model says is held, refused or cut. */
static void schema__that_is_made_to_kill_ends_its_own_call_alone(void) {
  llmb_bridge *bridge = open_model("random_llama_q8_0");
  char *hostile[] = {
      strdup("{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"allOf\":[{\"$ref\":\"#/$defs/b\"}]},\"b\":{\"allOf\":[{"
             "\"$ref\":\"#/$defs/a\"}]}}}"),
      strdup("{\"allOf\":[{\"$ref\":\"#\"}]}"),
      text_of("{\"enum\":[\"first\"", ",\"value #\"", 5000, "", "", "]}"),
      strdup("{\"type\":\"string\",\"minLength\":2001,\"maxLength\":1000000}"),
      strdup("{\"type\":\"array\",\"minItems\":3000,\"maxItems\":3001,\"items\":{\"type\":\"array\",\"maxItems\":3000,"
             "\"items\":{\"type\":\"null\"}}}"),
      text_of("", "{\"type\":\"array\",\"items\":", 200, "{\"type\":\"null\"}", "}", ""),
      text_of("", "{\"anyOf\":[", 200, "{\"type\":\"null\"}", "]}", ""),
      strdup("{\"type\":\"string\",\"pattern\":\"^(a{0,1000}){0,1000}$\"}"),
      strdup("{\"const\":\"%llguidance {}\"}"),
      text_of("{\"type\":\"object\",\"properties\":{\"p\":{}", ",\"p#\":{\"type\":\"null\"}", 5000, "", "", "}}"),
  };
  for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
    llmb_call *call = NULL;
    llmb_settings *settings = NULL;
    check_watch();
    CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
    CHECK_INT(LLMB_OK, llmb_settings_set(settings, "json_schema", hostile[i], &error));
    CHECK_INT(LLMB_OK, llmb_settings_set(settings, "max_tokens", "40", &error));
    CHECK_INT(LLMB_OK, llmb_settings_set(settings, "schema_retries", "0", &error));
    CHECK_INT(LLMB_OK, llmb_settings_set(settings, "temperature", "1", &error));
    const llmb_status started = llmb_call_start(bridge, (const uint8_t *)"x", 1, settings, &call, &error);
    CHECK(started == LLMB_OK || started == LLMB_E_INVALID_ARGUMENT || started == LLMB_E_UNSUPPORTED);
    if (started == LLMB_OK) {
      const llmb_status status = end(call);
      if (status != LLMB_OK) printf("     %zu: %s\n", i, error.message);
      CHECK(status == LLMB_OK || status == LLMB_E_OUTPUT_INVALID || status == LLMB_E_INVALID_ARGUMENT);
    } else {
      printf("     %zu is refused at once: %.100s\n", i, error.message);
    }
    llmb_settings_close(settings);
    free(hostile[i]);
  }
  CHECK_INT(LLMB_OK, end(fixture_start(bridge, "x", "max_tokens", "1", NULL)));
  CHECK_INT(1, result.attempts);
  llmb_stats stats = {.struct_size = sizeof stats};
  CHECK_INT(LLMB_OK, llmb_bridge_stats(bridge, &stats, &error));
  CHECK_INT(0, stats.engines_crashed);
  llmb_bridge_close(bridge);
}

/* Each place of such a grammar leads to thousands of others. */
static void grammar__that_takes_long_ends_by_its_limits_and_keeps_no_neighbour(void) {
  llmb_bridge *bridge = open_model("random_llama_q8_0");
  const char *const hostile[] = {
      "root ::= a{0,2000} \"!\"\na ::= b{0,2000}\nb ::= c{0,2000}\nc ::= [a-z] | [a-z] c | [a-z] b [a-z]",
      "root ::= (a | b | c)* \"!\"\na ::= [a-z]{1,2000}\nb ::= [a-z]{1,1999} [a-z]\nc ::= ([a-z]{1,2000} "
      "[a-z]){1,2000}",
      "root ::= \"a\" root \"a\" | [a-z] root \"b\" | [a-z] root [a-z] | [a-z] root | \"!\"",
  };
  for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
    check_watch();
    llmb_call *neighbour = fixture_start(bridge, "y", "max_tokens", "20", NULL);
    llmb_call *call = fixture_start(bridge, "x", "grammar", hostile[i], "timeout_ms", "3000", "max_tokens", "200",
                                    "temperature", "1", NULL);
    const llmb_status status = end(call);
    CHECK(status == LLMB_OK || status == LLMB_E_INVALID_ARGUMENT || status == LLMB_E_DEADLINE_EXCEEDED);
    printf("     %zu: %d %s\n", i, (int)status, status == LLMB_OK ? "" : error.message);
    CHECK_INT(LLMB_OK, end(neighbour));
    CHECK_INT(1, result.attempts);
  }
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(answer__keeps_a_schema_that_the_model_knows_nothing_of), TEST(answer__in_a_grammar_is_one_of_its_texts),
           TEST(schema__beside_a_grammar_is_checked_all_the_same),
           TEST(grammar__that_does_not_parse_is_refused_with_line_and_column),
           TEST(schema__that_is_made_to_kill_ends_its_own_call_alone),
           TEST(grammar__that_takes_long_ends_by_its_limits_and_keeps_no_neighbour))
