/* Forked children of a host: their parent's handles say so, the simple calls start afresh, the parent goes on. */
#include "tests/bridge/bridge_harness.h"

enum { CHILD_FINE = 0 };

static void use_fake_in_simple_calls(void) {
  setenv("LLMBRIDGE_ENGINE", "fake", 1);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  setenv("LLMBRIDGE_COMMAND", "echo", 1);
}

static void stop_using_fake_in_simple_calls(void) {
  unsetenv("LLMBRIDGE_ENGINE");
  unsetenv("LLMBRIDGE_HOME");
  unsetenv("LLMBRIDGE_COMMAND");
}

static bool echoes(const char *prompt) {
  char *answer = NULL, *error = NULL;
  const int32_t status = call_llm(prompt, &answer, &error);
  const bool right = status == LLMB_OK && answer != NULL && strcmp(answer, prompt) == 0 && error == NULL;
  if (!right) fprintf(stderr, "%s: %s\n", check_name, error != NULL ? error : "no error");
  llmb_free(answer);
  llmb_free(error);
  return right;
}

/* The child's exit status says which of its checks failed. */
static void check_child(pid_t child) {
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status));
  CHECK_INT(CHILD_FINE, WEXITSTATUS(status));
}

static int use_handles_of_the_parent(llmb_bridge *bridge, llmb_call *call) {
  uint8_t buffer[16];
  uint64_t size = 0;
  int64_t pid = 0;
  llmb_call *other = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_call_start(bridge, (const uint8_t *)"x", 1, NULL, &other, &error) != LLMB_E_FORKED) return 1;
  if (other != NULL || error.status != LLMB_E_FORKED) return 2;
  if (llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL) != LLMB_E_FORKED) return 3;
  if (llmb_call_poll(call, LLMB_NEVER, NULL) != LLMB_E_FORKED) return 4;
  if (llmb_call_cancel(call) != LLMB_E_FORKED) return 5;
  if (llmb_call_finish(call, LLMB_NEVER, NULL, NULL) != LLMB_E_FORKED) return 6;
  if (llmb_bridge_start(bridge, LLMB_NEVER, NULL) != LLMB_E_FORKED) return 7;
  if (llmb_bridge_worker_pid(bridge, &pid) != LLMB_E_FORKED) return 8;
  if (llmb_pump_wake(bridge) != LLMB_E_FORKED) return 9;
  if (ask(bridge, "x", NULL, &error) != LLMB_E_FORKED) return 10;
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return check_failures == 0 ? CHILD_FINE : 11;
}

static void fork__makes_the_parents_handles_say_so(void) {
  llmb_bridge *bridge = bridge_of("pieces 5 30", NULL);
  char text[64] = "";
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  const int64_t pid = worker_pid(bridge);
  const pid_t child = fork();
  if (child == 0) _exit(use_handles_of_the_parent(bridge, call));
  check_child(child);
  /* The child closed what it had; the parent's call knows nothing of it. */
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT("piece 1\npiece 2\npiece 3\npiece 4\npiece 5\n", text);
  CHECK_INT(pid, worker_pid(bridge));
  llmb_call_close(call);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

static int open_a_bridge_in_the_child(llmb_bridge *parents) {
  llmb_bridge *own = bridge_of("echo", NULL);
  llmb_error error;
  if (ask(own, "child", NULL, &error) != LLMB_OK) return 1;
  const int64_t keeper_pid = process_parent(worker_pid(own));
  const int worker = process_open(worker_pid(own)), keeper = process_open(keeper_pid);
  llmb_bridge_close(own);
  process_await_end(worker);
  process_await_end(keeper);
  if (ask(parents, "child", NULL, &error) != LLMB_E_FORKED) return 2;
  return check_failures == 0 ? CHILD_FINE : 3;
}

static void fork__lets_the_child_open_a_bridge_of_its_own(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "parent", NULL, &error));
  const int64_t pid = worker_pid(bridge);
  const pid_t child = fork();
  if (child == 0) _exit(open_a_bridge_in_the_child(bridge));
  check_child(child);
  CHECK_INT(LLMB_OK, ask(bridge, "parent", NULL, &error));
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

static void fork__lets_simple_calls_start_afresh(void) {
  use_fake_in_simple_calls();
  harness_enter();
  CHECK(echoes("parent"));
  for (int i = 0; i < 2; i++) {
    const pid_t child = fork();
    if (child == 0) {
      if (!echoes("child")) _exit(1);
      if (!echoes("child again")) _exit(2);
      llmb_shutdown();
      if (!echoes("child after shutdown")) _exit(3);
      if (i == 1) llmb_shutdown(); /* else its end is the end of its engine */
      _exit(CHILD_FINE);
    }
    CHECK(echoes("parent meanwhile"));
    check_child(child);
    CHECK(echoes("parent again"));
  }
  llmb_shutdown();
  harness_leave();
  stop_using_fake_in_simple_calls();
}

static void fork__of_a_child_that_does_nothing_disturbs_nobody(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_INT(pid, worker_pid(bridge));
  /* The close does not wait for descriptors that the child still has. */
  const int worker = process_open(pid), keeper = process_open(process_parent(pid));
  llmb_bridge_close(bridge);
  process_await_end(worker);
  process_await_end(keeper);
  CHECK_INT(0, kill(child, SIGKILL));
  CHECK_INT(child, waitpid(child, NULL, 0));
  harness_leave();
}

CHECK_MAIN(TEST(fork__makes_the_parents_handles_say_so), TEST(fork__lets_the_child_open_a_bridge_of_its_own),
           TEST(fork__lets_simple_calls_start_afresh), TEST(fork__of_a_child_that_does_nothing_disturbs_nobody))
