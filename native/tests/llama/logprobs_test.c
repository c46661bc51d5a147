/* The setting `logprobs` in the llama engine, against the log-softmax that the reference program computes itself. */
#include <math.h>
#include <stdio.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"
#include "tests/llama/reference_answer.h"

#define MODEL "random_llama_f32"

enum { OTHERS = 5, SIZE = 1 << 20 };

static char answer[FIXTURE_ANSWER_SIZE];
static char reference[SIZE];
static llmb_result result;
static llmb_error error;

/* The answer of a call, what is told of its tokens, and what is known of it. */
static char *end(llmb_call *call) {
  char *json = NULL;
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_logprobs(call, &json));
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
  CHECK_INT(LLMB_OK, llmb_call_logprobs(call, &json));
  llmb_call_close(call);
  return json;
}

/* The next number behind a name. */
static const char *next_number(const char *at, const char *name, double *out) {
  const char *found = at != NULL ? strstr(at, name) : NULL;
  if (found == NULL) return NULL;
  *out = strtod(found + strlen(name), NULL);
  return found + strlen(name);
}

/* Compares what is told with the reference's lines "odds ID LOGPROB ...", and counts the tokens. */
static uint64_t compare(const char *json, const char *lines) {
  uint64_t tokens = 0;
  const char *at = json;
  for (const char *line = strstr(lines, "\nodds"); line != NULL; line = strstr(line, "\nodds"), tokens++) {
    char *rest = NULL;
    for (int i = 0; i <= OTHERS; i++) {
      double id = -1, logprob = 0;
      const double expected_id = strtod(i == 0 ? line + strlen("\nodds") : rest, &rest);
      const double expected = strtod(rest, &rest);
      at = next_number(at, "\"id\":", &id);
      at = next_number(at, "\"logprob\":", &logprob);
      CHECK_INT((int)expected_id, (int)id);
      CHECK(fabs(logprob - expected) <= 1e-5);
    }
    line = rest;
  }
  CHECK(at != NULL && strstr(at, "\"logprob\"") == NULL);
  return tokens;
}

static void logprobs__are_the_log_softmax_of_what_the_model_computed(void) {
  static const struct {
    const char *repeat, *frequency, *presence, *bias;
  } rows[] = {{"1", "0", "0", ""}, {"1.3", "0.5", "0.5", ""}, {"1", "0", "0", " 300 4 310 -100"}};
  llmb_bridge *bridge = fixture_open(MODEL, "threads", "1", "context", "512", NULL);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char numbers[128];
    snprintf(numbers, sizeof numbers, "%s %s %s 0%s", rows[i].repeat, rows[i].frequency, rows[i].presence,
             rows[i].bias);
    CHECK(reference_output(MODEL, "Once upon a time", numbers, reference, sizeof reference));
    char *json =
        end(fixture_start(bridge, "Once upon a time", "logprobs", "5", "max_tokens", "48", "repeat_penalty",
                          rows[i].repeat, "frequency_penalty", rows[i].frequency, "presence_penalty", rows[i].presence,
                          "logit_bias", rows[i].bias[0] != 0 ? "{\"300\":4,\"310\":-100}" : "{}", NULL));
    CHECK_INT(result.completion_tokens, compare(json, reference));
    CHECK(result.completion_tokens > 20);
    llmb_free(json);
  }
  llmb_bridge_close(bridge);
}

static void logprobs__of_bytes_have_the_bytes(void) {
  llmb_bridge *bridge = fixture_open("bytes", NULL);
  char *json = end(fixture_start(bridge, "x", "logprobs", "0", NULL));
  CHECK_CONTAINS("\"bytes\":[226]", json); /* of U+20AC, which the model says byte by byte */
  CHECK_CONTAINS("\"token\":\"\\ufffd\"", json);
  CHECK_CONTAINS("\"top_logprobs\":[]", json);
  llmb_free(json);
  llmb_bridge_close(bridge);
}

static void logprobs__that_were_not_asked_for_are_not_told(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  llmb_call *call = fixture_start(bridge, "x", NULL);
  char *json = end(call);
  CHECK_TEXT("[]", json);
  llmb_free(json);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_logprobs(NULL, &json));
  call = fixture_start(bridge, "x", "logprobs", "3", NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_INT(LLMB_OK, llmb_call_details(call, &json));
  CHECK_CONTAINS("\"logprobs\":true", json);
  llmb_free(json);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

/* Also those that a stop string has cut out of the text. */
static void logprobs__are_told_of_every_token_that_is_counted(void) {
  llmb_bridge *bridge = fixture_open("loop", NULL);
  char *json = end(fixture_start(bridge, "x", "logprobs", "0", "stop", "and again and", NULL));
  uint64_t told = 0;
  for (const char *at = json; (at = strstr(at, "\"top_logprobs\"")) != NULL; at++) told++;
  CHECK_INT(result.completion_tokens, told);
  llmb_free(json);
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(logprobs__are_the_log_softmax_of_what_the_model_computed), TEST(logprobs__of_bytes_have_the_bytes),
           TEST(logprobs__that_were_not_asked_for_are_not_told),
           TEST(logprobs__are_told_of_every_token_that_is_counted))
