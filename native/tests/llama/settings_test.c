/* Sampling, stop strings and chat templates through the bridge. */
#include <stdbool.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

/* A template that takes all memory that it may touches some 800 MB of it: 27 s on a quiet virtual machine, more than 60
 * on a busy one.
 */
#define GREEDY_TIMEOUT_MS "540000"
enum { GREEDY_LIMIT_S = 600 };

static char answer[FIXTURE_ANSWER_SIZE], again[FIXTURE_ANSWER_SIZE];
static llmb_result result;
static llmb_error error;

/* Asks with sampling settings that make a random model choose among many tokens. */
static void sample(llmb_bridge *bridge, const char *seed, char *text) {
  llmb_call *call = fixture_start(bridge, "Once", "temperature", "1.5", "top_k", "40", "top_p", "1", "min_p", "0",
                                  "seed", seed, "max_tokens", "40", NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, text, &error));
  llmb_call_close(call);
}

static void sampling__gives_the_same_text_for_the_same_seed(void) {
  llmb_bridge *bridge = fixture_open("random_llama_f32", NULL);
  sample(bridge, "1", answer);
  sample(bridge, "1", again);
  CHECK_TEXT(answer, again);
  sample(bridge, "2", again);
  CHECK(strcmp(answer, again) != 0);
  llmb_bridge_close(bridge);
  bridge = fixture_open("random_llama_f32", NULL); /* another process */
  sample(bridge, "1", again);
  CHECK_TEXT(answer, again);
  llmb_bridge_close(bridge);
}

static void sampling__with_top_k_1_is_greedy(void) {
  llmb_bridge *bridge = fixture_open("random_llama_f32", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "Once", "max_tokens", "40", answer, &result, &error));
  llmb_call *call = fixture_start(bridge, "Once", "temperature", "1", "top_k", "1", "max_tokens", "40", NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, again, &error));
  llmb_call_close(call);
  CHECK_TEXT(answer, again);
  llmb_bridge_close(bridge);
}

static void stop__ends_before_a_string_that_spans_tokens(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "stop", "running in", answer, &result, &error));
  CHECK_TEXT("Hello from llama.cpp, ", answer);
  CHECK_INT(LLMB_FINISH_STOP_STRING, result.finish_reason);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "stop", "[\"own!\",\".cpp\"]", answer, &result, &error));
  CHECK_TEXT("Hello from llama", answer);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "stop", "own.!", answer, &result, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
  llmb_bridge_close(bridge);
}

/* "and " may be the beginning of "and then", and is held back until nothing can follow. */
static void stop__that_has_only_begun_at_max_tokens_is_part_of_the_answer(void) {
  llmb_bridge *bridge = fixture_open("loop", NULL);
  llmb_call *call = fixture_start(bridge, "x", "stop", "and then", "max_tokens", "4", NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
  CHECK_TEXT("again and again and ", answer);
  CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

static void ask_first_token(llmb_bridge *bridge, const char *prompt, const char *penalty, char *token) {
  llmb_call *call = fixture_start(bridge, prompt, "repeat_penalty", penalty, "max_tokens", "1", NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, token, &error));
  llmb_call_close(call);
}

/* Each printable letter is a token of its own, and now and then the one that the model would say next. */
static void penalty__counts_the_tokens_of_the_prompt(void) {
  enum { FIRST = '!', LETTERS = '~' - '!' + 1, PROMPT_LETTERS = 60 };
  llmb_bridge *bridge = fixture_open("random_llama_f32", NULL);
  unsigned differing = 0;
  for (int turn = 0; turn < LETTERS; turn++) {
    char prompt[PROMPT_LETTERS + 1] = "";
    for (int i = 0; i < PROMPT_LETTERS; i++) prompt[i] = (char)(FIRST + (turn + i) % LETTERS);
    ask_first_token(bridge, prompt, "1", answer);
    ask_first_token(bridge, prompt, "100", again);
    const bool stands_there = answer[0] != 0 && answer[1] == 0 && strchr(prompt, answer[0]) != NULL;
    CHECK_INT(stands_there, strcmp(answer, again) != 0);
    differing += stands_there;
  }
  CHECK(differing > 0);
  llmb_bridge_close(bridge);
}

static void stop__that_only_begins_like_an_array_is_a_string(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "stop", "[END]", answer, &result, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  llmb_bridge_close(bridge);
}

/* The template writes "[role]content" for each message and "[assistant]"; every character is a token, one more begins.
 */
static void chat__applies_the_models_template_unless_told_otherwise(void) {
  llmb_bridge *bridge = fixture_open("chain_chat", NULL);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "hi", NULL, NULL, answer, &result, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  CHECK_INT(1 + strlen("[user]hi[assistant]"), result.prompt_tokens);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "hi", "prompt_format", "raw", answer, &result, &error));
  CHECK_INT(1 + strlen("hi"), result.prompt_tokens);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "hi", "system", "Be brief", answer, &result, &error));
  CHECK_INT(1 + strlen("[system]Be brief[user]hi[assistant]"), result.prompt_tokens);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "", "messages",
                                 "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"},"
                                 "{\"role\":\"user\",\"content\":\"c\"}]",
                                 answer, &result, &error));
  CHECK_INT(1 + strlen("[user]a[assistant]b[user]c[assistant]"), result.prompt_tokens);
  llmb_bridge_close(bridge);
}

