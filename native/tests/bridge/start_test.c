/* Starting engines: shared, slow, failing; and bridges that cannot be opened. */
#include <sys/resource.h>

#include "tests/bridge/bridge_harness.h"

enum { THREADS_COUNT = 6 };

struct asker {
  llmb_bridge *bridge;
  const char *prompt;
  llmb_error error;
  llmb_status status;
  pthread_t thread;
};

static void *asker_run(void *argument) {
  struct asker *asker = argument;
  asker->status = ask(asker->bridge, asker->prompt, NULL, &asker->error);
  return NULL;
}

static void askers_start(struct asker *askers, unsigned count, llmb_bridge *bridge) {
  for (unsigned i = 0; i < count; i++) {
    askers[i].bridge = bridge;
    askers[i].prompt = "hello";
    CHECK_INT(0, pthread_create(&askers[i].thread, NULL, asker_run, &askers[i]));
  }
}

static void askers_join(struct asker *askers, unsigned count) {
  for (unsigned i = 0; i < count; i++) CHECK_INT(0, pthread_join(askers[i].thread, NULL));
}

/* How often an engine was started, by what each says on its stderr. */
static unsigned count_in_file(const char *path, const char *what) {
  static char text[1 << 20];
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  const size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = 0;
  unsigned count = 0;
  for (const char *at = strstr(text, what); at != NULL; at = strstr(at + 1, what)) count++;
  return count;
}

static void log_path(char *path) {
  strcpy(path, "/tmp/llmbridge-test-XXXXXX");
  const int file = mkstemp(path);
  CHECK(file >= 0);
  close(file);
}

static void start__is_shared_by_all_who_wait(void) {
  llmb_bridge *bridge = bridge_of("slow_start 200; echo", NULL);
  struct asker askers[THREADS_COUNT];
  askers_start(askers, THREADS_COUNT, bridge);
  askers_join(askers, THREADS_COUNT);
  for (int i = 0; i < THREADS_COUNT; i++) {
    CHECK_INT(LLMB_OK, askers[i].status);
    CHECK_TEXT("", askers[i].error.message);
  }
  CHECK_INT(1, process_child_count(process_parent(worker_pid(bridge))));
  bridge_end(bridge);
}

static void start__of_another_moment_is_not_late(void) {
  /* The first call looks at the clock, is busy with its long prompt while the second has the engine started, and then
   * finds a start that is younger than its own idea of now. */
  enum { SIZE = 48 << 20 };
  char *prompt = malloc(SIZE + 1);
  if (prompt == NULL) abort();
  memset(prompt, 'x', SIZE);
  prompt[SIZE] = 0;
  llmb_bridge *bridge = bridge_of("slow_start 400; pieces 1 0", NULL);
  struct asker asker = {.bridge = bridge, .prompt = prompt};
  llmb_error error;
  CHECK_INT(0, pthread_create(&asker.thread, NULL, asker_run, &asker));
  nap_ms(3);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  CHECK_INT(0, pthread_join(asker.thread, NULL));
  CHECK_INT(LLMB_OK, asker.status);
  CHECK_TEXT("", asker.error.message);
  free(prompt);
  bridge_end(bridge);
}

