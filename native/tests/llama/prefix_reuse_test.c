/* A prompt that begins like one before it is not decoded from its beginning again, and nobody can tell by the text. */
#include <stdio.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

enum { CALLS = 8, PREFIX_MAX = 700, PROMPT_SIZE = 1024 };

static char fresh[FIXTURE_ANSWER_SIZE], answer[FIXTURE_ANSWER_SIZE], answers[CALLS][FIXTURE_ANSWER_SIZE];
static llmb_result result;
static llmb_error error;

/* A prompt of `size` tokens, one a letter and one before all, and then what is asked. */
static const char *prompt_of(size_t size, unsigned kind, const char *question) {
  static char prompt[PROMPT_SIZE];
  for (size_t i = 0; i + 1 < size; i++) prompt[i] = (char)('a' + (i * i + i / 7 + kind * 5) % 26);
  snprintf(prompt + size - 1, PROMPT_SIZE - size, "%s", question);
  return prompt;
}

static llmb_call *start(llmb_bridge *bridge, const char *prompt, const char *temperature) {
  return fixture_start(bridge, prompt, "prompt_format", "raw", "temperature", temperature, "seed", "11", "max_tokens",
                       "24", NULL);
}

/* Reads a call to its end; returns how many tokens of its prompt were not decoded. */
static uint64_t finish(llmb_call *call, char *text) {
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, fixture_read_all(call, text, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
  const uint64_t cached = llmb_call_cached_prompt_tokens(call);
  llmb_call_close(call);
  return cached;
}

static uint64_t ask(llmb_bridge *bridge, const char *prompt, const char *temperature, char *text) {
  return finish(start(bridge, prompt, temperature), text);
}

/* The same prompt for an engine that has seen nothing. */
static void ask_fresh(const char *model, const char *prompt, const char *temperature) {
  llmb_bridge *bridge = fixture_open(model, "threads", "1", "context", "1024", NULL);
  CHECK_INT(0, ask(bridge, prompt, temperature, fresh));
  llmb_bridge_close(bridge);
}

static void prompt__is_decoded_from_the_last_whole_chunk_that_is_known(void) {
  static const struct {
    unsigned shared;
    uint64_t cached;
  } expected[] = {{1, 0},     {63, 0},    {64, 64},   {65, 64},   {127, 64},  {128, 128},
                  {129, 128}, {255, 128}, {256, 256}, {383, 256}, {384, 384}, {600, 512}};
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "slots", "1", "threads", "1", "context", "1024", NULL);
  for (unsigned i = 0; i < sizeof expected / sizeof expected[0]; i++) {
    ask(bridge, prompt_of(expected[i].shared, i, "AAAAAAAAAA"), "0", answer);
    CHECK_INT((long long)expected[i].cached, ask(bridge, prompt_of(expected[i].shared, i, "BBB"), "0", answer));
    CHECK_INT(expected[i].shared + 3, result.prompt_tokens);
  }
  llmb_bridge_close(bridge);
}

static void prompt__that_is_the_same_is_still_read_to_its_end(void) {
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "slots", "1", "threads", "1", "context", "1024", NULL);
  CHECK_INT(0, ask(bridge, prompt_of(128, 0, ""), "0", fresh));
  CHECK_INT(64, ask(bridge, prompt_of(128, 0, ""), "0", answer));
  CHECK_TEXT(fresh, answer);
  CHECK_INT(128, ask(bridge, prompt_of(129, 0, ""), "0", answer));
  llmb_bridge_close(bridge);
}

