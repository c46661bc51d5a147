/* Which engine of a bridge answers: the first while it can, one that stands in where it cannot, nobody where something
 * may have happened already. */
#include <fcntl.h>
#include <sys/stat.h>

#include "tests/bridge/bridge_harness.h"

enum { DEMOTING_FAILURES = 3 };

static llmb_bridge *open_with(const char *first, ...) __attribute__((sentinel));
static llmb_bridge *open_with(const char *first, ...) {
  llmb_settings *settings = settings_of("home", HARNESS_HOME, "engine", first, NULL);
  va_list rest;
  va_start(rest, first);
  llmb_bridge *bridge = bridge_open_with(settings, rest);
  va_end(rest);
  return bridge;
}

static llmb_status generate(llmb_bridge *bridge, llmb_result *result, llmb_error *error) {
  char *answer = NULL;
  llmb_result_init(result);
  llmb_error_init(error);
  const llmb_status status = llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &answer, NULL, result, error);
  if (status == LLMB_OK) CHECK_TEXT("hello", answer);
  llmb_free(answer);
  return status;
}

static llmb_status embed_one(llmb_bridge *bridge, llmb_result *result, llmb_error *error) {
  const uint8_t *text = (const uint8_t *)"hello";
  const uint64_t size = 5;
  float *vector = NULL;
  uint64_t dimension = 0;
  llmb_result_init(result);
  llmb_error_init(error);
  const llmb_status status = llmb_embed_texts(bridge, &text, &size, 1, NULL, &vector, &dimension, result, error);
  CHECK_INT(status == LLMB_OK, dimension > 0);
  llmb_free(vector);
  return status;
}

static void check_answered_by(llmb_status status, const llmb_result *result, const llmb_error *error,
                              const char *engine, unsigned fallback) {
  CHECK_INT(LLMB_OK, status);
  CHECK_TEXT("", error->message);
  CHECK_TEXT(engine, result->engine);
  CHECK_INT(fallback, result->fallback);
}

static void model_that_is_missing__has_the_next_engine_answer(void) {
  llmb_bridge *bridge = open_with("llama", "model", "/no/such/model.gguf", "fallback", "fake", NULL);
  llmb_result result;
  llmb_error error;
  check_answered_by(generate(bridge, &result, &error), &result, &error, "fake", 1);
  bridge_end(bridge);
}

static void model_that_is_none__has_the_next_engine_answer(void) {
  llmb_bridge *bridge = open_with("llama", "model", "/bin/sh", "fallback", "hash, fake", NULL);
  llmb_result result;
  llmb_error error;
  for (int i = 0; i < 5; i++) {
    check_answered_by(generate(bridge, &result, &error), &result, &error, "fake", 1);
    check_answered_by(embed_one(bridge, &result, &error), &result, &error, "hash", 1);
  }
  bridge_end(bridge);
}

static void engine_that_cannot_do_it__passes_the_call_on_and_keeps_its_own(void) {
  llmb_bridge *bridge = open_with("exec", "command", "cat", "fallback", "hash", NULL);
  llmb_result result;
  llmb_error error;
  int64_t pid = 0;
  llmb_stats stats;
  for (int i = 0; i < DEMOTING_FAILURES + 2; i++) {
    check_answered_by(embed_one(bridge, &result, &error), &result, &error, "hash", 1);
    check_answered_by(generate(bridge, &result, &error), &result, &error, "exec", 0);
  }
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
  CHECK(pid > 0);
  llmb_stats_init(&stats);
  CHECK_INT(LLMB_OK, llmb_bridge_stats(bridge, &stats, NULL));
  CHECK_INT(2, stats.engines_started);
  CHECK_INT(0, stats.engines_crashed);
  bridge_end(bridge);
}

static uint64_t crashes(llmb_bridge *bridge) {
  llmb_stats stats;
  llmb_stats_init(&stats);
  CHECK_INT(LLMB_OK, llmb_bridge_stats(bridge, &stats, NULL));
  return stats.engines_crashed;
}

