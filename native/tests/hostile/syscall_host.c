/* The host whose system calls fail, one a run (syscall_matrix.sh): uses the library from open to close, three times, in
 * the way its argument names. One use may fail, with an error that says why; the same bridge works then, and so do the
 * others. */
#include "tests/bridge/bridge_harness.h"

enum { ROUNDS = 3 };

enum { ROUND_OK = 0, ROUND_FAILED = 1, ROUND_NOT_CLEAN = 2 };

#define SCRIPT "pieces 3 1"
#define PIECES "piece 1\npiece 2\npiece 3\n"

/* No test has a name here: the script gives each run one. */
static const struct check_test no_tests[] = {{"none", NULL}};

/* What a success must have brought, and a failure must not. */
static void expect(bool right) {
  if (!right) exit(ROUND_NOT_CLEAN);
}

static llmb_status use_whole(llmb_bridge *bridge, llmb_error *error) {
  char *answer = NULL;
  const llmb_status status = llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &answer, NULL, NULL, error);
  expect((status == LLMB_OK) == (answer != NULL));
  expect(answer == NULL || strcmp(answer, PIECES) == 0);
  llmb_free(answer);
  return status;
}

/* Beside one that is cancelled, and one that is closed as it is. */
static llmb_status use_pieces(llmb_bridge *bridge, llmb_error *error) {
  char text[128] = "";
  llmb_call *calls[3] = {NULL};
  llmb_status status = LLMB_OK;
  for (int i = 0; i < 3 && status == LLMB_OK; i++) {
    status = llmb_call_start(bridge, (const uint8_t *)"hello", 5, NULL, &calls[i], error);
  }
  if (status == LLMB_OK) status = llmb_call_cancel(calls[0]);
  if (status == LLMB_OK) {
    const llmb_status end = llmb_call_finish(calls[0], LLMB_NEVER, NULL, error);
    status = end == LLMB_E_CANCELLED ? LLMB_OK : end;
    if (status == LLMB_OK) llmb_error_init(error);
  }
  if (status == LLMB_OK) status = read_to_end(calls[1], text, sizeof text, error);
  expect(status != LLMB_OK || strcmp(text, PIECES) == 0);
  for (int i = 0; i < 3; i++) llmb_call_close(calls[i]);
  return status;
}

static llmb_status use_tokens(llmb_bridge *bridge, llmb_error *error) {
  uint64_t count = 0;
  const llmb_status status = llmb_count_tokens(bridge, (const uint8_t *)"one two", 7, &count, error);
  expect(count == (status == LLMB_OK ? 2 : 0));
  return status;
}

static llmb_status use_pump(llmb_bridge *bridge, llmb_error *error) {
  char text[128] = "";
  uint64_t token = 0;
  uint32_t count = 0;
  llmb_call *call = NULL;
  llmb_status status = llmb_call_start(bridge, (const uint8_t *)"hello", 5, NULL, &call, error);
  if (status == LLMB_OK) status = llmb_call_watch(call, 7, error);
  while (status == LLMB_OK && count == 0) status = llmb_pump_wait(bridge, &token, 1, LLMB_NEVER, &count, error);
  if (status == LLMB_OK) expect(token == 7);
  if (status == LLMB_OK) status = read_to_end(call, text, sizeof text, error);
  expect(status != LLMB_OK || strcmp(text, PIECES) == 0);
  llmb_call_close(call);
  return status;
}

static const struct use {
  const char *name, *script;
  llmb_status (*run)(llmb_bridge *bridge, llmb_error *error);
} uses[] = {{"whole", SCRIPT, use_whole},
            {"pieces", SCRIPT, use_pieces},
            {"tokens", "echo", use_tokens},
            {"pump", SCRIPT, use_pump}};

static llmb_bridge *open_bridge(const char *script, llmb_error *error) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings =
      settings_of("engine", "fake", "command", script, "home", HARNESS_HOME, "timeout_ms", "20000", NULL);
  const llmb_status status = llmb_bridge_open(settings, &bridge, error);
  llmb_settings_close(settings);
  expect((status == LLMB_OK) == (bridge != NULL) && status == error->status);
  return bridge;
}

static int use_twice(const struct use *use, llmb_bridge *bridge, llmb_error *error) {
  for (int i = 0; i < 2; i++) {
    llmb_error_init(error);
    const llmb_status status = use->run(bridge, error);
    if (status != error->status) return ROUND_NOT_CLEAN;
    if (status != LLMB_OK) return ROUND_FAILED;
  }
  return ROUND_OK;
}

static int one_round(const struct use *use, llmb_error *error) {
  llmb_error_init(error);
  llmb_bridge *bridge = open_bridge(use->script, error);
  if (bridge == NULL) return ROUND_FAILED;
  int outcome = use_twice(use, bridge, error);
  /* The same bridge, after its failure. It may put a start off, which takes the call's time. */
  llmb_error again;
  if (outcome == ROUND_FAILED && use_twice(use, bridge, &again) != ROUND_OK) {
    fprintf(stderr, "the same bridge again: %s\n", again.message);
    outcome = ROUND_NOT_CLEAN;
  }
  llmb_bridge_close(bridge);
  return outcome;
}

/* The simple calls: an answer, a vector, and an end. */
static int simple_round(const struct use *use, llmb_error *error) {
  char *answer = NULL, *json = NULL;
  float *vector = NULL;
  size_t dimension = 0;
  (void)use;
  error->status = call_llm("hello", &answer, &json);
  if (error->status == LLMB_OK) error->status = embed("hello", &vector, &dimension, &json);
  const int outcome = error->status == LLMB_OK ? ROUND_OK : ROUND_FAILED;
  snprintf(error->message, sizeof error->message, "%s", json == NULL ? "" : json);
  expect(outcome == ROUND_FAILED || (strcmp(answer, "hello") == 0 && dimension > 0));
  llmb_free(answer);
  llmb_free(vector);
  llmb_free(json);
  llmb_shutdown();
  return outcome;
}

static int rounds(int (*round)(const struct use *use, llmb_error *error), const struct use *use) {
  llmb_error error;
  unsigned failed = 0;
  for (unsigned n = 0; n < ROUNDS + failed; n++) {
    const int outcome = round(use, &error);
    if (outcome == ROUND_OK) continue;
    fprintf(stderr, "round %u: status %d: %s\n", n, error.status, error.message);
    /* One call fails a run, so one round may; the round after it may not. */
    if (outcome == ROUND_NOT_CLEAN || error.message[0] == 0 || ++failed > 1) return 3;
  }
  return 0;
}

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : "";
  alarm(50);
  (void)check_run(no_tests, 0, 0, NULL);
  setenv("LLMBRIDGE_ENGINE", "fake", 1);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  if (strcmp(name, "nothing") == 0) return 0; /* what the loader and this program do alone */
  if (strcmp(name, "simple") == 0) return rounds(simple_round, NULL);
  for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
    if (strcmp(name, uses[i].name) == 0) return rounds(one_round, &uses[i]);
  }
  fprintf(stderr, "usage: %s whole|pieces|tokens|pump|simple|nothing\n", argv[0]);
  return 2;
}
