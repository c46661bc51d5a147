/* What the llama engine answers, against what is known of the models and against libllama itself. */
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"
#include "tests/llama/reference_answer.h"

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

/* What a limit leaves of a character is no part of the answer. */
static void llama__drops_the_half_character_that_a_limit_leaves(void) {
  static const char whole[] =
      "Price: \xe2\x82\xac"
      "12 or \xc2\xa3"
      "10 for \xf0\x9f\x98\x80";
  llmb_bridge *bridge = fixture_open("bytes", NULL);
  for (int tokens = 1; tokens <= 13; tokens++) {
    char limit[8];
    snprintf(limit, sizeof limit, "%d", tokens);
    CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "max_tokens", limit, answer, &result, &error));
    CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
    CHECK_INT(tokens, result.completion_tokens);
    CHECK_INT(0, strncmp(whole, answer, strlen(answer)));
  }
  llmb_bridge_close(bridge);
  char prompt[14] = "xxxxxxxxxxxxx"; /* with one before all 14 of 16 tokens: the third of the answer is cut */
  bridge = fixture_open("bytes", "context", "16", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, prompt, "prompt_format", "raw", answer, &result, &error));
  CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
  CHECK_INT(0, strncmp(whole, answer, strlen(answer)));
  llmb_bridge_close(bridge);
}

static void llama__replaces_bytes_that_are_no_text_and_counts_them(void) {
  llmb_bridge *bridge = fixture_open("bad_bytes", NULL);
  llmb_call *call = fixture_start(bridge, "x", NULL);
  char *details = NULL;
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_details(call, &details));
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_TEXT("Hello\xef\xbf\xbd there, friend\xef\xbf\xbd", answer);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, NULL, &error));
  CHECK_INT(LLMB_OK, llmb_call_details(call, &details));
  CHECK_TEXT("{\"cached_prompt_tokens\":0,\"replaced\":2}", details);
  llmb_free(details);
  llmb_call_close(call);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "stop", "\xef\xbf\xbd there", answer, &result, &error));
  CHECK_TEXT("Hello", answer);
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

static void check_answers(const char *model, const char *const *prompts, int count) {
  static char expected[FIXTURE_ANSWER_SIZE];
  llmb_bridge *bridge = fixture_open(model, "threads", "1", "context", "512", NULL);
  for (int i = 0; i < count; i++) {
    CHECK(reference_answer(model, prompts[i], expected));
    CHECK_INT(LLMB_OK, fixture_ask(bridge, prompts[i], "max_tokens", "48", answer, &result, &error));
    CHECK(strlen(answer) >= REFERENCE_TOKENS);
    CHECK_TEXT(expected, answer);
  }
  llmb_bridge_close(bridge);
}

static void penalties__are_those_of_libllamas_own_sampler(void) {
  static const struct {
    const char *repeat, *frequency, *presence;
  } rows[] = {{"1", "0", "0"}, {"1", "0", "1.5"}, {"1", "1.25", "0"}, {"1", "-0.25", "-2"}, {"1.3", "0.1", "0.1"}};
  static char expected[FIXTURE_ANSWER_SIZE], first[FIXTURE_ANSWER_SIZE];
  llmb_bridge *bridge = fixture_open("random_llama_f32", "threads", "1", "context", "512", NULL);
  unsigned others = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char numbers[64];
    snprintf(numbers, sizeof numbers, "%s %s %s", rows[i].repeat, rows[i].frequency, rows[i].presence);
    CHECK(reference_answer_with("random_llama_f32", "Once upon a time", numbers, expected));
    llmb_call *call = fixture_start(bridge, "Once upon a time", "repeat_penalty", rows[i].repeat, "frequency_penalty",
                                    rows[i].frequency, "presence_penalty", rows[i].presence, "max_tokens", "48", NULL);
    CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
    llmb_call_close(call);
    CHECK_TEXT(expected, answer);
    if (i == 0) strcpy(first, answer);
    others += strcmp(first, answer) != 0;
  }
  CHECK(others >= 3);
  llmb_bridge_close(bridge);
}

static void llama__says_what_libllama_itself_says(void) {
  static const char *const architectures[] = {"llama", "qwen2", "gemma", "phi3"};
  static const char *const types[] = {"f32", "f16", "q8_0", "q4_0"};
  static char long_prompt[400];
  memset(long_prompt, 'k', sizeof long_prompt - 1); /* more than one chunk */
  for (int i = 0; i < 16; i++) {
    char model[64];
    snprintf(model, sizeof model, "random_%s_%s", architectures[i / 4], types[i % 4]);
    const char *const prompts[] = {"Once upon a time", i % 4 == 0 ? long_prompt : "1 + 1 ="};
    check_answers(model, prompts, 2);
  }
}

/* The type that most of a model's parameters are in. */
static void check_type(const char *model, const char *type) {
  char expected[64], *json = NULL;
  snprintf(expected, sizeof expected, "\"quantisation\":\"%s\"", type);
  CHECK_INT(LLMB_OK, llmb_inspect(fixture_model(model), &json, &error));
  CHECK_CONTAINS(expected, json);
  llmb_free(json);
}

/* Quantised by libllama, as the files are that users have. */
static void llama__says_what_libllama_itself_says_in_the_types_of_users_files(void) {
  static const struct {
    const char *model, *type;
  } models[] = {
      {"wide_llama_q4_k_m", "Q4_K"},   {"wide_llama_q5_k_m", "Q5_K"}, {"wide_llama_q6_k", "Q6_K"},
      {"wide_llama_q3_k_m", "Q3_K"},   {"wide_llama_q2_k", "Q2_K"},   {"wide_llama_iq4_nl", "IQ4_NL"},
      {"wide_llama_iq4_xs", "IQ4_XS"}, {"wide_llama_iq3_s", "IQ3_S"}, {"wide_llama_q4_1", "Q4_1"},
      {"wide_llama_q5_0", "Q5_0"},     {"wide_llama_q5_1", "Q5_1"},   {"wide_llama_bf16", "BF16"},
      {"wide_llama_tq2_0", "TQ2_0"},   {"wide_qwen2_q4_k_m", "Q4_K"}, {"wide_gemma_q4_k_m", "Q4_K"},
      {"wide_phi3_q4_k_m", "Q4_K"},
  };
  static const char *const prompts[] = {"Once upon a time"};
  for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
    check_type(models[i].model, models[i].type);
    check_answers(models[i].model, prompts, 1);
  }
}

CHECK_MAIN(TEST(llama__says_the_sentence_of_the_chain), TEST(llama__streams_token_by_token),
           TEST(llama__delivers_characters_whole_that_the_model_says_byte_by_byte),
           TEST(llama__drops_the_half_character_that_a_limit_leaves),
           TEST(llama__replaces_bytes_that_are_no_text_and_counts_them), TEST(llama__ends_at_max_tokens),
           TEST(llama__ends_where_the_context_ends), TEST(llama__refuses_a_prompt_longer_than_the_context),
           TEST(llama__refuses_a_prompt_of_megabytes_at_once), TEST(llama__says_what_libllama_itself_says),
           TEST(penalties__are_those_of_libllamas_own_sampler),
           TEST(llama__says_what_libllama_itself_says_in_the_types_of_users_files))
