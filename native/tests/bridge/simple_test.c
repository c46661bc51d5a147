/* The two simple calls: configured by the environment, with errors as JSON. */
#include "tests/unit/core/json_expect.h"
#include "tests/bridge/bridge_harness.h"

static void environment_set(const char *command) {
  setenv("LLMBRIDGE_ENGINE", "fake", 1);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  setenv("LLMBRIDGE_COMMAND", command, 1);
}

static void environment_clear(void) {
  static const char *const names[] = {"LLMBRIDGE_ENGINE",     "LLMBRIDGE_HOME",    "LLMBRIDGE_COMMAND",
                                      "LLMBRIDGE_TIMEOUT_MS", "LLMBRIDGE_RETRIES", "LLMBRIDGE_MODEL",
                                      "LLMBRIDGE_QUEUE"};
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) unsetenv(names[i]);
}

static void call_llm__answers_again_after_a_shutdown(void) {
  environment_set("echo");
  harness_enter();
  for (int i = 0; i < 3; i++) {
    char *answer = NULL, *error = (char *)&answer; /* anything but NULL */
    CHECK_INT(LLMB_OK, call_llm("hello", &answer, &error));
    CHECK_TEXT("hello", answer);
    CHECK(error == NULL);
    llmb_free(answer);
    CHECK_INT(LLMB_OK, llmb_call_llm("again", &answer, NULL));
    CHECK_TEXT("again", answer);
    llmb_free(answer);
    llmb_shutdown();
    llmb_shutdown(); /* nothing is left to be ended */
  }
  harness_leave();
  environment_clear();
}

enum { CALLERS = 100 };

struct caller {
  pthread_t thread;
  pthread_barrier_t *start;
  int32_t status;
  char *error;
};

static void *caller_run(void *context) {
  struct caller *caller = context;
  char *answer = NULL;
  pthread_barrier_wait(caller->start);
  caller->status = call_llm("hello", &answer, &caller->error);
  if (caller->status == LLMB_OK) CHECK_TEXT("hello", answer);
  llmb_free(answer);
  return NULL;
}

/* How many of 100 simple calls at once were refused; each says why. */
static unsigned refused_of_many(void) {
  static struct caller callers[CALLERS];
  pthread_barrier_t start;
  pthread_barrier_init(&start, NULL, CALLERS);
  for (unsigned i = 0; i < CALLERS; i++) {
    callers[i] = (struct caller){.start = &start};
    CHECK_INT(0, pthread_create(&callers[i].thread, NULL, caller_run, &callers[i]));
  }
  unsigned refused = 0;
  for (unsigned i = 0; i < CALLERS; i++) {
    pthread_join(callers[i].thread, NULL);
    if (callers[i].status == LLMB_OK) continue;
    refused++;
    CHECK_INT(LLMB_E_OVERLOADED, callers[i].status);
    CHECK_CONTAINS("calls wait, allowed are 2 (queue)", callers[i].error);
    llmb_free(callers[i].error);
  }
  pthread_barrier_destroy(&start);
  return refused;
}

static void a_hundred_callers_at_once__are_served_unless_the_environment_says_how_many(void) {
  environment_set("sleep 20; echo");
  harness_enter();
  CHECK_INT(0, refused_of_many());
  llmb_shutdown();
  setenv("LLMBRIDGE_QUEUE", "2", 1);
  CHECK(refused_of_many() > 0);
  llmb_shutdown();
  harness_leave();
  environment_clear();
}

static void check_error_json(const char *json) {
  static const char *const fields[] = {
      "\"code\":", "\"status\":",     "\"message\":",  "\"phase\":",      "\"engine\":",    "\"os_code\":",
      "\"exit\":", "\"retry_safe\":", "\"attempts\":", "\"elapsed_ms\":", "\"engine_log\":"};
  CHECK(json != NULL);
  if (json == NULL) return;
  CHECK(json_is_whole(json));
  CHECK_INT('{', json[0]);
  for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) CHECK_CONTAINS(fields[i], json);
}

static void call_llm__describes_a_crash_as_json(void) {
  environment_set("exit 9@accept");
  setenv("LLMBRIDGE_RETRIES", "0", 1);
  harness_enter();
  char *answer = (char *)&answer, *error = NULL;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, call_llm("hello", &answer, &error));
  CHECK(answer == NULL);
  check_error_json(error);
  CHECK_CONTAINS("\"code\":\"engine_crashed\"", error);
  CHECK_CONTAINS("\"status\":7", error);
  CHECK_CONTAINS("\"phase\":\"prompt\"", error);
  CHECK_CONTAINS("\"engine\":\"fake\"", error);
  CHECK_CONTAINS("\"exit\":{\"kind\":\"exit\",\"value\":9}", error);
  CHECK_CONTAINS("\"retry_safe\":true", error);
  CHECK_CONTAINS("fake: exiting with status 9", error);
  llmb_free(error);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, call_llm("hello", &answer, NULL)); /* nobody wants to know */
  llmb_shutdown();
  harness_leave();
  environment_clear();
}

