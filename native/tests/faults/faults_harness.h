/* What the tests of faults share: a bridge to the engine module that misbehaves as each prompt says, and the questions
 * to be asked after every fault. Did the call end once, was it worked on at most once, does the next one work, are the
 * host's own children untouched? That the process is as it was, bridge_harness.h sees to. */
#ifndef LLMB_TESTS_FAULTS_HARNESS_H
#define LLMB_TESTS_FAULTS_HARNESS_H

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "tests/bridge/bridge_harness.h"
#include "tests/faults/faults_repeats.h"

enum { FAULTS_PROMPT_SIZE = 256, FAULTS_CALLS_MAX = 1 << 20, SIBLING_PAUSE_MS = 3 };

/* Children that the host has while engines die, each of which must end as it was told to. */
struct siblings {
  pthread_t thread;
  _Atomic bool stops;
  unsigned count;
};

UNUSED static void *siblings_run(void *argument) {
  struct siblings *siblings = argument;
  while (!atomic_load(&siblings->stops)) {
    int status = 0;
    const int wanted = (int)(siblings->count++ % 200);
    const pid_t child = fork();
    if (child == 0) _exit(wanted);
    CHECK_INT(child, waitpid(child, &status, 0));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == wanted);
    nap_ms(SIBLING_PAUSE_MS);
  }
  return NULL;
}

UNUSED static void siblings_start(struct siblings *siblings) {
  atomic_store(&siblings->stops, false);
  siblings->count = 0;
  CHECK_INT(0, pthread_create(&siblings->thread, NULL, siblings_run, siblings));
}

UNUSED static void siblings_end(struct siblings *siblings) {
  atomic_store(&siblings->stops, true);
  CHECK_INT(0, pthread_join(siblings->thread, NULL));
  CHECK(siblings->count > 0);
}

struct faults {
  llmb_bridge *bridge;
  struct siblings siblings;
  char ledger[40]; /* a line for each time that an engine begins to work on a call */
  unsigned asked;
  unsigned moved; /* calls that died with an engine that had not accepted them, and may be worked on again */
};

UNUSED static void faults_prepare(struct faults *faults) {
  memset(faults, 0, sizeof *faults);
  strcpy(faults->ledger, "/tmp/llmbridge-test-XXXXXX");
  const int file = mkstemp(faults->ledger);
  CHECK(file >= 0);
  close(file);
}

/* Opens a bridge with the settings given, NULL at the end. It restarts its engine as often as the test wants. */
#define faults_open(faults, ...)                                                                                     \
  (faults_prepare(faults),                                                                                           \
   (faults)->bridge = bridge_of((faults)->ledger, "home", FAULTS_HOME, "restart_limit", "1000", "restart_window_ms", \
                                "1", __VA_ARGS__),                                                                   \
   siblings_start(&(faults)->siblings))

/* A prompt for the module: the call's number, then what is to be done. */
UNUSED static llmb_call *faults_call(struct faults *faults, const llmb_settings *settings, const char *order) {
  char prompt[FAULTS_PROMPT_SIZE];
  snprintf(prompt, sizeof prompt, "%u %s", ++faults->asked, order);
  return call_of(faults->bridge, prompt, settings);
}

/* Reads the call to its end, checks that it ends once, and closes it. */
UNUSED static llmb_status faults_end_call(llmb_call *call, char *text, size_t capacity, llmb_error *error) {
  llmb_error_init(error);
  const llmb_status status = read_to_end(call, text, capacity, error);
  CHECK_INT(status, error->status);
  CHECK_INT(status, llmb_call_finish(call, 0, NULL, NULL));
  llmb_call_close(call);
  return status;
}

UNUSED static llmb_status faults_ask(struct faults *faults, const llmb_settings *settings, const char *order,
                                     llmb_error *error) {
  return faults_end_call(faults_call(faults, settings, order), NULL, 0, error);
}

/* The next call gets its own answer, and nothing else. */
UNUSED static void faults_check_next(struct faults *faults) {
  char order[64], text[64] = "";
  llmb_error error;
  snprintf(order, sizeof order, "echo well %u", faults->asked);
  CHECK_INT(LLMB_OK, faults_end_call(faults_call(faults, NULL, order), text, sizeof text, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT(order + 5, text);
}

/* No call was worked on twice, but those that may have been. */
UNUSED static void faults_check_ledger(const struct faults *faults) {
  unsigned number = 0, repeated = 0;
  uint8_t *seen = calloc(faults->asked + 1, 1);
  FILE *file = fopen(faults->ledger, "r");
  if (seen == NULL || file == NULL) abort();
  while (fscanf(file, "%u", &number) == 1) {
    CHECK(number > 0 && number <= faults->asked);
    if (number > faults->asked) break;
    repeated += seen[number]++ > 0;
    CHECK(seen[number] <= 2);
  }
  CHECK_INT(faults->moved, repeated);
  fclose(file);
  free(seen);
}

UNUSED static void faults_close(struct faults *faults) {
  faults_check_next(faults);
  siblings_end(&faults->siblings);
  faults_check_ledger(faults);
  unlink(faults->ledger);
  bridge_end(faults->bridge);
}

#endif
