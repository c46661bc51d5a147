/* Every way in which an engine's program cannot be started: each has a code of its own, is tried once for each call and
 * never again by itself, leaves no process behind, and is forgotten once the program is mended. */
#include <errno.h>
#include <sys/inotify.h>

#include "tests/faults/faults_harness.h"

enum { PATH_SIZE = 128, CALLS_COUNT = 2, ARCHITECTURE_OFFSET = 18, LONG_VALUE_SIZE = 70000 };

/* An installed tree whose parts can be spoilt. */
struct home {
  char path[PATH_SIZE], engine[PATH_SIZE], module[PATH_SIZE], log[PATH_SIZE];
  int busy; /* a descriptor that keeps a program from being run */
};

static struct home home;

#define ENGINE_PROGRAM HARNESS_HOME "/bin/llmbridge-engine"
#define FAKE_MODULE HARNESS_HOME "/lib/llmbridge/fake.so"

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...) {
  char command[4 * PATH_SIZE];
  va_list values;
  va_start(values, format);
  vsnprintf(command, sizeof command, format, values);
  va_end(values);
  CHECK_INT(0, system(command));
}

static void home_make(void) {
  strcpy(home.path, "/tmp/llmbridge-test-XXXXXX");
  CHECK(mkdtemp(home.path) != NULL);
  snprintf(home.engine, sizeof home.engine, "%.40s/bin/llmbridge-engine", home.path);
  snprintf(home.module, sizeof home.module, "%.40s/lib/llmbridge/fake.so", home.path);
  snprintf(home.log, sizeof home.log, "%.40s/log", home.path);
  home.busy = -1;
  run("mkdir -p %s/bin %s/lib/llmbridge && : >%s", home.path, home.path, home.log);
  run("ln -s %s/bin/llmbridge-keeper %s/bin && cp %s %s", HARNESS_HOME, home.path, ENGINE_PROGRAM, home.engine);
  run("ln -s %s/lib/libllmbridge.so* %s/lib && cp %s %s", HARNESS_HOME, home.path, FAKE_MODULE, home.module);
}

static void home_mend(void) {
  if (home.busy >= 0) close(home.busy);
  home.busy = -1;
  run("rm -rf %s && cp %s %s", home.engine, ENGINE_PROGRAM, home.engine);
  run("ln -sf %s/lib/libllmbridge.so* %s/lib && rm -f %s && cp %s %s", HARNESS_HOME, home.path, home.module,
      FAKE_MODULE, home.module);
}