static void engine_that_keeps_dying_at_its_start__is_passed_over_after_a_while(void) {
  llmb_bridge *bridge = open_with("fake", "command", "exit 3@start", "fallback", "hash", NULL);
  llmb_result result;
  llmb_error error;
  for (int i = 0; i < DEMOTING_FAILURES; i++) {
    check_answered_by(embed_one(bridge, &result, &error), &result, &error, "hash", 1);
  }
  const uint64_t before = crashes(bridge);
  CHECK(before > 0);
  for (int i = 0; i < 5; i++) {
    check_answered_by(embed_one(bridge, &result, &error), &result, &error, "hash", 1);
    CHECK_INT(1, result.attempts);
  }
  CHECK_INT(before, crashes(bridge));
  bridge_end(bridge);
}

static void answer_that_was_begun__is_not_begun_again_elsewhere(void) {
  llmb_bridge *bridge = open_with("fake", "command", "pieces 3 30; signal 9", "fallback", "hash", NULL);
  llmb_error error;
  llmb_call *call = call_of(bridge, "hello", NULL);
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(call, NULL, 0, &error));
  CHECK_TEXT("fake", error.engine);
  CHECK_INT(1, error.attempts);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void command_that_was_begun__is_not_repeated_by_another_engine(void) {
  char path[64], command[160], text[16] = "";
  snprintf(path, sizeof path, "/tmp/llmbridge-stand-in-%d", (int)getpid());
  snprintf(command, sizeof command, "[\"sh\",\"-c\",\"echo run >> %s; kill -9 $$\"]", path);
  llmb_bridge *bridge = open_with("exec", "command", command, "fallback", "hash", NULL);
  llmb_result result;
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, generate(bridge, &result, &error));
  CHECK_TEXT("exec", error.engine);
  CHECK_INT(0, error.retry_safe);
  FILE *file = fopen(path, "r");
  CHECK(file != NULL && fread(text, 1, sizeof text - 1, file) == 4);
  if (file != NULL) fclose(file);
  unlink(path);
  bridge_end(bridge);
}

/* The program's name is a script of the engine fake. */
static void command_that_could_not_be_started__was_not_begun(void) {
  char folder[] = "/tmp/llmbridge-no-program-XXXXXX", path[64], before[4096];
  llmb_result result;
  llmb_error error;
  snprintf(before, sizeof before, "%s", getenv("PATH"));
  CHECK(mkdtemp(folder) != NULL && setenv("PATH", folder, 1) == 0);
  snprintf(path, sizeof path, "%s/echo", folder);
  const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
  CHECK_INT(10, write(file, "no program", 10));
  close(file);
  llmb_bridge *bridge = open_with("exec", "command", "echo", "fallback", "fake", NULL);
  check_answered_by(generate(bridge, &result, &error), &result, &error, "fake", 1);
  bridge_end(bridge);
  bridge = open_with("exec", "command", "echo", NULL);
  CHECK_INT(LLMB_E_SPAWN_FAILED, generate(bridge, &result, &error));
  CHECK_INT(1, error.retry_safe);
  bridge_end(bridge);
  CHECK(unlink(path) == 0 && rmdir(folder) == 0 && setenv("PATH", before, 1) == 0);
}

static void failure__is_that_of_the_first_when_the_others_cannot_do_it(void) {
  llmb_bridge *bridge = open_with("fake", "command", "exit 3@start", "fallback", "hash", NULL);
  llmb_result result;
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, generate(bridge, &result, &error));
  CHECK_TEXT("fake", error.engine);
  bridge_end(bridge);
}

static void deadline__spans_all_engines(void) {
  llmb_bridge *bridge =
      open_with("fake", "command", "slow_start 100000", "fallback", "hash", "timeout_ms", "300", NULL);
  llmb_result result;
  llmb_error error;
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, embed_one(bridge, &result, &error));
  bridge_end(bridge);
}

