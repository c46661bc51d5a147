/* What a daemon is asked, and what its answers become. */
#include "tests/jsonrpc/jsonrpc_harness.h"

static void daemon__answers_with_a_string_or_an_object_with_text(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_answer(bridge, "Straße \"x\"\n", "Straße \"x\"\n");
  check_answer(bridge, "raw {\"text\": \"an \\u00e9 and \\ud83d\\ude00\"}", "an é and 😀");
  check_answer(bridge, "raw \"a string\"", "a string");
  bridge_end(bridge);
}

static void daemon__gets_the_prompt_and_the_settings_that_were_set_as_json(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_settings *settings =
      settings_of("temperature", "0.5", "max_tokens", "7", "stop", "[\"a\",\n \"b\"]", "logit_bias", "{\"5\": -1}",
                  "system", "be \"brief\"", "timeout_ms", "60000", "grace_ms", "500", NULL);
  check_answer_with(
      bridge, "params", settings,
      "{\"prompt\":\"params\",\"max_tokens\":7,\"temperature\":0.5,\"logit_bias\":{\"5\": -1},\"stop\":[\"a\",  \"b\"],"
      "\"system\":\"be \\\"brief\\\"\"}");
  check_answer(bridge, "params", "{\"prompt\":\"params\"}");
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void daemon__says_how_many_tokens_and_why_it_ended(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_result result = {.struct_size = sizeof result};
  char *answer = NULL;
  const char *prompt =
      "raw {\"text\":\"t\",\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":2},\"finish_reason\":\"length\"}";
  CHECK_INT(LLMB_OK,
            llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, NULL, &result, NULL));
  CHECK_TEXT("t", answer);
  CHECK_INT(11, result.prompt_tokens);
  CHECK_INT(2, result.completion_tokens);
  CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
  llmb_free(answer);
  bridge_end(bridge);
}

static void daemon__streams_pieces_and_then_ends(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_answer(bridge, "stream", "one two thrée");
  bridge_end(bridge);
}

static void daemon__embeds_texts(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  const char *texts[] = {"a", "four", "seven 7"};
  const uint64_t sizes[] = {1, 4, 7};
  const uint8_t *bytes[3];
  float *vectors = NULL;
  uint64_t dimension = 0;
  llmb_error error;
  llmb_error_init(&error);
  for (int i = 0; i < 3; i++) bytes[i] = (const uint8_t *)texts[i];
  CHECK_INT(LLMB_OK, llmb_embed_texts(bridge, bytes, sizes, 3, NULL, &vectors, &dimension, NULL, &error));
  CHECK_TEXT("", error.message);
  CHECK_INT(2, dimension);
  for (int i = 0; i < 3 && vectors != NULL; i++) {
    CHECK(vectors[2 * i] == (float)sizes[i]);
    CHECK(vectors[2 * i + 1] == -0.5f);
  }
  llmb_free(vectors);
  bridge_end(bridge);
}

static llmb_status embed_two(llmb_bridge *bridge, const char *second, llmb_error *error) {
  const uint8_t *texts[] = {(const uint8_t *)"one", (const uint8_t *)second};
  const uint64_t sizes[] = {3, strlen(second)};
  float *vectors = NULL;
  uint64_t dimension = 0;
  llmb_error_init(error);
  const llmb_status status = llmb_embed_texts(bridge, texts, sizes, 2, NULL, &vectors, &dimension, NULL, error);
  llmb_free(vectors);
  return status;
}

static void vectors__that_are_too_few_or_of_two_sizes_are_refused_and_the_daemon_lives(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  const int64_t pid = ask_number(bridge, "pid");
  CHECK_INT(LLMB_E_OUTPUT_INVALID, embed_two(bridge, "few", &error));
  CHECK_CONTAINS("not as many vectors as texts", error.message);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, embed_two(bridge, "odd", &error));
  CHECK_CONTAINS("different dimensions", error.message);
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void result__that_is_no_text_is_refused_and_the_daemon_lives(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  const int64_t pid = ask_number(bridge, "pid");
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "raw 7", NULL, &error));
  CHECK_CONTAINS("neither a string nor an object with a text", error.message);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "raw {\"no\":1}", NULL, &error));
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void tokens__are_counted_by_the_daemon(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  uint64_t count = 0;
  CHECK_INT(LLMB_OK, llmb_count_tokens(bridge, (const uint8_t *)"a text", 6, &count, NULL));
  CHECK_INT(42, count);
  bridge_end(bridge);
}

static void tokens__of_a_text_and_back_are_the_daemons(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_settings *parse = settings_of("special", "parse", NULL);
  llmb_error error;
  int32_t *tokens = NULL;
  uint64_t count = 0, size = 0;
  char *text = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_tokenize(bridge, (const uint8_t *)"good", 4, NULL, &tokens, &count, &error));
  CHECK_INT(2, count);
  CHECK_INT(22, tokens[1]);
  CHECK_INT(LLMB_OK, llmb_detokenize(bridge, tokens, count, parse, &text, &size, &error));
  CHECK_TEXT("{\"tokens\":[1,22],\"special\":\"parse\"}", text);
  llmb_free(tokens);
  llmb_free(text);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, llmb_tokenize(bridge, (const uint8_t *)"bad", 3, NULL, &tokens, &count, &error));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, llmb_tokenize(bridge, (const uint8_t *)"large", 5, NULL, &tokens, &count, &error));
  llmb_settings_close(parse);
  bridge_end(bridge);
}

