/* Engines of users' own, written with the engine SDK in other languages. CUSTOM_ENGINE in the environment is the
 * command's beginning, as elements of a JSON array; what follows is the script that the engine is to act. */
#include "tests/bridge/bridge_harness.h"

static llmb_bridge *engine_of(const char *script, const char *setting, const char *value) {
  char command[2048];
  const char *engine = getenv("CUSTOM_ENGINE");
  if (engine == NULL) {
    fprintf(stderr, "CUSTOM_ENGINE says what to run; see CMakeLists.txt\n");
    exit(1);
  }
  snprintf(command, sizeof command, "[%s,\"%s\"]", engine, script);
  return bridge_of(command, "engine", "custom", "timeout_ms", "100000", setting, value, NULL);
}

static llmb_status ask_text(llmb_bridge *bridge, const char *prompt, char *text, size_t capacity, llmb_error *error) {
  llmb_call *call = call_of(bridge, prompt, NULL);
  llmb_error_init(error);
  text[0] = 0;
  const llmb_status status = read_to_end(call, text, capacity, error);
  llmb_call_close(call);
  return status;
}

static void answers_and_says_who_answered(void) {
  char text[100];
  llmb_error error;
  llmb_result result;
  llmb_result_init(&result);
  llmb_bridge *bridge = engine_of("echo", NULL, NULL);
  llmb_call *call = call_of(bridge, "Grüße, 世界", NULL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("Grüße, 世界", text);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, &result, &error));
  CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
  CHECK_INT(2, result.prompt_tokens);
  CHECK_INT(1, result.completion_tokens);
  CHECK_TEXT("custom", result.engine);
  llmb_call_close(call);
  char *info = NULL;
  CHECK_INT(LLMB_OK, llmb_bridge_info(bridge, &info, NULL));
  CHECK_CONTAINS("\"engine\"", info);
  llmb_free(info);
  bridge_end(bridge);
}

static void pieces_come_as_they_are_made(void) {
  llmb_bridge *bridge = engine_of("pieces 100000 20", NULL, NULL);
  llmb_call *call = call_of(bridge, "go", NULL);
  char buffer[32];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(call, (uint8_t *)buffer, 8, LLMB_NEVER, &size, NULL));
  CHECK_INT(8, size); /* long before the last */
  CHECK(memcmp(buffer, "piece 1\n", 8) == 0);
  llmb_call_close(call);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

static void embeds_and_counts_tokens(void) {
  static const char *const texts[] = {"abba", "世界"};
  const uint64_t sizes[] = {4, 6};
  float *vectors = NULL;
  uint64_t dimension = 0, count = 0;
  llmb_bridge *bridge = engine_of("echo", NULL, NULL);
  CHECK_INT(LLMB_OK,
            llmb_embed_texts(bridge, (const uint8_t *const *)texts, sizes, 2, NULL, &vectors, &dimension, NULL, NULL));
  CHECK_INT(8, dimension);
  if (vectors != NULL) {
    CHECK_INT(2, vectors[0]);
    CHECK_INT(2, vectors[1]);
    CHECK_INT(4, vectors[7]);
    CHECK_INT(6, vectors[15]);
  }
  llmb_free(vectors);
  CHECK_INT(LLMB_OK, llmb_count_tokens(bridge, (const uint8_t *)"three little words", 18, &count, NULL));
  CHECK_INT(3, count);
  bridge_end(bridge);
}

static void a_method_is_called_with_its_parameters(void) {
  static const char parameters[] = "{\"a\":[1,2]}";
  char *json = NULL;
  uint64_t size = 0;
  llmb_error error;
  llmb_error_init(&error);
  llmb_bridge *bridge = engine_of("echo", NULL, NULL);
  CHECK_INT(LLMB_OK, llmb_invoke(bridge, "echo", (const uint8_t *)parameters, strlen(parameters), NULL, &json, &size,
                                 NULL, &error));
  CHECK_CONTAINS("[1", json);
  llmb_free(json);
  CHECK_INT(LLMB_E_UNSUPPORTED, llmb_invoke(bridge, "sing", NULL, 0, NULL, &json, &size, NULL, &error));
  CHECK_CONTAINS("sing", error.message);
  bridge_end(bridge);
}

