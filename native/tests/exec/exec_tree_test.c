/* What a command starts ends with its call, however it was started. */
#include <fcntl.h>

#include "tests/exec/exec_harness.h"

enum { CALLS = 8, CALLS_MANY = 64 };

/* Sleeps for longer than any test, keeping what it inherited. */
#define SLEEP "sleep 100000"

static void grandchild_that_keeps_stdout_open__does_not_keep_the_call(void) {
  llmb_bridge *bridge = bridge_to(SH("echo answer; sleep 3 & exit 0"), NULL);
  bridge_start(bridge);
  const uint64_t start_ns = llmb_clock_ns();
  check_answer(bridge, "x", "answer\n");
  fprintf(stderr, "the call took %.0f ms, its grandchild would have taken 3000\n",
          (double)(llmb_clock_ns() - start_ns) / 1e6);
  marked_programs_await_end(); /* the test's grandchild is gone with the call; the engine that ran it is there */
  bridge_vanish(bridge);
}

static void survivors__of_double_forks_and_new_sessions_are_gone_after_the_call(void) {
  llmb_bridge *bridge = bridge_to(SH("(setsid " SLEEP " >/dev/null 2>&1 &) & setsid sh -c '" SLEEP " & " SLEEP
                                     "' >/dev/null 2>&1 & sleep 0.1; echo done"),
                                  NULL);
  check_answer(bridge, "x", "done\n");
  marked_programs_await_end();
  bridge_vanish(bridge);
}

/* Whether a process runs a command line that has this in it. */
static bool runs(const char *part) {
  char path[300], line[4096];
  bool found = false;
  DIR *folder = opendir("/proc");
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (strtol(entry->d_name, NULL, 10) <= 0) continue;
    snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t size = file < 0 ? 0 : read(file, line, sizeof line);
    if (file >= 0) close(file);
    if (size > 0 && memmem(line, (size_t)size, part, strlen(part) + 1) != NULL) found = true;
  }
  closedir(folder);
  return found;
}

static void survivors__without_environment_are_gone_when_nothing_else_runs(void) {
  char number[32], command[256];
  snprintf(number, sizeof number, "100%d", (int)getpid());
  snprintf(command, sizeof command, SH("(env -i setsid sleep %s >/dev/null 2>&1 &) & sleep 0.1; echo done"), number);
  llmb_bridge *bridge = bridge_to(command, NULL);
  check_answer(bridge, "x", "done\n");
  while (runs(number)) nap_ms(5);
  bridge_vanish(bridge);
}

static void cancel_and_await_end(llmb_call *call) {
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, NULL));
  llmb_call_close(call);
  marked_programs_await_end();
}

/* What a program wrote into a file when it was asked to end. */
static void check_asked(const char *path, const char *wanted) {
  char line[64] = "";
  FILE *file = fopen(path, "r");
  CHECK(file != NULL && fgets(line, sizeof line, file) != NULL);
  if (file != NULL) fclose(file);
  CHECK_TEXT(wanted, line);
  unlink(path);
}

static void cancel__asks_first_and_kills_the_whole_tree(void) {
  char log[64];
  snprintf(log, sizeof log, "/tmp/llmbridge-exec-term-%d", (int)getpid());
  char command[512];
  snprintf(command, sizeof command,
           SH("trap 'echo asked > %s' TERM; (trap '' TERM; " SLEEP ") & echo up; while :; do sleep 0.05; done"), log);
  llmb_bridge *bridge = bridge_to(command, "grace_ms", "4000", NULL);
  llmb_call *call = call_of(bridge, "x", NULL);
  uint8_t buffer[64];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  cancel_and_await_end(call);
  check_asked(log, "asked\n");
  bridge_vanish(bridge);
}

/* Starts the call, and gives its first output, which is a line. */
static llmb_call *call_until_it_speaks(llmb_bridge *bridge, char first[32]) {
  uint64_t size = 0;
  llmb_call *call = call_of(bridge, "x", NULL);
  CHECK_INT(LLMB_OK, llmb_call_read(call, (uint8_t *)first, 31, LLMB_NEVER, &size, NULL));
  first[size] = 0;
  return call;
}

static void cancel__asks_the_children_of_a_shell_too(void) {
  char log[64], command[512], first[32];
  snprintf(log, sizeof log, "/tmp/llmbridge-exec-group-%d", (int)getpid());
  snprintf(command, sizeof command,
           SH("trap : TERM; (trap 'echo child > %s; exit' TERM; echo up; while :; do sleep 0.05; done) & "
              "while kill -0 $!; do sleep 0.05; done"),
           log);
  llmb_bridge *bridge = bridge_to(command, "grace_ms", "4000", NULL);
  llmb_call *call = call_until_it_speaks(bridge, first);
  cancel_and_await_end(call);
  check_asked(log, "child\n");
  bridge_vanish(bridge);
}

