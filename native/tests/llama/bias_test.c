/* The settings `logit_bias` and `min_tokens` in the llama engine: what they change beside libllama's own samplers, what
 * they cannot change, and which values are refused. */
#include <stdio.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"
#include "tests/llama/reference_answer.h"

#define MODEL "random_llama_f32"

enum {
  BIASES = 120,
  ID_FIRST = 259 /* no bytes: the reference prints them as they are */,
  ID_LAST = 340,
  JSON_SIZE = 16384
};

static char answer[FIXTURE_ANSWER_SIZE], plain[FIXTURE_ANSWER_SIZE];
static char json[JSON_SIZE], pairs[JSON_SIZE];
static llmb_result result;
static llmb_error error;

static llmb_status ask(llmb_bridge *bridge, const char *name, const char *value) {
  return fixture_ask(bridge, "Once upon a time", name, value, answer, &result, &error);
}

/* The same biases for both: as the setting has them, and as the reference program. */
static void make_biases(unsigned seed, double largest) {
  bool taken[ID_LAST + 1] = {false};
  size_t at = 1, end = 0;
  strcpy(json, "{");
  pairs[0] = 0;
  for (int i = 0; i < BIASES; i++) {
    seed = seed * 1664525 + 1013904223;
    const unsigned id = ID_FIRST + (seed >> 8) % (ID_LAST - ID_FIRST + 1);
    if (taken[id]) continue;
    taken[id] = true;
    const double bias = ((int)(seed >> 16 & 255) - 128) / 128.0 * largest;
    at += (size_t)snprintf(json + at, sizeof json - at, "%s\"%u\":%.4f", at > 1 ? "," : "", id, bias);
    end += (size_t)snprintf(pairs + end, sizeof pairs - end, " %u %.4f", id, bias);
  }
  snprintf(json + at, sizeof json - at, "}");
}

static void biases__are_those_of_libllamas_own_sampler(void) {
  static const struct {
    const char *repeat, *frequency, *presence, *tokens_min;
    double largest;
  } rows[] = {{"1", "0", "0", "0", 2},  {"1", "0", "0", "0", 100},      {"1.3", "0.5", "0.5", "0", 6},
              {"1", "0", "0", "40", 4}, {"1.1", "-0.5", "1", "48", 12}, {"1", "0", "0", "48", 0}};
  static char expected[FIXTURE_ANSWER_SIZE];
  llmb_bridge *bridge = fixture_open(MODEL, "threads", "1", "context", "512", NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "max_tokens", "48"));
  strcpy(plain, answer);
  unsigned others = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    static char numbers[JSON_SIZE + 128];
    make_biases((unsigned)i, rows[i].largest);
    snprintf(numbers, sizeof numbers, "%s %s %s %s%s", rows[i].repeat, rows[i].frequency, rows[i].presence,
             rows[i].tokens_min, pairs);
    CHECK(reference_answer_with(MODEL, "Once upon a time", numbers, expected));
    llmb_call *call = fixture_start(bridge, "Once upon a time", "logit_bias", json, "repeat_penalty", rows[i].repeat,
                                    "frequency_penalty", rows[i].frequency, "presence_penalty", rows[i].presence,
                                    "min_tokens", rows[i].tokens_min, "max_tokens", "48", NULL);
    CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
    llmb_call_close(call);
    CHECK_TEXT(expected, answer);
    others += strcmp(plain, answer) != 0;
  }
  CHECK(others >= 4);
  llmb_bridge_close(bridge);
}

/* The sentence's model ends behind it. */
static void min_tokens__is_what_libllama_says_without_ends(void) {
  static char expected[FIXTURE_ANSWER_SIZE];
  llmb_bridge *bridge = fixture_open("chain", "threads", "1", "context", "512", NULL);
  for (int least = 12; least <= 40; least += 7) {
    char number[16], numbers[32];
    snprintf(number, sizeof number, "%d", least);
    snprintf(numbers, sizeof numbers, "1 0 0 %d", least);
    CHECK(reference_answer_with("chain", "Once upon a time", numbers, expected));
    llmb_call *call = fixture_start(bridge, "Once upon a time", "min_tokens", number, "max_tokens", "48", NULL);
    CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
    CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
    llmb_call_close(call);
    CHECK(result.completion_tokens >= (uint64_t)least);
    CHECK_TEXT(expected, answer);
    CHECK_INT(least > 13, strcmp(FIXTURE_CHAIN_TEXT, answer) != 0);
  }
  llmb_bridge_close(bridge);
}

/* "again and " is two tokens, of which the second one ends the word. */
static void stop__is_not_looked_for_in_the_first_min_tokens(void) {
  static const struct {
    const char *least, *text;
    uint64_t tokens;
  } rows[] = {{"0", "", 2}, {"1", "again and ", 4}, {"2", "again and ", 4}, {"3", "again and again and ", 6}};
  llmb_bridge *bridge = fixture_open("loop", NULL);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    llmb_call *call =
        fixture_start(bridge, "x", "stop", "again", "min_tokens", rows[i].least, "max_tokens", "20", NULL);
    CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
    CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
    llmb_call_close(call);
    CHECK_TEXT(rows[i].text, answer);
    CHECK_INT(rows[i].tokens, result.completion_tokens);
    CHECK_INT(LLMB_FINISH_STOP_STRING, result.finish_reason);
  }
  llmb_bridge_close(bridge);
}