static void environment__can_name_who_stands_in(void) {
  setenv("LLMBRIDGE_FALLBACK", "hash", 1);
  llmb_bridge *bridge = open_with("exec", "command", "cat", NULL);
  unsetenv("LLMBRIDGE_FALLBACK");
  llmb_result result;
  llmb_error error;
  check_answered_by(embed_one(bridge, &result, &error), &result, &error, "hash", 1);
  bridge_end(bridge);
}

static void check_refused(const char *name, const char *value, const char *fallback) {
  llmb_bridge *bridge = NULL;
  llmb_error error;
  llmb_error_init(&error);
  llmb_settings *settings = settings_of("home", HARNESS_HOME, "engine", "fake", "fallback", fallback, NULL);
  llmb_status status = llmb_settings_set(settings, name, value, &error);
  if (status == LLMB_OK) status = llmb_bridge_open(settings, &bridge, &error);
  CHECK(status == LLMB_E_INVALID_ARGUMENT || status == LLMB_E_UNSUPPORTED);
  CHECK(error.message[0] != 0);
  CHECK(bridge == NULL);
  llmb_bridge_close(bridge);
  llmb_settings_close(settings);
}

static void wrong_settings__are_no_reason_to_fall_back(void) {
  check_refused("log", "off", "nobody");
  check_refused("log", "off", "hash,hash");
  check_refused("log", "off", "fake");
  check_refused("workers", "0", "hash");
  check_refused("workers", "40", "hash");
  check_refused("sandbox", "required", "hash,exec");
  check_refused("url", "http://x", "hash");
}

static char folder[] = "/tmp/llmbridge-standin-XXXXXX";
static char program[64];

/* A program `pieces` on PATH, which answers with the prompt. */
static void program_make(void) {
  char path[128];
  memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
  CHECK(mkdtemp(folder) != NULL);
  snprintf(program, sizeof program, "%s/pieces", folder);
  FILE *file = fopen(program, "w");
  if (file == NULL) exit(1);
  fprintf(file, "#!/bin/sh\nprintf 'program: '\ncat\n");
  fclose(file);
  CHECK_INT(0, chmod(program, 0700));
  snprintf(path, sizeof path, "%s:/usr/bin:/bin", folder);
  CHECK_INT(0, setenv("PATH", path, 1));
}

static void program_remove(void) {
  CHECK_INT(0, unlink(program));
  CHECK_INT(0, rmdir(folder));
}

/* A program that is given a prompt cannot see the conversation in its place: it would be run for nothing. */
static void conversation__is_not_given_to_an_engine_that_takes_none(void) {
  program_make();
  llmb_bridge *bridge = bridge_of("pieces 0 0; exit 3", "fallback", "exec", NULL);
  llmb_settings *settings = settings_of("messages", "[{\"role\":\"user\",\"content\":\"hello\"}]", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "", settings, &error));
  CHECK_TEXT("fake", error.engine);
  llmb_settings_close(settings);
  bridge_end(bridge);
  program_remove();
}

CHECK_MAIN(TEST(conversation__is_not_given_to_an_engine_that_takes_none),
           TEST(model_that_is_missing__has_the_next_engine_answer),
           TEST(model_that_is_none__has_the_next_engine_answer),
           TEST(engine_that_cannot_do_it__passes_the_call_on_and_keeps_its_own),
           TEST(engine_that_keeps_dying_at_its_start__is_passed_over_after_a_while),
           TEST(answer_that_was_begun__is_not_begun_again_elsewhere),
           TEST(command_that_was_begun__is_not_repeated_by_another_engine),
           TEST(command_that_could_not_be_started__was_not_begun),
           TEST(failure__is_that_of_the_first_when_the_others_cannot_do_it), TEST(deadline__spans_all_engines),
           TEST(environment__can_name_who_stands_in), TEST(wrong_settings__are_no_reason_to_fall_back))