static void settings_that_were_given_reach_it(void) {
  char *json = NULL;
  uint64_t size = 0;
  llmb_settings *settings = settings_of("temperature", "0.5", NULL);
  llmb_bridge *bridge = engine_of("echo", NULL, NULL);
  CHECK_INT(LLMB_OK, llmb_invoke(bridge, "settings", NULL, 0, settings, &json, &size, NULL, NULL));
  CHECK_CONTAINS("temperature", json);
  CHECK_CONTAINS("0.5", json);
  llmb_free(json);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void it_gets_the_librarys_path_and_no_secrets(void) {
  char *json = NULL;
  uint64_t size = 0;
  setenv("A_SECRET", "4711", 1);
  llmb_bridge *bridge = engine_of("echo", NULL, NULL);
  CHECK_INT(LLMB_OK, llmb_invoke(bridge, "environment", NULL, 0, NULL, &json, &size, NULL, NULL));
  CHECK_CONTAINS("LLMBRIDGE_LIBRARY", json);
  CHECK(json != NULL && strstr(json, "4711") == NULL);
  llmb_free(json);
  bridge_end(bridge);
  unsetenv("A_SECRET");
}

static void as_many_at_once_as_there_are_slots(void) {
  llmb_call *calls[4];
  llmb_bridge *bridge = engine_of("pieces 3 1", "slots", "4");
  for (int i = 0; i < 4; i++) calls[i] = call_of(bridge, "go", NULL);
  for (int i = 0; i < 4; i++) {
    char text[100];
    CHECK_INT(LLMB_OK, read_to_end(calls[i], text, sizeof text, NULL));
    CHECK_TEXT("piece 1\npiece 2\npiece 3\n", text);
    llmb_call_close(calls[i]);
  }
  bridge_end(bridge);
}

static void a_large_prompt_comes_back_whole(void) {
  enum { SIZE = 3 << 20 };
  char *prompt = malloc(SIZE + 1), *answer = NULL;
  uint64_t size = 0;
  if (prompt == NULL) return;
  for (size_t i = 0; i < SIZE; i++) prompt[i] = (char)('a' + i % 26);
  prompt[SIZE] = 0;
  llmb_bridge *bridge = engine_of("echo", NULL, NULL);
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)prompt, SIZE, NULL, &answer, &size, NULL, NULL));
  CHECK_INT(SIZE, size);
  CHECK(answer != NULL && memcmp(prompt, answer, SIZE) == 0);
  llmb_free(answer);
  free(prompt);
  bridge_end(bridge);
}

static void a_cancelled_call_stops_the_engines_work(void) {
  llmb_error error;
  struct canceller canceller;
  llmb_bridge *bridge = engine_of("sleep 100000; pieces 1 0", "grace_ms", "60000");
  bridge_start(bridge);
  const int64_t pid = worker_pid_await(bridge);
  llmb_call *call = call_of(bridge, "go", NULL);
  canceller_start(&canceller, call, 100);
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, &error));
  canceller_join(&canceller);
  llmb_call_close(call);
  CHECK_INT(pid, worker_pid(bridge)); /* it stopped by itself */
  bridge_end(bridge);
}

static void a_deadline_ends_a_call_that_hangs(void) {
  llmb_error error;
  llmb_settings *soon = settings_of("timeout_ms", "500", "grace_ms", "100", NULL);
  llmb_bridge *bridge = engine_of("hang", NULL, NULL);
  bridge_start(bridge);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "go", soon, &error));
  llmb_settings_close(soon);
  bridge_end(bridge);
}