static void text__does_not_depend_on_what_was_known_of_its_prompt(void) {
  static const char *const architectures[] = {"llama", "qwen2", "gemma", "phi3"};
  static const char *const types[] = {"f32", "f16", "q8_0", "q4_0"};
  static const unsigned shared[] = {64, 100, 128, 300, PREFIX_MAX};
  for (unsigned i = 0; i < 16; i++) {
    char model[64];
    snprintf(model, sizeof model, "random_%s_%s", architectures[i / 4], types[i % 4]);
    llmb_bridge *bridge = fixture_open(model, "slots", "2", "threads", "1", "context", "1024", NULL);
    for (unsigned s = 0; s < sizeof shared / sizeof shared[0]; s++) {
      const char *temperature = (i + s) % 2 == 0 ? "0" : "0.9";
      ask(bridge, prompt_of(shared[s], i, "and then a dog"), "0", answer);
      const char *prompt = prompt_of(shared[s], i, "but how?");
      CHECK(ask(bridge, prompt, temperature, answer) >= 64);
      ask_fresh(model, prompt, temperature);
      CHECK_TEXT(fresh, answer);
    }
    llmb_bridge_close(bridge);
  }
}

static void text__does_not_depend_on_a_call_before_that_was_cancelled(void) {
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "slots", "1", "threads", "1", "context", "4096", NULL);
  ask_fresh("random_llama_q8_0", prompt_of(PREFIX_MAX, 3, "why?"), "0.9");
  for (unsigned i = 0; i < 12; i++) {
    llmb_call *call = fixture_start(bridge, prompt_of(PREFIX_MAX, 3, "x"), "max_tokens", "3000", NULL);
    if (i % 2 == 0) {
      CHECK_INT(LLMB_OK, llmb_call_poll(call, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &error));
    }
    CHECK_INT(LLMB_OK, llmb_call_cancel(call));
    CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(call, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), NULL, &error));
    CHECK_INT(0, llmb_call_cached_prompt_tokens(call));
    llmb_call_close(call);
    const uint64_t cached = ask(bridge, prompt_of(PREFIX_MAX, 3, "why?"), "0.9", answer);
    CHECK_TEXT(fresh, answer);
    if (i % 2 == 0) CHECK_INT(640, cached);
    ask(bridge, "something else", "0", answer);
  }
  llmb_bridge_close(bridge);
}

static void text__does_not_depend_on_a_call_before_that_filled_the_context(void) {
  llmb_bridge *bridge = fixture_open("random_qwen2_f16", "slots", "1", "threads", "1", "context", "1024", NULL);
  ask_fresh("random_qwen2_f16", prompt_of(PREFIX_MAX, 4, "why?"), "0");
  finish(fixture_start(bridge, prompt_of(PREFIX_MAX, 4, "x"), "max_tokens", "4000", NULL), answer);
  CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
  CHECK(result.completion_tokens > 300);
  CHECK_INT(640, ask(bridge, prompt_of(PREFIX_MAX, 4, "why?"), "0", answer));
  CHECK_TEXT(fresh, answer);
  llmb_bridge_close(bridge);
}

/* What was chosen token by token is not what a prompt with the same words would have been. */
static void answer__that_becomes_part_of_the_next_prompt_is_decoded(void) {
  static char conversation[2 * PROMPT_SIZE];
  llmb_bridge *bridge = fixture_open("random_llama_f16", "slots", "1", "threads", "1", "context", "1024", NULL);
  ask(bridge, prompt_of(150, 5, ""), "0", answer);
  CHECK_INT(24, result.completion_tokens);
  snprintf(conversation, sizeof conversation, "%s%.400s and on", prompt_of(150, 5, ""), answer);
  CHECK_INT(128, ask(bridge, conversation, "0", answer));
  ask_fresh("random_llama_f16", conversation, "0");
  CHECK_TEXT(fresh, answer);
  llmb_bridge_close(bridge);
}

