/* Models that cannot be loaded, and stopping an engine in the middle of its work. */
#include <signal.h>
#include <sys/stat.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

static char answer[FIXTURE_ANSWER_SIZE];
static llmb_error error;

/* Opens, starts, and says how it ended: a file may be refused by the library or by llama.cpp. */
static llmb_status start_with(const char *path) {
  llmb_settings *settings = NULL;
  llmb_bridge *bridge = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "model", path, &error));
  llmb_status status = llmb_bridge_open(settings, &bridge, &error);
  if (status == LLMB_OK) status = llmb_bridge_start(bridge, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &error);
  llmb_bridge_close(bridge);
  llmb_settings_close(settings);
  return status;
}

static void write_file(const char *path, const char *bytes, size_t size) {
  FILE *file = fopen(path, "wb");
  CHECK(file != NULL && fwrite(bytes, 1, size, file) == size);
  if (file != NULL) fclose(file);
}

static void model__that_does_not_exist_is_not_found(void) {
  CHECK_INT(LLMB_E_NOT_FOUND, start_with("/nonexistent/model.gguf"));
}

static void model__that_is_no_model_is_invalid(void) {
  char folder[] = "/tmp/llmb-test-XXXXXX", path[64];
  CHECK(mkdtemp(folder) != NULL);
  CHECK_INT(LLMB_E_MODEL_INVALID, start_with(folder));
  snprintf(path, sizeof path, "%s/m.gguf", folder);
  write_file(path, "", 0);
  CHECK_INT(LLMB_E_MODEL_INVALID, start_with(path));
  write_file(path, "This is a text, not a model.", 28);
  CHECK_INT(LLMB_E_MODEL_INVALID, start_with(path));
  unlink(path);
  rmdir(folder);
}

static void model__that_is_cut_short_is_invalid(void) {
  char folder[] = "/tmp/llmb-test-XXXXXX", path[64];
  CHECK(mkdtemp(folder) != NULL);
  snprintf(path, sizeof path, "%s/m.gguf", folder);
  static char bytes[40000];
  FILE *whole = fopen(fixture_model("chain"), "rb");
  CHECK(whole != NULL && fread(bytes, 1, sizeof bytes, whole) == sizeof bytes);
  if (whole != NULL) fclose(whole);
  static const size_t sizes[] = {4, 20, 100, 5000, sizeof bytes};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    write_file(path, bytes, sizes[i]);
    CHECK_INT(LLMB_E_MODEL_INVALID, start_with(path));
    CHECK(error.message[0] != 0);
  }
  unlink(path);
  rmdir(folder);
}

/* The prompt takes the slow model far longer than this test may take, so only a stop inside a decode ends it in time.
 */
static void cancel__stops_inside_a_decode_and_keeps_the_engine(void) {
  llmb_bridge *bridge = fixture_open("slow", "grace_ms", "60000", "timeout_ms", "600000", NULL);
  int64_t before = 0, after = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_start(bridge, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &error));
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &before));
  static char prompt[3000];
  memset(prompt, 'a', sizeof prompt - 1);
  llmb_call *call = fixture_start(bridge, prompt, NULL);
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_poll(call, llmb_deadline_after_ms(300), &error));
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_E_CANCELLED, fixture_read_all(call, answer, &error));
  llmb_call_close(call);
  llmb_result result;
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "a", "max_tokens", "1", answer, &result, &error));
  CHECK_TEXT("agai", answer);
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &after));
  CHECK_INT(before, after);
  llmb_bridge_close(bridge);
}

static void deadline__stops_inside_a_decode_and_keeps_the_engine(void) {
  llmb_bridge *bridge = fixture_open("slow", "grace_ms", "60000", NULL);
  int64_t before = 0, after = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_start(bridge, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &error));
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &before));
  static char prompt[3000];
  memset(prompt, 'a', sizeof prompt - 1);
  llmb_call *call = fixture_start(bridge, prompt, "timeout_ms", "300", NULL);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, fixture_read_all(call, answer, &error));
  llmb_call_close(call);
  llmb_result result;
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "a", "max_tokens", "1", answer, &result, &error));
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &after));
  CHECK_INT(before, after);
  llmb_bridge_close(bridge);
}

/* A model that aborts over its first token would do so in each call: it is the model that is refused. */
static void abort__of_ggml_over_the_first_token_is_the_models_fault(void) {
  llmb_bridge *bridge = fixture_open("abort", "retries", "0", NULL);
  llmb_result result;
  CHECK_INT(LLMB_E_MODEL_INVALID, fixture_ask(bridge, "a", NULL, NULL, answer, &result, &error));
  CHECK_CONTAINS("ggml", error.message);
  CHECK_INT(LLMB_PHASE_LOAD, error.phase);
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(model__that_does_not_exist_is_not_found), TEST(model__that_is_no_model_is_invalid),
           TEST(model__that_is_cut_short_is_invalid), TEST(cancel__stops_inside_a_decode_and_keeps_the_engine),
           TEST(deadline__stops_inside_a_decode_and_keeps_the_engine),
           TEST(abort__of_ggml_over_the_first_token_is_the_models_fault))