static void start__goes_on_when_a_callers_deadline_passes(void) {
  llmb_bridge *bridge = bridge_of("slow_start 500; echo", NULL);
  llmb_settings *settings = settings_of("timeout_ms", "60", NULL);
  llmb_error error;
  const uint64_t start_ns = llmb_clock_ns();
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "hello", settings, &error));
  CHECK(llmb_clock_ns() >= start_ns + UINT64_C(60000000));
  CHECK_INT(LLMB_PHASE_LOAD, error.phase);
  CHECK_INT(1, error.retry_safe);
  CHECK_INT(0, error.attempts);
  const int64_t pid = worker_pid_await(bridge);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, llmb_bridge_start(bridge, llmb_deadline_after_ms(30), &error));
  CHECK_INT(LLMB_PHASE_LOAD, error.phase);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_INT(pid, worker_pid(bridge));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void start__tells_how_far_it_is_and_what_came_of_it(void) {
  llmb_bridge *bridge = bridge_of("slow_start 300", NULL);
  llmb_error error;
  char *info = NULL;
  uint32_t permille = 1;
  int64_t pid = 1;
  CHECK_INT(LLMB_OK, llmb_bridge_info(bridge, &info, NULL));
  CHECK_TEXT("{}", info);
  llmb_free(info);
  CHECK_INT(LLMB_OK, llmb_bridge_load_progress(bridge, &permille));
  CHECK_INT(0, permille);
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
  CHECK_INT(0, pid);
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, llmb_bridge_start(bridge, llmb_deadline_after_ms(150), &error));
  CHECK_INT(LLMB_OK, llmb_bridge_load_progress(bridge, &permille));
  CHECK(permille < 1000);
  bridge_start(bridge);
  CHECK_INT(LLMB_OK, llmb_bridge_load_progress(bridge, &permille));
  CHECK_INT(1000, permille);
  CHECK_INT(LLMB_OK, llmb_bridge_info(bridge, &info, NULL));
  CHECK_CONTAINS("{\"engine\":\"fake\",\"sandbox\":[", info);
  llmb_free(info);
  bridge_end(bridge);
}

static void start_timeout__ends_a_start_without_progress(void) {
  llmb_bridge *bridge = bridge_of("hang@start", "start_timeout_ms", "150", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_START_TIMEOUT, ask(bridge, "hello", NULL, &error));
  CHECK(error.phase == LLMB_PHASE_START || error.phase == LLMB_PHASE_LOAD); /* how far it came is the machine's */
  CHECK_CONTAINS("start_timeout_ms", error.message);
  CHECK_INT(1, error.retry_safe);
  CHECK_INT(0, worker_pid(bridge));
  bridge_end(bridge);
}

static void start_timeout__bears_a_start_that_is_slow_but_moves(void) {
  llmb_bridge *bridge = bridge_of("slow_start 4000", "start_timeout_ms", "3000", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  bridge_end(bridge);
}

static void exit_at_start__is_told_to_each_call_after_one_start(void) {
  char path[64];
  llmb_error error;
  log_path(path);
  llmb_bridge *bridge = bridge_of("exit 3@start", "log_file", path, NULL);
  for (unsigned i = 1; i <= 3; i++) {
    CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "hello", NULL, &error));
    CHECK_INT(LLMB_PHASE_LOAD, error.phase);
    CHECK_INT(LLMB_EXIT_CODE, error.exit_kind);
    CHECK_INT(3, error.exit_value);
    CHECK_CONTAINS("fake: exiting with status 3", error.engine_log);
    CHECK_INT(1, error.retry_safe);
    CHECK_INT(i, count_in_file(path, "fake: exiting with status 3"));
  }
  CHECK_INT(LLMB_E_ENGINE_CRASHED, llmb_bridge_start(bridge, LLMB_NEVER, &error));
  unlink(path);
  bridge_end(bridge);
}

static void exit_at_start__does_not_restart_workers_without_end(void) {
  /* Each failing start must not be the reason for another while its neighbour still starts. */
  char path[64];
  struct asker askers[THREADS_COUNT];
  log_path(path);
  llmb_bridge *bridge = bridge_of("sleep 30@start; exit 3@start", "workers", "3", "slots", "1", "timeout_ms", "3000",
                                  "log_file", path, NULL);
  askers_start(askers, THREADS_COUNT, bridge);
  askers_join(askers, THREADS_COUNT);
  for (int i = 0; i < THREADS_COUNT; i++) {
    CHECK_INT(LLMB_E_ENGINE_CRASHED, askers[i].status);
    CHECK_INT(3, askers[i].error.exit_value);
  }
  CHECK(count_in_file(path, "fake: exiting with status 3") <= 2 * THREADS_COUNT);
  unlink(path);
  bridge_end(bridge);
}

/* No program was started, so nothing was done. */
static void start_that_fails_here__may_be_repeated(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  struct rlimit few, before;
  CHECK_INT(0, getrlimit(RLIMIT_NOFILE, &before));
  few = (struct rlimit){.rlim_cur = 4, .rlim_max = before.rlim_max};
  CHECK_INT(0, setrlimit(RLIMIT_NOFILE, &few));
  CHECK(ask(bridge, "hello", NULL, &error) != LLMB_OK);
  CHECK_INT(0, setrlimit(RLIMIT_NOFILE, &before));
  CHECK_INT(LLMB_PHASE_START, error.phase);
  CHECK_INT(1, error.retry_safe);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  bridge_end(bridge);
}