static void conversations__are_each_remembered(void) {
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "slots", "3", "threads", "1", "context", "1024", NULL);
  for (unsigned turn = 0; turn < 4; turn++) {
    for (unsigned who = 0; who < 3; who++) {
      const uint64_t cached = ask(bridge, prompt_of(400 + turn * 90, who, "next"), "0", answer);
      CHECK_INT(turn == 0 ? 0 : (400 + (turn - 1) * 90) / 128 * 128, cached);
    }
    ask(bridge, "short", "0", answer); /* takes the oldest one's place, and that one must get over it */
    ask(bridge, prompt_of(400 + turn * 90, 0, "next"), "0", answer);
  }
  llmb_bridge_close(bridge);
}

static void calls_together__share_the_work_on_what_they_begin_with(void) {
  llmb_bridge *bridge =
      fixture_open("random_llama_f16", "slots", "8", "threads", "1", "context", "1024", "batching", "off", NULL);
  llmb_call *calls[CALLS];
  uint64_t decoded = 0;
  for (unsigned i = 0; i < CALLS; i++) {
    const char question[] = {(char)('A' + i), 0};
    calls[i] = start(bridge, prompt_of(PREFIX_MAX, 6, question), "0.9");
  }
  for (unsigned i = 0; i < CALLS; i++) {
    const uint64_t cached = finish(calls[i], answers[i]);
    decoded += result.prompt_tokens - cached;
  }
  CHECK(decoded < 3 * PREFIX_MAX);
  printf("     %llu tokens decoded for %u prompts of %u\n", (unsigned long long)decoded, CALLS, PREFIX_MAX + 1);
  llmb_bridge_close(bridge);
  for (unsigned i = 0; i < CALLS; i++) {
    const char question[] = {(char)('A' + i), 0};
    ask_fresh("random_llama_f16", prompt_of(PREFIX_MAX, 6, question), "0.9");
    CHECK_TEXT(fresh, answers[i]);
  }
}

/* A copy would lose its beginning, and with it the trust in all that is known. */
static void prompt_beyond_a_sliding_window__is_known_again_after_calls_together(void) {
  llmb_bridge *bridge = fixture_open("random_window", "slots", "2", "threads", "1", "context", "1024", NULL);
  ask_fresh("random_window", prompt_of(PREFIX_MAX, 8, "why?"), "0.9");
  for (unsigned i = 0; i < 3; i++) {
    llmb_call *one = start(bridge, prompt_of(PREFIX_MAX, 8, "who?"), "0.9");
    llmb_call *other = start(bridge, prompt_of(PREFIX_MAX, 8, "why?"), "0.9");
    finish(one, answer);
    finish(other, answer);
    CHECK_TEXT(fresh, answer);
    CHECK_INT(640, ask(bridge, prompt_of(PREFIX_MAX, 8, "why?"), "0.9", answer));
    CHECK_TEXT(fresh, answer);
  }
  llmb_bridge_close(bridge);
}

/* The engine that goes on with the answer knows nothing of the prompt. */
static void text__does_not_depend_on_the_death_of_the_engine_that_knew_the_prompt(void) {
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "home", LLMB_TEST_MORTAL_HOME, "slots", "1", "threads", "1",
                                     "context", "1024", "retries", "1", NULL);
  const char *prompt = prompt_of(PREFIX_MAX, 7, "why?");
  ask_fresh("random_llama_q8_0", prompt, "0.9");
  for (unsigned i = 0; i < 3; i++) {
    CHECK_INT(i == 0 ? 0 : 640, ask(bridge, prompt, "0.9", answer));
    CHECK_INT(640, finish(start(bridge, prompt, "0.9"), answer));
    finish(fixture_start(bridge, prompt, "prompt_format", "raw", "temperature", "0.9", "seed", "11", "max_tokens", "24",
                         "stop", i == 1 ? "written 7" : "recorded 12", NULL),
           answer);
    CHECK_INT(2, result.attempts);
    CHECK_TEXT(fresh, answer);
  }
  llmb_bridge_close(bridge);
}