static void call_llm__describes_a_deadline_as_json(void) {
  environment_set("sleep 60000");
  setenv("LLMBRIDGE_TIMEOUT_MS", "100", 1);
  harness_enter();
  char *answer = NULL, *error = NULL;
  const uint64_t start_ns = llmb_clock_ns();
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, call_llm("hello", &answer, &error));
  CHECK(llmb_clock_ns() >= start_ns + UINT64_C(100000000));
  check_error_json(error);
  CHECK_CONTAINS("\"code\":\"deadline_exceeded\"", error);
  CHECK_CONTAINS("\"exit\":null", error);
  llmb_free(error);
  llmb_shutdown();
  harness_leave();
  environment_clear();
}

static void call_llm__describes_wrong_arguments_as_json(void) {
  environment_set("echo");
  char *answer = NULL, *error = NULL;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, call_llm(NULL, &answer, &error));
  check_error_json(error);
  CHECK_CONTAINS("prompt", error);
  llmb_free(error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, call_llm("hello", NULL, &error));
  check_error_json(error);
  llmb_free(error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, call_llm("", &answer, &error));
  check_error_json(error);
  llmb_free(error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, call_llm("\xff", &answer, &error));
  check_error_json(error);
  llmb_free(error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, call_llm(NULL, NULL, NULL));
  llmb_shutdown();
  environment_clear();
}

static void call_llm__describes_a_wrong_environment_as_json(void) {
  environment_set("echo");
  setenv("LLMBRIDGE_HOME", "/nowhere", 1);
  char *answer = NULL, *error = NULL;
  CHECK_INT(LLMB_E_NOT_FOUND, call_llm("hello", &answer, &error));
  check_error_json(error);
  CHECK_CONTAINS("\"phase\":\"configure\"", error);
  llmb_free(error);
  environment_clear();
  environment_set("echo"); /* nothing of the failure stays */
  CHECK_INT(LLMB_OK, call_llm("hello", &answer, &error));
  llmb_free(answer);
  llmb_shutdown();
  environment_clear();
}

static void embed__gives_a_vector_or_an_error(void) {
  environment_set("echo");
  harness_enter();
  float *vector = NULL;
  size_t dimension = 0;
  char *error = NULL;
  CHECK_INT(LLMB_OK, embed("aab", &vector, &dimension, &error));
  CHECK(error == NULL && vector != NULL && dimension > 2);
  if (vector != NULL) CHECK(vector[0] == 2 && vector[1] == 1);
  llmb_free(vector);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, embed("", &vector, &dimension, &error));
  CHECK(vector == NULL && dimension == 0);
  check_error_json(error);
  llmb_free(error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_embed(NULL, &vector, &dimension, NULL));
  llmb_shutdown();
  harness_leave();
  environment_clear();
}

struct simple_asker {
  int32_t status;
  pthread_t thread;
};

static void *simple_asker_run(void *argument) {
  struct simple_asker *asker = argument;
  char *answer = NULL;
  asker->status = call_llm("hello", &answer, NULL);
  llmb_free(answer);
  return NULL;
}

static void shutdown__cancels_calls_on_other_threads(void) {
  environment_set("sleep 60000");
  harness_enter();
  struct simple_asker askers[3];
  for (int i = 0; i < 3; i++) {
    CHECK_INT(0, pthread_create(&askers[i].thread, NULL, simple_asker_run, &askers[i]));
  }
  nap_ms(200);
  llmb_shutdown();
  for (int i = 0; i < 3; i++) {
    CHECK_INT(0, pthread_join(askers[i].thread, NULL));
    CHECK_INT(LLMB_E_CANCELLED, askers[i].status);
  }
  harness_leave();
  environment_clear();
}

static void call_llm__refuses_an_answer_that_a_c_string_would_cut(void) {
  setenv("LLMBRIDGE_ENGINE", "exec", 1);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  setenv("LLMBRIDGE_COMMAND", "[\"printf\",\"before\\\\0after\"]", 1);
  harness_enter();
  char *answer = (char *)&answer, *error = NULL;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, call_llm("hello", &answer, &error));
  CHECK(answer == NULL);
  check_error_json(error);
  CHECK_CONTAINS("the answer has a NUL at byte 6", error);
  llmb_free(error);
  llmb_shutdown();
  harness_leave();
  environment_clear();
}

CHECK_MAIN(TEST(a_hundred_callers_at_once__are_served_unless_the_environment_says_how_many),
           TEST(call_llm__refuses_an_answer_that_a_c_string_would_cut), TEST(call_llm__answers_again_after_a_shutdown),
           TEST(call_llm__describes_a_crash_as_json), TEST(call_llm__describes_a_deadline_as_json),
           TEST(call_llm__describes_wrong_arguments_as_json), TEST(call_llm__describes_a_wrong_environment_as_json),
           TEST(embed__gives_a_vector_or_an_error), TEST(shutdown__cancels_calls_on_other_threads))