static void script_error__is_invalid_argument(void) {
  llmb_bridge *bridge = bridge_of("echo; dance 3", NULL);
  llmb_error error;
  for (int i = 0; i < 2; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "hello", NULL, &error));
    CHECK_CONTAINS("dance", error.message);
    CHECK_CONTAINS("command", error.message);
  }
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_start(bridge, LLMB_NEVER, &error));
  bridge_end(bridge);
}

/* Opens a bridge that cannot be opened. */
static llmb_status open_failing(const llmb_settings *settings, llmb_error *error) {
  llmb_bridge *bridge = NULL;
  llmb_error_init(error);
  harness_enter();
  const llmb_status status = llmb_bridge_open(settings, &bridge, error);
  CHECK(bridge == NULL);
  CHECK_INT(status, error->status);
  CHECK_INT(LLMB_PHASE_CONFIGURE, error->phase);
  llmb_bridge_close(bridge);
  harness_leave();
  return status;
}

static void open__names_the_home_that_is_missing(void) {
  llmb_error error;
  llmb_settings *settings = settings_of("engine", "fake", "home", "/nowhere/at/all", NULL);
  CHECK_INT(LLMB_E_NOT_FOUND, open_failing(settings, &error));
  CHECK_CONTAINS("/nowhere/at/all", error.message);
  CHECK_CONTAINS("llmbridge-keeper", error.message);
  llmb_settings_close(settings);
}

static void open__names_the_program_that_is_missing(void) {
  llmb_error error;
  char home[] = "/tmp/llmbridge-test-XXXXXX", keeper[64];
  CHECK(mkdtemp(home) != NULL);
  snprintf(keeper, sizeof keeper, "%s/llmbridge-keeper", home);
  CHECK_INT(0, symlink(HARNESS_HOME "/bin/llmbridge-keeper", keeper));
  llmb_settings *settings = settings_of("engine", "fake", "home", home, NULL);
  CHECK_INT(LLMB_E_NOT_FOUND, open_failing(settings, &error));
  CHECK_CONTAINS("llmbridge-engine", error.message);
  llmb_settings_close(settings);
  unlink(keeper);
  rmdir(home);
}

static void open__refuses_a_variable_it_does_not_know(void) {
  llmb_error error;
  llmb_settings *settings = settings_of("engine", "fake", "home", HARNESS_HOME, NULL);
  setenv("LLMBRIDGE_TIMEOUT_MSS", "5", 1);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, open_failing(settings, &error));
  CHECK_CONTAINS("LLMBRIDGE_TIMEOUT_MSS", error.message);
  unsetenv("LLMBRIDGE_TIMEOUT_MSS");
  llmb_settings_close(settings);
}

static void setting__unknown_or_out_of_range_is_invalid(void) {
  llmb_settings *settings = settings_of(NULL, NULL);
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "slotz", "3", &error));
  CHECK_CONTAINS("slotz", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "slots", "65", &error));
  CHECK_CONTAINS("slots", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "slots", "three", &error));
  llmb_settings_close(settings);
}

CHECK_MAIN(TEST(start__is_shared_by_all_who_wait), TEST(start__of_another_moment_is_not_late),
           TEST(start__goes_on_when_a_callers_deadline_passes), TEST(start__tells_how_far_it_is_and_what_came_of_it),
           TEST(start_timeout__ends_a_start_without_progress),
           TEST(start_timeout__bears_a_start_that_is_slow_but_moves),
           TEST(exit_at_start__is_told_to_each_call_after_one_start),
           TEST(exit_at_start__does_not_restart_workers_without_end), TEST(start_that_fails_here__may_be_repeated),
           TEST(script_error__is_invalid_argument), TEST(open__names_the_home_that_is_missing),
           TEST(open__names_the_program_that_is_missing), TEST(open__refuses_a_variable_it_does_not_know),
           TEST(setting__unknown_or_out_of_range_is_invalid))
