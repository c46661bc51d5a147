/* Every system call, tried by an engine in each stage of its confinement, gets what the table says: as root and as an
 * ordinary user, with landlock and without. */
#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/bridge/bridge_harness.h"
#include "tests/hostile/every_call.h"
#include "tests/hostile/no_landlock.h"
#include "platform/linux/confine_table.h"

enum { REPORT_SIZE = 1 << 18, USER_NOBODY = 65534, EXIT_SKIPPED = 77 };

static int expected_error(enum confine_column column, unsigned number, enum every_call_try try) {
  if (number == EVERY_CALL_FOREIGN) return EPERM;
  if (try == EVERY_CALL_FITS) return 0;
  if (try == EVERY_CALL_DOES_NOT) return EPERM;
  const enum confine_rule rule = confine_rule_of(column, number);
  return rule == RULE_UNKNOWN ? ENOSYS : rule == RULE_NO ? EPERM : 0;
}

/* What got through failed for its arguments, if at all. */
static bool is_as_expected(int expected, int error) {
  return expected != 0 ? error == expected : error != EPERM && error != ENOSYS;
}

static unsigned check_report(const char *report) {
  unsigned count = 0;
  int column = 0, try = 0, error = 0, used = 0;
  unsigned number = 0;
  for (; sscanf(report, "%d %u %d %d\n%n", &column, &number, &try, &error, &used) == 4; report += used, count++) {
    const int expected = expected_error((enum confine_column)column, number, (enum every_call_try)try);
    if (is_as_expected(expected, error)) continue;
    fprintf(stderr, "%s: column %d, call %u, try %d: error %d, expected %d\n", check_name, column, number, try, error,
            expected);
    check_failures++;
  }
  return count;
}

static void check_every_call(const char *what, unsigned aborts_expected) {
  static char report[REPORT_SIZE];
  llmb_error error;
  llmb_error_init(&error);
  llmb_bridge *bridge = bridge_of(what, "home", EVERY_CALL_HOME, "timeout_ms", "100000", NULL);
  bridge_start(bridge);
  uint32_t layers = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_sandbox(bridge, &layers));
  if ((layers & LLMB_SANDBOX_CALLS) == 0) _exit(EXIT_SKIPPED); /* a sanitizer's build */
  llmb_call *call = call_of(bridge, "go", NULL);
  CHECK_INT(LLMB_OK, read_to_end(call, report, sizeof report, &error));
  CHECK_TEXT("", error.message);
  llmb_call_close(call);
  CHECK(check_report(report) >= EVERY_CALL_TRIES_MIN);
  const char *last = strrchr(report, '\n');
  while (last != NULL && last > report && last[-1] != '\n') last--;
  CHECK_INT(aborts_expected, last != NULL ? strtoul(last, NULL, 10) : 0);
  bridge_end(bridge);
}

/* In a process of its own, which may give up what the next test needs. */
static void run_as(const char *what, unsigned aborts_expected, bool is_ordinary, bool has_landlock) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* with this test, whose watchdog ends it */
    if (is_ordinary && geteuid() == 0) {
      CHECK_INT(0, setgroups(0, NULL));
      CHECK_INT(0, setresgid(USER_NOBODY, USER_NOBODY, USER_NOBODY));
      CHECK_INT(0, setresuid(USER_NOBODY, USER_NOBODY, USER_NOBODY));
    }
    if (!has_landlock) forget_landlock();
    check_every_call(what, aborts_expected);
    _exit(check_failures != 0);
  }
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status));
  if (WEXITSTATUS(status) == EXIT_SKIPPED) {
    printf("no filter of system calls here\n");
    return;
  }
  CHECK_INT(0, WEXITSTATUS(status));
}

static void run_in_all_ways(const char *what, unsigned aborts_expected) {
  run_as(what, aborts_expected, false, true);
  run_as(what, aborts_expected, false, false);
  run_as(what, aborts_expected, true, true);
  run_as(what, aborts_expected, true, false);
}

/* Two signals a stage, by kill and by tgkill. */
static void loading_and_serving_engines__get_the_calls_of_the_table(void) {
  run_in_all_ways("serve", 4);
}

static void shared_engines__get_the_calls_of_the_table(void) {
  run_in_all_ways("shared", 4);
}

static void programs_of_other_runtimes__are_refused_what_the_table_says(void) {
  run_in_all_ways("deny", 0);
}

CHECK_MAIN(TEST(loading_and_serving_engines__get_the_calls_of_the_table),
           TEST(shared_engines__get_the_calls_of_the_table),
           TEST(programs_of_other_runtimes__are_refused_what_the_table_says))
