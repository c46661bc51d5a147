/* llmb_tokenize and llmb_detokenize: texts that are hard to divide come back as they were. */
#include <stdbool.h>
#include <stdio.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

static const char *const models[] = {"random_llama_f32", "random_qwen2_f32", "random_gemma_f32", "chain"};

static const char *const texts[] = {
    "a",
    " ",
    "  two before, two behind  ",
    "Stra\xc3\x9f"
    "e, \xe4\xbd\xa0\xe5\xa5\xbd, \xd8\xb3\xd9\x84\xd8\xa7\xd9\x85",
    "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 family",
    "typed </s> and <s> and <|im_end|>",
    "<s>",
    "\n\n\ttabs\r\n",
    "a\xcc\x81 combined",
    "\xef\xbf\xbd\xef\xbb\xbf",
};

static llmb_error error;

static llmb_settings *settings_of(const char *name, const char *value) {
  llmb_settings *settings = NULL;
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, name, value, &error));
  return settings;
}

static void check_round_trip(llmb_bridge *bridge, const char *text, uint64_t size) {
  int32_t *tokens = NULL;
  uint64_t count = 0, counted = 0, back_size = 0;
  char *back = NULL;
  CHECK_INT(LLMB_OK, llmb_tokenize(bridge, (const uint8_t *)text, size, NULL, &tokens, &count, &error));
  CHECK_INT(LLMB_OK, llmb_count_tokens(bridge, (const uint8_t *)text, size, &counted, &error));
  CHECK_INT(counted, count);
  CHECK_INT(LLMB_OK, llmb_detokenize(bridge, tokens, count, NULL, &back, &back_size, &error));
  CHECK_INT(size, back_size);
  const bool same = back != NULL && back_size == size && memcmp(text, back, size) == 0;
  CHECK(same);
  if (!same) fprintf(stderr, "\"%.60s\" came back as \"%.60s\"\n", text, back);
  llmb_free(tokens);
  llmb_free(back);
}

static void text__comes_back_as_it_was(void) {
  for (size_t m = 0; m < sizeof models / sizeof models[0]; m++) {
    llmb_bridge *bridge = fixture_open(models[m], NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) check_round_trip(bridge, texts[i], strlen(texts[i]));
    llmb_bridge_close(bridge);
  }
}

static void text__of_a_mebibyte_comes_back_as_it_was(void) {
  enum { TEXT_SIZE = 1 << 20 };
  char *text = malloc(TEXT_SIZE);
  if (text == NULL) abort();
  for (uint32_t i = 0, x = 1; i < TEXT_SIZE; i++, x = x * 1664525 + 1013904223) text[i] = (char)(' ' + (x >> 16) % 95);
  llmb_bridge *bridge = fixture_open(models[0], "timeout_ms", "120000", NULL);
  check_round_trip(bridge, text, TEXT_SIZE);
  llmb_bridge_close(bridge);
  free(text);
}

static void text__that_is_none_is_refused(void) {
  llmb_error_init(&error);
  int32_t *tokens = NULL;
  uint64_t count = 7;
  llmb_bridge *bridge = fixture_open("chain", NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_tokenize(bridge, (const uint8_t *)"", 0, NULL, &tokens, &count, &error));
  CHECK_CONTAINS("empty", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_tokenize(bridge, (const uint8_t *)"a\xff", 2, NULL, &tokens, &count, &error));
  CHECK_CONTAINS("not UTF-8 from byte 1", error.message);
  CHECK(tokens == NULL && count == 0);
  llmb_bridge_close(bridge);
}

/* As text it is spelled, as what it means one token. */
static void control_token__that_is_typed_is_text_unless_it_is_to_be_parsed(void) {
  llmb_bridge *bridge = fixture_open("random_llama_f32", NULL);
  llmb_settings *parse = settings_of("special", "parse");
  const uint8_t *text = (const uint8_t *)"x</s>y";
  int32_t *typed = NULL, *meant = NULL;
  uint64_t typed_count = 0, meant_count = 0, size = 0;
  char *back = NULL;
  CHECK_INT(LLMB_OK, llmb_tokenize(bridge, text, 6, NULL, &typed, &typed_count, &error));
  CHECK_INT(LLMB_OK, llmb_tokenize(bridge, text, 6, parse, &meant, &meant_count, &error));
  CHECK(meant_count < typed_count);
  CHECK_INT(LLMB_OK, llmb_detokenize(bridge, meant, meant_count, NULL, &back, &size, &error));
  CHECK_TEXT("xy", back);
  llmb_free(back);
  CHECK_INT(LLMB_OK, llmb_detokenize(bridge, meant, meant_count, parse, &back, &size, &error));
  CHECK_CONTAINS("x</s>y", back);
  llmb_free(back);
  llmb_free(typed);
  llmb_free(meant);
  llmb_settings_close(parse);
  llmb_bridge_close(bridge);
}

static void tokens__that_are_none_are_refused_and_half_a_character_is_replaced(void) {
  llmb_error_init(&error);
  llmb_bridge *bridge = fixture_open("random_llama_f32", NULL);
  uint64_t size = 7;
  char *back = NULL;
  const int32_t wrong[][2] = {{300, -1}, {300, 1 << 30}, {300, INT32_MIN}};
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_detokenize(bridge, wrong[i], 2, NULL, &back, &size, &error));
    CHECK_CONTAINS("tokens: number 1 is ", error.message);
    CHECK_CONTAINS("allowed are 0 to ", error.message);
    CHECK(back == NULL && size == 0);
  }
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_detokenize(bridge, NULL, 2, NULL, &back, &size, &error));
  const int32_t half = 3 + 0xe2; /* the byte */
  CHECK_INT(LLMB_OK, llmb_detokenize(bridge, &half, 1, NULL, &back, &size, &error));
  CHECK_TEXT("\xef\xbf\xbd", back);
  llmb_free(back);
  CHECK_INT(LLMB_OK, llmb_detokenize(bridge, NULL, 0, NULL, &back, &size, &error));
  CHECK_TEXT("", back);
  llmb_free(back);
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(text__comes_back_as_it_was), TEST(text__of_a_mebibyte_comes_back_as_it_was),
           TEST(text__that_is_none_is_refused), TEST(control_token__that_is_typed_is_text_unless_it_is_to_be_parsed),
           TEST(tokens__that_are_none_are_refused_and_half_a_character_is_replaced))