static void write_program(const char *text) {
  unlink(home.engine);
  const int file = open(home.engine, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
  CHECK_INT(strlen(text), write(file, text, strlen(text)));
  close(file);
}

static void name_another_machine(const char *path) {
  const uint16_t machine = 0x1234;
  const int file = open(path, O_WRONLY | O_CLOEXEC);
  CHECK_INT(sizeof machine, pwrite(file, &machine, sizeof machine, ARCHITECTURE_OFFSET));
  close(file);
}

/* The ways to spoil it. */

static void program_missing(void) {
  unlink(home.engine);
}

static void interpreter_missing(void) {
  write_program("#!/nowhere/at/all\n");
}

static void program_not_executable(void) {
  write_program("junk\n");
  CHECK_INT(0, chmod(home.engine, 0600));
}

static void program_is_text(void) {
  write_program("junk\n");
}

static void program_of_another_machine(void) {
  name_another_machine(home.engine);
}

static void program_is_written(void) {
  home.busy = open(home.engine, O_WRONLY | O_CLOEXEC);
  CHECK(home.busy >= 0);
}

static void library_missing(void) {
  run("rm %s/lib/libllmbridge.so*", home.path);
}

static void module_missing(void) {
  unlink(home.module);
}

static void module_is_text(void) {
  run("echo junk >%s", home.module);
}

static void module_of_another_machine(void) {
  name_another_machine(home.module);
}

static void module_without_entry(void) {
  run("cp %s/lib/libllmbridge.so %s", HARNESS_HOME, home.module);
}

static void exit_before_hello(void) {
  write_program("#!/bin/sh\nexit 3\n");
}

static void success_before_hello(void) {
  write_program("#!/bin/sh\nexit 0\n");
}

static void kill_before_hello(void) {
  write_program("#!/bin/sh\nkill -9 $$\n");
}

struct failure {
  void (*spoil)(void);
  llmb_status status;
  int os_code;
  int32_t exit_kind;
  int exit_value;
  uint32_t phase;
  const char *part; /* of the message or the log */
  bool is_twin;     /* the system says the same as of the one before */
};

static const struct failure failures[] = {
    {program_missing, LLMB_E_NOT_FOUND, ENOENT, LLMB_EXIT_NONE, 0, LLMB_PHASE_START, "exec", false},
    {interpreter_missing, LLMB_E_NOT_FOUND, ENOENT, LLMB_EXIT_NONE, 0, LLMB_PHASE_START, "exec", true},
    {program_not_executable, LLMB_E_SPAWN_FAILED, EACCES, LLMB_EXIT_NONE, 0, LLMB_PHASE_START, "exec", false},
    {program_is_text, LLMB_E_SPAWN_FAILED, ENOEXEC, LLMB_EXIT_NONE, 0, LLMB_PHASE_START, "exec", false},
    {program_of_another_machine, LLMB_E_SPAWN_FAILED, ENOEXEC, LLMB_EXIT_NONE, 0, LLMB_PHASE_START, "exec", true},
    {program_is_written, LLMB_E_SPAWN_FAILED, ETXTBSY, LLMB_EXIT_NONE, 0, LLMB_PHASE_START, "exec", false},
    {library_missing, LLMB_E_ENGINE_CRASHED, 0, LLMB_EXIT_CODE, 127, LLMB_PHASE_START, "libllmbridge.so", false},
    {exit_before_hello, LLMB_E_ENGINE_CRASHED, 0, LLMB_EXIT_CODE, 3, LLMB_PHASE_START, "status 3", false},
    {success_before_hello, LLMB_E_ENGINE_CRASHED, 0, LLMB_EXIT_CODE, 0, LLMB_PHASE_START, "status 0", false},
    {kill_before_hello, LLMB_E_ENGINE_CRASHED, 0, LLMB_EXIT_SIGNAL, 9, LLMB_PHASE_START, "signal 9", false},
    {module_missing, LLMB_E_NOT_FOUND, 0, LLMB_EXIT_CODE, 66, LLMB_PHASE_LOAD, "no such engine module", false},
    {module_is_text, LLMB_E_NOT_FOUND, 0, LLMB_EXIT_CODE, 66, LLMB_PHASE_LOAD, "fake.so", true},
    {module_of_another_machine, LLMB_E_NOT_FOUND, 0, LLMB_EXIT_CODE, 66, LLMB_PHASE_LOAD, "fake.so", true},
    {module_without_entry, LLMB_E_NOT_FOUND, 0, LLMB_EXIT_CODE, 66, LLMB_PHASE_LOAD, "llmb_engine_module_main", true},
};

enum { FAILURES_COUNT = sizeof failures / sizeof *failures };

/* The keeper opens the log file once for each start. */
static unsigned count_starts(int watch) {
  _Alignas(struct inotify_event) char events[4096];
  unsigned count = 0;
  for (;;) {
    const ssize_t size = read(watch, events, sizeof events);
    if (size <= 0) return count;
    count += (unsigned)size / (unsigned)sizeof(struct inotify_event); /* of a file, without a name */
  }
}

/* A bridge beside it that is well has the same keeper, which has one child then, its engine. */
static void check_failure(const struct failure *failure, int64_t keeper) {
  llmb_error error;
  llmb_bridge *bridge = bridge_of("echo", "home", home.path, "log_file", home.log, NULL);
  const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  CHECK(inotify_add_watch(watch, home.log, IN_OPEN) >= 0);
  failure->spoil();
  for (int i = 0; i < CALLS_COUNT; i++) {
    CHECK_INT(failure->status, ask(bridge, "hello", NULL, &error));
    CHECK_INT(failure->os_code, error.os_code);
    CHECK_INT(failure->exit_kind, error.exit_kind);
    CHECK_INT(failure->exit_value, error.exit_value);
    CHECK_INT(failure->phase, error.phase);
    CHECK_INT(1, error.retry_safe);
    CHECK_CONTAINS(failure->part, strstr(error.message, failure->part) != NULL ? error.message : error.engine_log);
    CHECK_INT(1, count_starts(watch));
    while (process_child_count(keeper) > 1) nap_ms(1);
  }
  home_mend();
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  CHECK_INT(1, count_starts(watch));
  close(watch);
  bridge_end(bridge);
}

static void failure__is_told_once_for_each_call_and_forgotten_when_mended(void) {
  struct siblings siblings;
  llmb_bridge *neighbour = bridge_of("echo", NULL);
  home_make();
  bridge_start(neighbour);
  const int64_t keeper = process_parent(worker_pid(neighbour));
  siblings_start(&siblings);
  for (int i = 0; i < FAILURES_COUNT; i++) {
    const int before = check_failures;
    check_failure(&failures[i], keeper);
    if (check_failures > before) fprintf(stderr, "%s: so far failure %d of %d\n", check_name, i, FAILURES_COUNT);
    check_next_call_works(neighbour);
  }
  siblings_end(&siblings);
  run("rm -rf %s", home.path);
  bridge_end(neighbour);
}

/* As NuGet unpacks files, for all but their owner. */
static void program__that_may_only_be_read_runs(void) {
  llmb_error error;
  home_make();
  CHECK_INT(0, chmod(home.engine, 0444));
  llmb_bridge *bridge = bridge_of("echo", "home", home.path, NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  bridge_end(bridge);
  run("rm -rf %s", home.path);
}

static void failures__that_differ_have_codes_that_differ(void) {
  for (int i = 0; i < FAILURES_COUNT; i++) {
    for (int k = 0; k < i; k++) {
      const struct failure *one = &failures[i], *other = &failures[k];
      if (one->is_twin || other->is_twin) continue;
      CHECK(one->status != other->status || one->os_code != other->os_code || one->exit_kind != other->exit_kind ||
            one->exit_value != other->exit_value);
    }
  }
}

/* More than the keeper's orders may hold, and far less than the kernel's limit. */
static void environment__that_is_too_large_is_an_invalid_argument(void) {
  llmb_error error;
  char *value = malloc(LONG_VALUE_SIZE);
  if (value == NULL) abort();
  memset(value, 'x', LONG_VALUE_SIZE - 1);
  value[LONG_VALUE_SIZE - 1] = 0;
  setenv("LC_FAULTS", value, 1);
  llmb_bridge *bridge = bridge_of("echo", NULL);
  for (int i = 0; i < CALLS_COUNT; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "hello", NULL, &error));
    CHECK_CONTAINS("65536 bytes", error.message);
  }
  bridge_end(bridge);
  unsetenv("LC_FAULTS");
  free(value);
}

CHECK_MAIN(TEST(failure__is_told_once_for_each_call_and_forgotten_when_mended),
           TEST(program__that_may_only_be_read_runs), TEST(failures__that_differ_have_codes_that_differ),
           TEST(environment__that_is_too_large_is_an_invalid_argument))
