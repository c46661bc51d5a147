/* What engines tell of tokens, and what becomes of it where it is something else. */
#include "tests/bridge/bridge_harness.h"

static uint64_t count_of(const char *text, const char *part) {
  uint64_t count = 0;
  for (const char *at = text; (at = strstr(at, part)) != NULL; at++) count++;
  return count;
}

/* What is told of an answer's tokens; the caller frees it. */
static char *logprobs_of(llmb_bridge *bridge, const llmb_settings *settings, llmb_status expected) {
  llmb_call *call = NULL;
  llmb_error error;
  char *json = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_call_start(bridge, (const uint8_t *)"hi", 2, settings, &call, &error));
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_logprobs(call, &json));
  CHECK_INT(expected, llmb_call_finish(call, LLMB_NEVER, NULL, &error));
  CHECK_INT(LLMB_OK, llmb_call_logprobs(call, &json));
  llmb_call_close(call);
  return json;
}

static void logprobs__come_with_the_end_of_the_call(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 0", NULL);
  llmb_settings *settings = settings_of("logprobs", "20", NULL);
  char *json = logprobs_of(bridge, settings, LLMB_OK);
  CHECK_INT(3, count_of(json, "\"top_logprobs\""));
  CHECK_INT(60, count_of(json, "\"other "));
  llmb_free(json);
  json = logprobs_of(bridge, NULL, LLMB_OK);
  CHECK_TEXT("[]", json);
  llmb_free(json);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_logprobs(NULL, &json));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

/* Larger than a ring: they go through it piece by piece. */
static void logprobs__of_many_tokens_are_whole(void) {
  llmb_bridge *bridge = bridge_of("pieces 2000 0", NULL);
  llmb_settings *settings = settings_of("logprobs", "20", "max_tokens", "2000", NULL);
  char *json = logprobs_of(bridge, settings, LLMB_OK);
  CHECK_INT(2000, count_of(json, "\"top_logprobs\""));
  CHECK_CONTAINS("\"piece 2000\"", json);
  llmb_free(json);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void logprobs__that_are_none_fail_the_call_and_end_the_engine(void) {
  llmb_bridge *bridge = bridge_of("bad_logprobs; echo", NULL);
  llmb_settings *settings = settings_of("logprobs", "1", NULL);
  char *json = logprobs_of(bridge, settings, LLMB_E_PROTOCOL_ERROR);
  CHECK_TEXT("[]", json);
  llmb_free(json);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void logprobs__that_nobody_asked_for_are_dropped(void) {
  llmb_bridge *bridge = bridge_of("bad_logprobs; echo", NULL);
  char *json = logprobs_of(bridge, NULL, LLMB_OK);
  CHECK_TEXT("[]", json);
  llmb_free(json);
  bridge_end(bridge);
}

static void tokens__are_a_texts_bytes_and_that_text_again(void) {
  static const uint8_t text[] =
      "Stra\xc3\x9f"
      "e \xf0\x9f\x98\x80";
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  int32_t *tokens = NULL;
  uint64_t count = 0, size = 0;
  char *back = NULL;
  CHECK_INT(LLMB_OK, llmb_tokenize(bridge, text, sizeof text - 1, NULL, &tokens, &count, &error));
  CHECK_INT(sizeof text - 1, count);
  for (uint64_t i = 0; i < count; i++) CHECK_INT(text[i], tokens[i]);
  CHECK_INT(LLMB_OK, llmb_detokenize(bridge, tokens, count, NULL, &back, &size, &error));
  CHECK_TEXT((const char *)text, back);
  llmb_free(tokens);
  llmb_free(back);
  bridge_end(bridge);
}

static void tokens__that_are_none_are_output_invalid(void) {
  llmb_bridge *bridge = bridge_of("pieces 1 0", NULL);
  llmb_error error;
  int32_t *tokens = NULL;
  uint64_t count = 0;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, llmb_tokenize(bridge, (const uint8_t *)"x", 1, NULL, &tokens, &count, &error));
  CHECK_CONTAINS("no array of tokens", error.message);
  CHECK(tokens == NULL && count == 0);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_tokenize(bridge, (const uint8_t *)"x", 1, NULL, NULL, &count, &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_detokenize(bridge, NULL, 1, NULL, NULL, &count, &error));
  bridge_end(bridge);
}

CHECK_MAIN(TEST(logprobs__come_with_the_end_of_the_call), TEST(logprobs__of_many_tokens_are_whole),
           TEST(logprobs__that_are_none_fail_the_call_and_end_the_engine),
           TEST(logprobs__that_nobody_asked_for_are_dropped), TEST(tokens__are_a_texts_bytes_and_that_text_again),
           TEST(tokens__that_are_none_are_output_invalid))
