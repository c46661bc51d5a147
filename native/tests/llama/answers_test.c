/* What the llama engine answers, against what is known of the models and against libllama itself. */
#include <stdio.h>
#include <string.h>

#include "../check.h"
#include "llama_fixture.h"

static char answer[FIXTURE_ANSWER_SIZE];
static llmb_result result;
static llmb_error error;

static void llama__says_the_sentence_of_the_chain(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "Whatever", NULL, NULL, answer, &result, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
  CHECK_INT(9, result.prompt_tokens); /* eight letters and the token that begins every text */
  CHECK_INT(13, result.completion_tokens);
  CHECK_TEXT("llama", result.engine);
  llmb_bridge_close(bridge);
}

static void llama__streams_token_by_token(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  llmb_call *call = fixture_start(bridge, "x", NULL);
  char piece[8];
  uint64_t size = 0, pieces = 0, total = 0;
  while (llmb_call_read(call, (uint8_t *)piece, sizeof piece, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &size,
                        &error) == LLMB_OK &&
         size > 0) {
    memcpy(answer + total, piece, size);
    total += size;
    pieces++;
  }
  answer[total] = 0;
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  CHECK(pieces > 1);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

static void llama__delivers_characters_whole_that_the_model_says_byte_by_byte(void) {
  llmb_bridge *bridge = fixture_open("bytes", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", NULL, NULL, answer, &result, &error));
  CHECK_TEXT(
      "Price: \xe2\x82\xac"
      "12 or \xc2\xa3"
      "10 for \xf0\x9f\x98\x80",
      answer);
  CHECK_INT(14, result.completion_tokens); /* nine of them single bytes */
  llmb_bridge_close(bridge);
}

static void llama__ends_at_max_tokens(void) {
  llmb_bridge *bridge = fixture_open("loop", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "max_tokens", "4", answer, &result, &error));
  CHECK_TEXT("again and again and ", answer);
  CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
  CHECK_INT(4, result.completion_tokens);
  llmb_bridge_close(bridge);
}

static void llama__ends_where_the_context_ends(void) {
  llmb_bridge *bridge = fixture_open("loop", "context", "32", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "123456789", NULL, NULL, answer, &result, &error));
  CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
  CHECK_INT(10, result.prompt_tokens);
  CHECK_INT(23, result.completion_tokens); /* the last one is said but needs no place any more */
  llmb_bridge_close(bridge);
}

static void llama__refuses_a_prompt_longer_than_the_context(void) {
  llmb_bridge *bridge = fixture_open("chain", "context", "16", NULL);
  CHECK_INT(LLMB_E_CONTEXT_FULL, fixture_ask(bridge, "sixteen letters!", NULL, NULL, answer, &result, &error));
  CHECK_INT(LLMB_PHASE_PROMPT, error.phase);
  CHECK_CONTAINS("17 tokens", error.message);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "fifteen letters", NULL, NULL, answer, &result, &error));
  CHECK_TEXT("Hell", answer);
  llmb_bridge_close(bridge);
}

static void llama__refuses_a_prompt_of_megabytes_at_once(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  const size_t size = 10 << 20;
  char *prompt = malloc(size + 1);
  memset(prompt, 'a', size);
  prompt[size] = 0;
  CHECK_INT(LLMB_E_CONTEXT_FULL, fixture_ask(bridge, prompt, NULL, NULL, answer, &result, &error));
  free(prompt);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", NULL, NULL, answer, &result, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  llmb_bridge_close(bridge);
}

/* The text that llama_reference prints after its line "text". */
static void reference_text(const char *model, const char *prompt, char *text) {
  char command[8192];
  snprintf(command, sizeof command, "'%s' generate '%s' '%s' 48 512 1", LLMB_TEST_REFERENCE, fixture_model(model),
           prompt);
  FILE *output = popen(command, "r");
  size_t size = output != NULL ? fread(text, 1, FIXTURE_ANSWER_SIZE - 1, output) : 0;
  text[size] = 0;
  CHECK(output != NULL && pclose(output) == 0);
  char *begin = strstr(text, "\ntext\n");
  CHECK(begin != NULL);
  if (begin != NULL) memmove(text, begin + 6, strlen(begin + 6) + 1);
}

static void llama__says_what_libllama_itself_says(void) {
  static const char *const architectures[] = {"llama", "qwen2", "gemma", "phi3"};
  static const char *const types[] = {"f32", "f16", "q8_0", "q4_0"};
  static char expected[FIXTURE_ANSWER_SIZE], long_prompt[400];
  memset(long_prompt, 'k', sizeof long_prompt - 1); /* more than one chunk */
  for (int i = 0; i < 16; i++) {
    char model[64];
    snprintf(model, sizeof model, "random_%s_%s", architectures[i / 4], types[i % 4]);
    llmb_bridge *bridge = fixture_open(model, "threads", "1", "context", "512", NULL);
    const char *prompts[] = {"Once upon a time", i % 4 == 0 ? long_prompt : "1 + 1 ="};
    for (int p = 0; p < 2; p++) {
      reference_text(model, prompts[p], expected);
      CHECK_INT(LLMB_OK, fixture_ask(bridge, prompts[p], "max_tokens", "48", answer, &result, &error));
      CHECK(strlen(answer) >= 48);
      CHECK_TEXT(expected, answer);
    }
    llmb_bridge_close(bridge);
  }
}

CHECK_MAIN(TEST(llama__says_the_sentence_of_the_chain), TEST(llama__streams_token_by_token),
           TEST(llama__delivers_characters_whole_that_the_model_says_byte_by_byte), TEST(llama__ends_at_max_tokens),
           TEST(llama__ends_where_the_context_ends), TEST(llama__refuses_a_prompt_longer_than_the_context),
           TEST(llama__refuses_a_prompt_of_megabytes_at_once), TEST(llama__says_what_libllama_itself_says))
