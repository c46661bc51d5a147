/* Engines in a thread of this process: what still holds there, and what a host keeps to itself. */
#include "tests/bridge/bridge_harness.h"

#include <fcntl.h>

static void two_bridges__have_threads_of_their_own(void) {
  llmb_bridge *one = bridge_of("echo", "isolation", "inproc", NULL);
  llmb_bridge *other = bridge_of("pieces 2 0", "isolation", "inproc", NULL);
  llmb_call *first = call_of(one, "mine", NULL), *second = call_of(other, "yours", NULL);
  char text[64];
  CHECK_INT(LLMB_OK, read_to_end(second, text, sizeof text, NULL));
  CHECK_TEXT("piece 1\npiece 2\n", text);
  CHECK_INT(LLMB_OK, read_to_end(first, text, sizeof text, NULL));
  CHECK_TEXT("mine", text);
  CHECK_INT(0, worker_pid(one));
  llmb_call_close(first);
  llmb_call_close(second);
  bridge_end(one);
  bridge_end(other);
}

static void no_process__is_started(void) {
  llmb_bridge *bridge = bridge_of("echo", "isolation", "inproc", NULL);
  const unsigned before = process_child_count(getpid());
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_INT(before, process_child_count(getpid()));
  bridge_end(bridge);
}

/* What becomes of each signal here, as the kernel tells it. Not SigQ: that counts for all processes of the user. */
static void read_dispositions(char *out, size_t capacity) {
  char line[256];
  FILE *file = fopen("/proc/self/status", "r");
  *out = 0;
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL) {
    const bool own = strncmp(line, "Sig", 3) == 0 && strncmp(line, "SigQ", 4) != 0;
    if (own) strncat(out, line, capacity - strlen(out) - 1);
  }
  fclose(file);
}

/* Asks with stderr turned into a pipe, and says whether anything was written to it. */
static bool says_something(llmb_bridge *bridge, llmb_status *out_status) {
  char said[256];
  int ends[2];
  llmb_error error;
  const int saved = dup(STDERR_FILENO);
  CHECK_INT(0, pipe2(ends, O_CLOEXEC | O_NONBLOCK));
  dup2(ends[1], STDERR_FILENO);
  *out_status = ask(bridge, "hello", NULL, &error);
  dup2(saved, STDERR_FILENO);
  const bool said_something = read(ends[0], said, sizeof said) > 0;
  close(saved);
  close(ends[0]);
  close(ends[1]);
  return said_something;
}

static void host__keeps_its_signals_and_its_stderr(void) {
  char before[1024], during[1024];
  llmb_status status = LLMB_E_INTERNAL;
  llmb_bridge *bridge = bridge_of("pieces 5 5", "isolation", "inproc", NULL);
  read_dispositions(before, sizeof before);
  CHECK(!says_something(bridge, &status));
  CHECK_INT(LLMB_OK, status);
  read_dispositions(during, sizeof during);
  CHECK_TEXT(before, during);
  bridge_end(bridge);
}

static void idle_engine__ends_its_thread_and_comes_back(void) {
  llmb_bridge *bridge = bridge_of("echo", "isolation", "inproc", "idle_ms", "1", NULL);
  llmb_error error;
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    nap_ms(20);
  }
  bridge_end(bridge);
}

static void script_that_is_wrong__is_refused_as_in_a_process(void) {
  llmb_bridge *bridge = bridge_of("no such step", "isolation", "inproc", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "hello", NULL, &error));
  CHECK_CONTAINS("unknown step", error.message);
  bridge_end(bridge);
}

/* Last: its thread stays behind, for nobody can end it. */
static void engine_that_hangs__keeps_neither_calls_nor_the_close(void) {
  llmb_bridge *bridge = bridge_of("hang", "isolation", "inproc", "stall_timeout_ms", "200", "grace_ms", "100", NULL);
  llmb_error error;
  llmb_status status = LLMB_OK;
  CHECK(!says_something(bridge, &status));
  CHECK_INT(LLMB_E_ENGINE_HUNG, status);
  llmb_settings *settings = settings_of("timeout_ms", "300", NULL);
  CHECK(ask(bridge, "hello", settings, &error) != LLMB_OK);
  llmb_settings_close(settings);
  llmb_bridge_close(bridge);
  free(harness_before);
}

CHECK_MAIN(TEST(two_bridges__have_threads_of_their_own), TEST(no_process__is_started),
           TEST(host__keeps_its_signals_and_its_stderr), TEST(idle_engine__ends_its_thread_and_comes_back),
           TEST(script_that_is_wrong__is_refused_as_in_a_process),
           TEST(engine_that_hangs__keeps_neither_calls_nor_the_close))
