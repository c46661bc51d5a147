/* The host whose system calls fail, one a run (syscall_matrix.sh): uses the library from open to close, three times.
 * One of them may fail, with an error that says why; the same bridge works then, and so do the others. */
#include "../bridge/bridge_harness.h"

enum { ROUNDS = 3 };

enum { ROUND_OK = 0, ROUND_FAILED = 1, ROUND_NOT_CLEAN = 2 };

/* No test has a name here: the script gives each run one. */
static const struct check_test no_tests[] = {{"none", NULL}};

static llmb_bridge *open_bridge(llmb_error *error) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings =
      settings_of("engine", "fake", "command", "pieces 3 1", "home", HARNESS_HOME, "timeout_ms", "20000", NULL);
  const llmb_status status = llmb_bridge_open(settings, &bridge, error);
  llmb_settings_close(settings);
  if ((status == LLMB_OK) != (bridge != NULL) || status != error->status) exit(ROUND_NOT_CLEAN);
  return bridge;
}

static int ask_twice(llmb_bridge *bridge, llmb_error *error) {
  for (int i = 0; i < 2; i++) {
    char *answer = NULL;
    llmb_error_init(error);
    const llmb_status status = llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &answer, NULL, NULL, error);
    if ((status == LLMB_OK) != (answer != NULL) || status != error->status) return ROUND_NOT_CLEAN;
    if (answer != NULL && strcmp(answer, "piece 1\npiece 2\npiece 3\n") != 0) return ROUND_NOT_CLEAN;
    llmb_free(answer);
    if (status != LLMB_OK) return ROUND_FAILED;
  }
  return ROUND_OK;
}

static int one_round(llmb_error *error) {
  llmb_error_init(error);
  llmb_bridge *bridge = open_bridge(error);
  if (bridge == NULL) return ROUND_FAILED;
  int outcome = ask_twice(bridge, error);
  /* The same bridge, after its failure. It may put a start off, which takes the call's time. */
  llmb_error again;
  if (outcome == ROUND_FAILED && ask_twice(bridge, &again) != ROUND_OK) {
    fprintf(stderr, "the same bridge again: %s\n", again.message);
    outcome = ROUND_NOT_CLEAN;
  }
  llmb_bridge_close(bridge);
  return outcome;
}

int main(int argc, char **argv) {
  llmb_error error;
  if (argc > 1 && strcmp(argv[1], "nothing") == 0) return 0; /* what the loader does alone */
  alarm(50);
  (void)check_run(no_tests, 0, 0, NULL);
  unsigned failed = 0;
  for (unsigned round = 0; round < ROUNDS + failed; round++) {
    const int outcome = one_round(&error);
    if (outcome == ROUND_OK) continue;
    fprintf(stderr, "round %u: status %d: %s\n", round, error.status, error.message);
    /* One call fails a run, so one round may; the round after it may not. */
    if (outcome == ROUND_NOT_CLEAN || error.message[0] == 0 || ++failed > 1) return 3;
  }
  return 0;
}