static void logprobs__of_the_daemons_result_are_told_if_they_are_some(void) {
  static const char good[] =
      "raw {\"text\":\"a\",\"logprobs\":[ {\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[]} ]}";
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_settings *settings = settings_of("logprobs", "0", NULL);
  llmb_call *call = NULL;
  llmb_error error;
  char *json = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_call_start(bridge, (const uint8_t *)good, sizeof good - 1, settings, &call, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, NULL, &error));
  CHECK_INT(LLMB_OK, llmb_call_logprobs(call, &json));
  CHECK_CONTAINS("{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[]}", json);
  llmb_free(json);
  llmb_call_close(call);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "raw {\"text\":\"a\",\"logprobs\":[1]}", settings, &error));
  CHECK_CONTAINS("logprobs that are none", error.message);
  check_answer(bridge, "raw {\"text\":\"b\",\"logprobs\":[ ]}", "b");
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void error__of_the_daemon_becomes_the_calls_error_and_is_not_tried_again(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "retries", "5", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "error -32000", NULL, &error));
  CHECK_TEXT("the daemon says: no \"way\" (-32000)", error.message);
  CHECK_INT(1, error.attempts);
  CHECK_INT(0, error.retry_safe);
  CHECK_INT(LLMB_E_UNSUPPORTED, ask(bridge, "error -32601", NULL, &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "error -32602", NULL, &error));
  check_invoke(bridge, "counts", NULL, "{\"asked\":3, \"cancels\":0}");
  bridge_end(bridge);
}

static void invoke__calls_any_method_and_gives_its_result_as_json(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  check_invoke(bridge, "same", "{\"a\": [1,\r\n2.50],\n \"b\": \"é\\n\"}", "{\"a\": [1,  2.50],  \"b\": \"é\\n\"}");
  check_invoke(bridge, "counts", NULL, "{\"asked\":0, \"cancels\":0}");
  llmb_free(invoke(bridge, "no_such_method", "[]", &error));
  CHECK_INT(LLMB_E_ENGINE_ERROR, error.status);
  CHECK_CONTAINS("(-32601)", error.message);
  bridge_end(bridge);
}

static void pieces__are_of_generated_texts_only(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_invoke(bridge, "piece_first", NULL, "7");
  bridge_end(bridge);
}

static void stderr__of_megabytes_keeps_no_answer_back(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_answer(bridge, "complain 100000", "complained");
  check_answer(bridge, "complain 1", "complained");
  bridge_end(bridge);
}

static void notification__is_ignored(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_answer(bridge, "notify", "notified");
  bridge_end(bridge);
}

static void answer__of_megabytes_comes_whole(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  uint64_t size = 0;
  char *answer = NULL;
  const char *prompt = "long 5000000";
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, &size, NULL, NULL));
  CHECK_INT(5000000, size);
  CHECK(answer != NULL && answer[0] == '"' && answer[size - 1] == '"');
  llmb_free(answer);
  bridge_end(bridge);
}

static void answer__longer_than_output_bytes_is_refused_and_the_daemon_lives(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "output_bytes", "1000", NULL);
  llmb_error error;
  const int64_t pid = ask_number(bridge, "pid");
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE, ask(bridge, "long 1001", NULL, &error));
  CHECK_CONTAINS("longer than 1000 bytes", error.message); /* the engine's word; the host's is "larger" */
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void prompt__of_megabytes_flows_through(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  enum { SIZE = 3 << 20 };
  char *prompt = malloc(SIZE);
  if (prompt == NULL) exit(1);
  memset(prompt, 'x', SIZE);
  char *answer = NULL;
  llmb_error error;
  llmb_error_init(&error);
  /* child_daemon takes a prompt so long for an empty one */
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)prompt, SIZE, NULL, &answer, NULL, NULL, &error));
  CHECK_TEXT("", error.message);
  llmb_free(answer);
  free(prompt);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(daemon__answers_with_a_string_or_an_object_with_text),
           TEST(daemon__gets_the_prompt_and_the_settings_that_were_set_as_json),
           TEST(daemon__says_how_many_tokens_and_why_it_ended), TEST(daemon__streams_pieces_and_then_ends),
           TEST(daemon__embeds_texts), TEST(vectors__that_are_too_few_or_of_two_sizes_are_refused_and_the_daemon_lives),
           TEST(result__that_is_no_text_is_refused_and_the_daemon_lives), TEST(tokens__are_counted_by_the_daemon),
           TEST(tokens__of_a_text_and_back_are_the_daemons),
           TEST(logprobs__of_the_daemons_result_are_told_if_they_are_some),
           TEST(error__of_the_daemon_becomes_the_calls_error_and_is_not_tried_again),
           TEST(invoke__calls_any_method_and_gives_its_result_as_json), TEST(pieces__are_of_generated_texts_only),
           TEST(stderr__of_megabytes_keeps_no_answer_back), TEST(notification__is_ignored),
           TEST(answer__of_megabytes_comes_whole),
           TEST(answer__longer_than_output_bytes_is_refused_and_the_daemon_lives),
           TEST(prompt__of_megabytes_flows_through))