static void a_silent_engine_counts_as_hung(void) {
  llmb_error error;
  llmb_bridge *bridge = engine_of("hang", "stall_timeout_ms", "300");
  CHECK_INT(LLMB_E_ENGINE_HUNG, ask(bridge, "go", NULL, &error));
  bridge_end(bridge);
}

static void a_crash_is_told_with_the_signal(void) {
  llmb_error error;
  llmb_bridge *bridge = engine_of("signal 11@accept", "retries", "0");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "go", NULL, &error));
  CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
  CHECK_INT(11, error.exit_value);
  bridge_end(bridge);
}

static void a_failure_of_its_own_has_its_status_and_words(void) {
  char text[100];
  llmb_error error;
  llmb_bridge *bridge = engine_of("fail context_full", NULL, NULL);
  CHECK_INT(LLMB_E_CONTEXT_FULL, ask_text(bridge, "go", text, sizeof text, &error));
  CHECK_CONTAINS("the script says so", error.message);
  bridge_end(bridge);
}

static void an_exception_is_an_engine_error_that_names_it(void) {
  char text[100];
  llmb_error error;
  llmb_bridge *bridge = engine_of("pieces 1 0; raise", NULL, NULL);
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask_text(bridge, "go", text, sizeof text, &error));
  CHECK_TEXT("piece 1\n", text);
  CHECK_CONTAINS("the script says so", error.message);
  bridge_end(bridge);
}

static void an_engine_that_refuses_to_load_says_why(void) {
  llmb_error error;
  llmb_bridge *bridge = engine_of("refuse model_invalid", NULL, NULL);
  CHECK_INT(LLMB_E_MODEL_INVALID, ask(bridge, "go", NULL, &error));
  CHECK_CONTAINS("the script says so", error.message);
  bridge_end(bridge);
}

static void bad_output_never_reaches_the_caller(void) {
  llmb_error error;
  llmb_bridge *bridge = engine_of("bad_utf8", NULL, NULL);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "go", NULL, &error));
  bridge_end(bridge);
  bridge = engine_of("flood 100000000", "output_bytes", "1000000");
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE, ask(bridge, "go", NULL, &error));
  bridge_end(bridge);
}

static void a_reader_that_is_slow_loses_nothing(void) {
  enum { SIZE = 4 << 20 };
  llmb_error error;
  static char text[SIZE + 100];
  llmb_bridge *bridge = engine_of("flood 4194304", NULL, NULL);
  llmb_call *call = call_of(bridge, "go", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  nap_ms(300);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, &error));
  CHECK_INT(SIZE, strlen(text));
  llmb_call_close(call);
  bridge_end(bridge);
}

int main(int argc, char **argv) {
  enum { EXIT_SKIPPED = 77 };
  const struct check_test tests[] = {TEST(answers_and_says_who_answered),
                                     TEST(pieces_come_as_they_are_made),
                                     TEST(embeds_and_counts_tokens),
                                     TEST(a_method_is_called_with_its_parameters),
                                     TEST(settings_that_were_given_reach_it),
                                     TEST(it_gets_the_librarys_path_and_no_secrets),
                                     TEST(as_many_at_once_as_there_are_slots),
                                     TEST(a_large_prompt_comes_back_whole),
                                     TEST(a_cancelled_call_stops_the_engines_work),
                                     TEST(a_deadline_ends_a_call_that_hangs),
                                     TEST(a_silent_engine_counts_as_hung),
                                     TEST(a_crash_is_told_with_the_signal),
                                     TEST(a_failure_of_its_own_has_its_status_and_words),
                                     TEST(an_exception_is_an_engine_error_that_names_it),
                                     TEST(an_engine_that_refuses_to_load_says_why),
                                     TEST(bad_output_never_reaches_the_caller),
                                     TEST(a_reader_that_is_slow_loses_nothing)};
  const char *needed = getenv("CUSTOM_FILE");
  if (needed != NULL && access(needed, R_OK) != 0) {
    fprintf(stderr, "%s was not built\n", needed);
    return EXIT_SKIPPED;
  }
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