static bool is_stopped(const char *pid) {
  char path[64], line[512] = "";
  snprintf(path, sizeof path, "/proc/%ld/stat", strtol(pid, NULL, 10));
  FILE *file = fopen(path, "r");
  CHECK(file != NULL);
  if (file == NULL) return true;
  CHECK(fgets(line, sizeof line, file) != NULL);
  fclose(file);
  const char *name_end = strrchr(line, ')');
  return name_end != NULL && name_end[2] == 'T';
}

static void cancel__wakes_a_program_that_is_stopped(void) {
  char log[64], command[512], pid[32];
  snprintf(log, sizeof log, "/tmp/llmbridge-exec-stop-%d", (int)getpid());
  snprintf(command, sizeof command,
           SH("trap 'echo woken > %s; exit' TERM; echo $$; kill -STOP $$; while :; do sleep 0.05; done"), log);
  llmb_bridge *bridge = bridge_to(command, "grace_ms", "4000", NULL);
  llmb_call *call = call_until_it_speaks(bridge, pid);
  while (!is_stopped(pid)) nap_ms(5);
  cancel_and_await_end(call);
  check_asked(log, "woken\n");
  bridge_vanish(bridge);
}

static void deadline__ends_a_tree_that_ignores_all(void) {
  llmb_bridge *bridge = bridge_to(SH("trap '' TERM HUP INT; (" SLEEP ") & " SLEEP), "grace_ms", "300", NULL);
  bridge_start(bridge);
  llmb_settings *settings = settings_of("timeout_ms", "300", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "x", settings, &error));
  marked_programs_await_end();
  llmb_settings_close(settings);
  bridge_vanish(bridge);
}

static void engine_that_is_killed__takes_the_tree_along(void) {
  llmb_bridge *bridge = bridge_to(SH("(setsid " SLEEP " &) & " SLEEP), NULL);
  struct waiter waiter;
  waiter_start(&waiter, call_of(bridge, "x", NULL));
  const int64_t pid = worker_pid_await(bridge);
  while (marked_program_count() < 2) nap_ms(5);
  process_signal(pid, SIGKILL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, waiter_join(&waiter));
  llmb_call_close(waiter.call);
  marked_await(1); /* the keeper, which can start the next engine */
  bridge_vanish(bridge);
}

static void calls_side_by_side__do_not_end_each_others_orphans(void) {
  llmb_bridge *bridge =
      bridge_to(SH("n=$(cat); (sleep 0.$n; echo orphan $n) & p=$!; sleep 0.1$n; wait $p; (setsid " SLEEP
                   " >&- 2>&- &); echo end"),
                "slots", "8", NULL);
  struct waiter waiters[CALLS];
  for (int i = 0; i < CALLS; i++) {
    char prompt[2] = {(char)('1' + i), 0};
    waiter_start(&waiters[i], call_of(bridge, prompt, NULL));
  }
  for (int i = 0; i < CALLS; i++) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "orphan %d\nend\n", i + 1);
    CHECK_INT(LLMB_OK, waiter_join(&waiters[i]));
    CHECK_TEXT(wanted, waiters[i].text);
    llmb_call_close(waiters[i].call);
  }
  marked_programs_await_end();
  bridge_vanish(bridge);
}

static void many_calls__run_at_once(void) {
  llmb_bridge *bridge = bridge_to("cat", "slots", "64", NULL);
  struct waiter waiters[CALLS_MANY];
  for (int i = 0; i < CALLS_MANY; i++) waiter_start(&waiters[i], call_of(bridge, "many", NULL));
  for (int i = 0; i < CALLS_MANY; i++) {
    CHECK_INT(LLMB_OK, waiter_join(&waiters[i]));
    CHECK_TEXT("many", waiters[i].text);
    llmb_call_close(waiters[i].call);
  }
  bridge_vanish(bridge);
}

CHECK_MAIN(TEST(grandchild_that_keeps_stdout_open__does_not_keep_the_call),
           TEST(survivors__of_double_forks_and_new_sessions_are_gone_after_the_call),
           TEST(survivors__without_environment_are_gone_when_nothing_else_runs),
           TEST(cancel__asks_first_and_kills_the_whole_tree), TEST(cancel__asks_the_children_of_a_shell_too),
           TEST(cancel__wakes_a_program_that_is_stopped), TEST(deadline__ends_a_tree_that_ignores_all),
           TEST(engine_that_is_killed__takes_the_tree_along), TEST(calls_side_by_side__do_not_end_each_others_orphans),
           TEST(many_calls__run_at_once))