static void chat__refuses_messages_that_are_none(void) {
  llmb_bridge *bridge = fixture_open("chain_chat", NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, fixture_ask(bridge, "", "messages", "[{\"content\":1}]", answer, &result, &error));
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", NULL, NULL, answer, &result, &error));
  llmb_bridge_close(bridge);
}

/* Arguments are JSON inside of JSON, and templates read them. */
static void chat__refuses_arguments_that_are_too_deep(void) {
  enum { DEPTH = 100000 };
  llmb_bridge *bridge = fixture_open("chain_chat", NULL);
  char *messages = malloc(2 * DEPTH + 512);
  if (messages == NULL) abort();
  int size = sprintf(messages,
                     "[{\"role\":\"user\",\"content\":\"x\"},{\"role\":\"assistant\",\"tool_calls\":[{\"type\":"
                     "\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"");
  memset(messages + size, '[', DEPTH);
  memset(messages + size + DEPTH, ']', DEPTH);
  strcpy(messages + size + 2 * DEPTH, "\"}}]}]");
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, fixture_ask(bridge, "", "messages", messages, answer, &result, &error));
  CHECK_CONTAINS("levels of brackets", error.message);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", NULL, NULL, answer, &result, &error));
  CHECK_INT(1, result.attempts);
  free(messages);
  llmb_bridge_close(bridge);
}

static void chat__says_what_a_failing_template_says(void) {
  llmb_bridge *bridge = fixture_open("chain_broken_template", NULL);
  CHECK_INT(LLMB_E_ENGINE_ERROR, fixture_ask(bridge, "x", NULL, NULL, answer, &result, &error));
  CHECK_CONTAINS("no such tongue", error.message);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "prompt_format", "raw", answer, &result, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  llmb_bridge_close(bridge);
}

/* What a template may take is bounded by what the engine may: memory_mb is auto. The engine and its other calls go on.
 */
static void chat__of_a_template_that_takes_all_memory_is_out_of_memory(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return; /* their runtimes map terabytes, so that no limit can be */
#endif
  check_watch_for(GREEDY_LIMIT_S);
  llmb_bridge *bridge = fixture_open("chain_greedy_template", "timeout_ms", GREEDY_TIMEOUT_MS, NULL);
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, fixture_ask(bridge, "x", "stall_timeout_ms", "0", answer, &result, &error));
  CHECK_CONTAINS("chat template needs more memory", error.message);
  CHECK_CONTAINS("memory_mb", error.message);
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "prompt_format", "raw", answer, &result, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  CHECK_INT(1, result.attempts);
  llmb_bridge_close(bridge);
  check_watch_for(check_limit_s());
}

static void chat__is_unsupported_by_a_model_without_template(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  CHECK_INT(LLMB_E_UNSUPPORTED, fixture_ask(bridge, "x", "prompt_format", "chat", answer, &result, &error));
  CHECK_INT(LLMB_E_UNSUPPORTED, fixture_ask(bridge, "x", "system", "Be brief", answer, &result, &error));
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(sampling__gives_the_same_text_for_the_same_seed), TEST(sampling__with_top_k_1_is_greedy),
           TEST(stop__ends_before_a_string_that_spans_tokens),
           TEST(stop__that_has_only_begun_at_max_tokens_is_part_of_the_answer),
           TEST(penalty__counts_the_tokens_of_the_prompt), TEST(stop__that_only_begins_like_an_array_is_a_string),
           TEST(chat__applies_the_models_template_unless_told_otherwise), TEST(chat__refuses_messages_that_are_none),
           TEST(chat__refuses_arguments_that_are_too_deep), TEST(chat__says_what_a_failing_template_says),
           TEST(chat__of_a_template_that_takes_all_memory_is_out_of_memory),
           TEST(chat__is_unsupported_by_a_model_without_template))
