/* A test that never ends is named and ended, and a process that outlives its time is noticed by an assertion. */
#include <fcntl.h>
#include <sys/wait.h>

#include "tests/check.h"
#include "tests/process_end.h"

enum { OUTPUT_SIZE = 1024 };

static void sleeps_for_ever(void) {
  for (;;) pause();
}

static void goes_on_and_on(void) {
  for (int i = 0; i < 15; i++) {
    check_watch();
    usleep(100000);
  }
}

static void leaves_a_process_alive(void) {
  const pid_t child = fork();
  if (child == 0) sleeps_for_ever();
  const int process = (int)syscall(SYS_pidfd_open, child, 0);
  process_end_await(process);
  CHECK_INT(child, waitpid(child, NULL, 0)); /* it was killed, so that nothing is left behind */
}

/* Runs one test in a process of its own, with a limit of a second; its wait status and what it wrote. */
static int run_apart(const struct check_test *test, char *output) {
  int ends[2], status = 0;
  CHECK_INT(0, pipe2(ends, O_CLOEXEC));
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    setenv("LLMB_TEST_LIMIT_S", "1", 1);
    setenv("LLMB_TEST_END_MS", "100", 1);
    _exit(check_run(test, 1, 1, (char *[]){(char[]){"test"}, NULL}));
  }
  close(ends[1]);
  size_t used = 0;
  for (ssize_t size = 1; size > 0 && used<OUTPUT_SIZE - 1; used += size> 0 ? (size_t)size : 0) {
    size = read(ends[0], output + used, OUTPUT_SIZE - 1 - used);
  }
  output[used] = 0;
  close(ends[0]);
  CHECK_INT(child, waitpid(child, &status, 0));
  return status;
}

static void test__that_never_ends_is_named_and_ended(void) {
  char output[OUTPUT_SIZE];
  const struct check_test hanging = TEST(sleeps_for_ever);
  const int status = run_apart(&hanging, output);
  CHECK(WIFSIGNALED(status));
  CHECK_INT(SIGALRM, WTERMSIG(status));
  CHECK_CONTAINS("sleeps_for_ever: WATCHDOG", output);
}

static void test__that_is_long_by_design_is_left_alone(void) {
  char output[OUTPUT_SIZE];
  const struct check_test patient = TEST(goes_on_and_on);
  CHECK_INT(0, run_apart(&patient, output));
  CHECK_CONTAINS("ok   goes_on_and_on", output);
}

static void process__that_does_not_end_is_noticed_by_an_assertion(void) {
  char output[OUTPUT_SIZE];
  const struct check_test leaving = TEST(leaves_a_process_alive);
  const int status = run_apart(&leaving, output);
  CHECK(WIFEXITED(status));
  CHECK_INT(1, WEXITSTATUS(status));
  CHECK_CONTAINS("has not ended", output);
}

CHECK_MAIN(TEST(test__that_never_ends_is_named_and_ended), TEST(test__that_is_long_by_design_is_left_alone),
           TEST(process__that_does_not_end_is_noticed_by_an_assertion))