/* What llama.cpp leaves in its memory then is not known. */
static void prompt__is_not_known_after_a_decode_that_failed(void) {
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "home", LLMB_TEST_MORTAL_HOME, "slots", "1", "threads", "1",
                                     "context", "1024", NULL);
  const char *prompt = prompt_of(PREFIX_MAX, 9, "why?");
  ask_fresh("random_llama_q8_0", prompt, "0.9");
  for (unsigned i = 0; i < 2; i++) {
    /* The third batch of the prompt; the first of the answer that is decoded. */
    llmb_call *call = fixture_start(bridge, prompt, "prompt_format", "raw", "max_tokens", "24", "stop",
                                    i == 0 ? "undecoded 3" : "undecoded 2", NULL);
    CHECK_INT(LLMB_E_ENGINE_ERROR, fixture_read_all(call, answer, &error));
    CHECK_CONTAINS("no room left", error.message);
    llmb_call_close(call);
    CHECK_INT(0, ask(bridge, prompt, "0.9", answer));
    CHECK_TEXT(fresh, answer);
    CHECK_INT(640, ask(bridge, prompt, "0.9", answer));
    CHECK_TEXT(fresh, answer);
  }
  llmb_bridge_close(bridge);
}

static uint64_t ask_in_scope(llmb_bridge *bridge, const char *prompt, const char *scope) {
  return finish(fixture_start(bridge, prompt, "prompt_format", "raw", "max_tokens", "4",
                              scope != NULL ? "cache_scope" : NULL, scope, NULL),
                answer);
}

static void prefix__is_known_within_its_scope_only(void) {
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "slots", "4", "threads", "1", "context", "1024", NULL);
  CHECK_INT(0, ask_in_scope(bridge, prompt_of(400, 1, "A"), "tenant 1"));
  CHECK_INT(0, ask_in_scope(bridge, prompt_of(400, 1, "B"), "tenant 2"));
  CHECK_INT(0, ask_in_scope(bridge, prompt_of(400, 1, "C"), NULL));
  CHECK_INT(384, ask_in_scope(bridge, prompt_of(400, 1, "D"), "tenant 1"));
  CHECK_INT(384, ask_in_scope(bridge, prompt_of(400, 1, "E"), "tenant 2"));
  CHECK_INT(384, ask_in_scope(bridge, prompt_of(400, 1, "F"), NULL));
  llmb_bridge_close(bridge);
}

static void scopes__share_nothing_when_they_come_together(void) {
  llmb_bridge *bridge = fixture_open("random_llama_q8_0", "slots", "4", "threads", "1", "context", "1024", NULL);
  llmb_call *calls[4];
  for (unsigned i = 0; i < 4; i++) {
    calls[i] = fixture_start(bridge, prompt_of(600, 2, "A"), "prompt_format", "raw", "max_tokens", "4", "cache_scope",
                             i == 0   ? "a"
                             : i == 1 ? "b"
                             : i == 2 ? "c"
                                      : "d",
                             NULL);
  }
  for (unsigned i = 0; i < 4; i++) CHECK_INT(0, finish(calls[i], answers[i]));
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(prefix__is_known_within_its_scope_only), TEST(scopes__share_nothing_when_they_come_together),
           TEST(prompt__is_decoded_from_the_last_whole_chunk_that_is_known),
           TEST(prompt__that_is_the_same_is_still_read_to_its_end),
           TEST(text__does_not_depend_on_what_was_known_of_its_prompt),
           TEST(text__does_not_depend_on_a_call_before_that_was_cancelled),
           TEST(text__does_not_depend_on_a_call_before_that_filled_the_context),
           TEST(answer__that_becomes_part_of_the_next_prompt_is_decoded), TEST(conversations__are_each_remembered),
           TEST(calls_together__share_the_work_on_what_they_begin_with),
           TEST(prompt_beyond_a_sliding_window__is_known_again_after_calls_together),
           TEST(text__does_not_depend_on_the_death_of_the_engine_that_knew_the_prompt),
           TEST(prompt__is_not_known_after_a_decode_that_failed))
