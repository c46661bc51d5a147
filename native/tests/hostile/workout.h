/* What every hostile host does with the library: simple calls, a stream, a cancelled call, one past its deadline, an
 * engine that is killed, a close with a call in flight. Each test has a child process to itself, so that it can spoil
 * what it likes. */
#ifndef LLMB_TESTS_WORKOUT_H
#define LLMB_TESTS_WORKOUT_H

#include "tests/repeats.h"
#include "tests/hostile/host_state.h"

enum { CHILD_SKIPPED = 77 };

/* For the simple calls; before anything that is compared. */
UNUSED static void workout_environment(void) {
  setenv("LLMBRIDGE_ENGINE", "fake", 1);
  setenv("LLMBRIDGE_HOME", HARNESS_HOME, 1);
  setenv("LLMBRIDGE_COMMAND", "echo", 1);
}

UNUSED static void workout_simple_calls(void) {
  for (int i = 0; i < 2; i++) {
    char *answer = NULL, *error = NULL;
    float *vector = NULL;
    size_t dimension = 0;
    CHECK_INT(LLMB_OK, call_llm("hello", &answer, &error));
    CHECK_TEXT("", error == NULL ? "" : error);
    if (answer != NULL) CHECK_TEXT("hello", answer);
    CHECK_INT(LLMB_OK, embed("hello", &vector, &dimension, NULL));
    CHECK(dimension > 0);
    llmb_free(answer);
    llmb_free(error);
    llmb_free(vector);
  }
  llmb_shutdown(); /* so that the bridges after it have a keeper to themselves, whose end is awaited */
}

UNUSED static void workout_stream(void) {
  char text[128] = "";
  llmb_bridge *bridge = bridge_of("pieces 3 1", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT("piece 1\npiece 2\npiece 3\n", text);
  llmb_call_close(call);
  /* An engine that dies costs nobody anything. */
  const int worker = process_open(worker_pid(bridge));
  CHECK_INT(0, (int)syscall(SYS_pidfd_send_signal, worker, SIGKILL, NULL, 0));
  process_await_end(worker);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

UNUSED static void workout_endings(void) {
  llmb_error error;
  struct canceller canceller;
  llmb_bridge *bridge = bridge_of("sleep 60000", "retries", "0", NULL);
  llmb_settings *brief = settings_of("timeout_ms", "60", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  canceller_start(&canceller, call, 20);
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, NULL));
  canceller_join(&canceller);
  llmb_call_close(call);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "hello", brief, &error));
  llmb_settings_close(brief);
  /* One that is open while the bridge closes: it ends as cancelled, and closing it frees the last. */
  call = call_of(bridge, "hello", NULL);
  const int worker = process_open(worker_pid(bridge)), keeper = process_open(process_parent(worker_pid(bridge)));
  llmb_bridge_close(bridge);
  process_await_end(worker);
  process_await_end(keeper);
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, NULL));
  llmb_call_close(call);
  harness_leave();
}

UNUSED static void workout_once(void) {
  workout_simple_calls();
  workout_stream();
  workout_endings();
}

/* The first round makes what a process has once (the C library's thread stacks, its heap, our page that fork empties);
 * the second must change nothing at all. */
UNUSED static void workout(void) {
  struct snapshot *first = host_state_take(); /* it, too, needs room that stays */
  workout_once();
  struct snapshot *before = host_state_take();
  free(first);
  workout_once();
  host_state_check(before);
}

/* Runs a test in a child of its own and takes over its failures. */
UNUSED static void in_child(void (*run)(void)) {
  int status = 0;
  fflush(NULL);
  check_watch_for(check_limit_s() * repeats()); /* longer than the child's, which it may have spoilt */
  const pid_t child = fork();
  if (child == 0) {
    check_watch_for(check_limit_s() * repeats() * 5 / 6);
    check_failures = 0;
    workout_environment();
    run();
    exit(check_failures != 0);
  }
  CHECK_INT(child, waitpid(child, &status, 0));
  if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPPED) {
    printf("skip %s\n", check_name);
    return;
  }
  CHECK(WIFEXITED(status));
  CHECK_INT(0, WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

#define HOSTILE_TEST(name)           \
  static void name##_in_child(void); \
  static void name(void) {           \
    in_child(name##_in_child);       \
  }                                  \
  static void name##_in_child(void)

#endif