static void bias__of_a_text_is_for_every_token_that_has_it(void) {
  llmb_bridge *bridge = fixture_open(MODEL, NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "logit_bias", "{\"q\":100}")); /* a letter, and a byte */
  CHECK(strlen(answer) > 100);
  CHECK_INT(strlen(answer), strspn(answer, "q"));
  CHECK_INT(LLMB_OK, ask(bridge, "logit_bias", " { \"\\u0071\" : 1e2 } "));
  CHECK_INT(strlen(answer), strspn(answer, "q"));
  llmb_bridge_close(bridge);
  bridge = fixture_open("chain", NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "logit_bias", "{\"</s>\":100}"));
  CHECK_TEXT("", answer); /* a control token is named by its spelling */
  CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
  CHECK_INT(LLMB_OK, ask(bridge, "logit_bias", "{}"));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  llmb_bridge_close(bridge);
}

/* Neither what is forbidden nor what is wanted most gets past a grammar; among what it allows, the bias chooses. */
static void bias__does_not_break_a_grammar(void) {
  static const char *const temperatures[] = {"0", "1"};
  llmb_bridge *bridge = fixture_open(MODEL, NULL);
  for (int i = 0; i < 2; i++) {
    llmb_call *call = fixture_start(bridge, "x", "grammar", "root ::= [abc]{20}", "logit_bias", "{\"q\":100,\"b\":90}",
                                    "temperature", temperatures[i], NULL);
    CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
    llmb_call_close(call);
    CHECK_TEXT("bbbbbbbbbbbbbbbbbbbb", answer);
    call = fixture_start(bridge, "x", "grammar", "root ::= \"no\"", "logit_bias", "{\"n\":-100,\"o\":-100,\"no\":-100}",
                         "min_tokens", "100", "temperature", temperatures[i], NULL);
    if (call == NULL) abort();
    const llmb_status status = fixture_read_all(call, answer, &error);
    llmb_call_close(call);
    if (status == LLMB_E_INVALID_ARGUMENT) { /* there may be no such token */
      CHECK_CONTAINS("\"no\"", error.message);
    } else {
      CHECK_INT(LLMB_OK, status);
      CHECK_TEXT("no", answer);
    }
    call = fixture_start(bridge, "x", "json_schema", "{\"type\":\"array\",\"items\":{\"enum\":[1,23]},\"minItems\":2}",
                         "logit_bias", "{\"[\":-100,\"{\":100,\"]\":-40}", "schema_retries", "0", "min_tokens", "30",
                         "max_tokens", "400", "temperature", temperatures[i], NULL);
    const llmb_status end = fixture_read_all(call, answer, &error);
    CHECK(end == LLMB_OK || (end == LLMB_E_OUTPUT_INVALID && strstr(error.message, "max_tokens") != NULL));
    CHECK_INT('[', answer[0]);
    llmb_call_close(call);
  }
  llmb_bridge_close(bridge);
}

static void bias__that_cannot_be_is_refused_by_its_name(void) {
  static const struct {
    const char *json, *message;
  } rows[] = {
      {"[1]", "allowed is a JSON object"},
      {"{\"5\":1", "allowed is a JSON object"},
      {"{\"5\":1}x", "allowed is a JSON object"},
      {"{\"5\":{\"a\":1}}", "allowed is a JSON object"},
      {"{\"5\":\"1\"}", "allowed is a JSON object"},
      {"{5:1}", "allowed is a JSON object"},
      {"{\"5\":}", "allowed is a JSON object"},
      {"{\"5\":true}", "\"5\" has the value true, allowed is a number from -100 to 100"},
      {"{\"5\":NaN}", "\"5\" has the value NaN, allowed is a number"},
      {"{\"5\":-inf}", "\"5\" has the value -inf, allowed is a number"},
      {"{\"5\":1e999}", "\"5\" has the value 1e999, allowed is a number"},
      {"{\"5\":100.5}", "\"5\" has the value 100.5, allowed is a number from -100 to 100"},
      {"{\"6\":1,\"5\":-101}", "\"5\" has the value -101, allowed is a number from -100 to 100"},
      {"{\"999999\":1}", "\"999999\" is no token of this model, allowed are 0 to "},
      {"{\"99999999999999999999\":1}", "is no token of this model"},
      {"{\"-1\":1}", "\"-1\" is not the text of one token"},
      {"{\"Once upon a time\":1}", "\"Once upon a time\" is not the text of one token"},
      {"{\"\":1}", "\"\" is not the text of one token"},
      {"{\"5\":1,\"5\":2}", "\"5\" names token 5 a second time"},
  };
  llmb_bridge *bridge = fixture_open(MODEL, NULL);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "logit_bias", rows[i].json));
    CHECK_CONTAINS("logit_bias", error.message);
    CHECK_CONTAINS(rows[i].message, error.message);
  }
  size_t at = 1;
  strcpy(json, "{");
  for (int i = 0; i < 1025; i++) at += (size_t)snprintf(json + at, sizeof json - at, "%s\"%d\":1", i > 0 ? "," : "", i);
  strcpy(json + at, "}");
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "logit_bias", json));
  CHECK_CONTAINS("1025 entries, allowed are 1024", error.message);
  CHECK_INT(LLMB_OK, ask(bridge, "logit_bias", "{\"5\":-100}"));
  CHECK_INT(1, result.attempts);
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(biases__are_those_of_libllamas_own_sampler), TEST(min_tokens__is_what_libllama_says_without_ends),
           TEST(stop__is_not_looked_for_in_the_first_min_tokens), TEST(bias__of_a_text_is_for_every_token_that_has_it),
           TEST(bias__does_not_break_a_grammar), TEST(bias__that_cannot_be_is_refused_by_its_name))
