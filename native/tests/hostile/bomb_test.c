/* Engines that use up memory, processes and processors: they are refused or die, with all that they started; the host
 * grows by nothing, and its next call works. */
#include "tests/hostile/bomb_module.h"
#include "tests/hostile/workout.h"

#define MEMORY_LIMIT "64"

enum { HOST_GROWTH_KB_MAX = 1024 };

/* Limits on stalling: one that ends what never ends, and such as a slow machine has time to take memory and start
 * processes within. */
#define STALL_SOON "200"
#define STALL_PROCESSES "2000"
#define STALL_MEMORY "100000"

static llmb_bridge *bomb_bridge(const char *at_start, const char *sandbox, const char *memory_mb,
                                const char *stall_ms) {
  return bridge_of(at_start, "home", BOMB_HOME, "memory_mb", memory_mb, "sandbox", sandbox, "retries", "0",
                   "timeout_ms", "100000", "stall_timeout_ms", stall_ms, "grace_ms", "50", NULL);
}

/* The most memory that this process has had since the peak was last forgotten. */
static int64_t peak_kb(void) {
  return process_status(getpid(), "VmHWM");
}

static int64_t peak_forget(void) {
  FILE *file = fopen("/proc/self/clear_refs", "w");
  if (file == NULL || fputs("5", file) < 0 || fclose(file) != 0) CHECK(!"the peak could not be set back");
  return peak_kb();
}

static void check_growth(int64_t before_kb) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* which keep memory of their own */
  CHECK(peak_kb() <= before_kb + HOST_GROWTH_KB_MAX);
#else
  (void)before_kb;
#endif
}

static void check_next(llmb_bridge *bridge) {
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
}

static void check_memory_error(const llmb_error *error) {
  const char *line = strstr(error->engine_log, BOMB_MEMORY_LINE);
  CHECK_INT(LLMB_EXIT_SIGNAL, error->exit_kind);
  CHECK_INT(SIGABRT, error->exit_value);
  CHECK(line != NULL);
  if (line == NULL) return;
  const int got = atoi(line + strlen(BOMB_MEMORY_LINE));
  CHECK(got > 0 && got <= atoi(MEMORY_LIMIT));
}

static void check_memory(const char *sandbox) {
  llmb_error error;
  llmb_bridge *bridge = bomb_bridge("nothing", sandbox, MEMORY_LIMIT, STALL_MEMORY);
  check_next(bridge);
  const int64_t before_kb = peak_forget();
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "memory", NULL, &error));
  check_memory_error(&error);
  check_growth(before_kb);
  check_next(bridge);
  bridge_end(bridge);
}

/* A sanitizer's allocator needs more than there may be. */
static void leave_to_the_real_allocator(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  exit(CHILD_SKIPPED);
#endif
}

HOSTILE_TEST(bomb__of_memory_ends_its_engine_and_not_its_host) {
  leave_to_the_real_allocator();
  check_memory("best_effort");
}

HOSTILE_TEST(bomb__of_memory_is_held_by_its_limit_without_a_sandbox_too) {
  leave_to_the_real_allocator();
  check_memory("off");
}

HOSTILE_TEST(bomb__of_memory_while_loading_ends_its_engine_and_not_its_host) {
  llmb_error error;
  leave_to_the_real_allocator();
  llmb_bridge *bridge = bomb_bridge("memory", "best_effort", MEMORY_LIMIT, STALL_MEMORY);
  const int64_t before_kb = peak_forget();
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, llmb_bridge_start(bridge, LLMB_NEVER, &error));
  check_memory_error(&error);
  check_growth(before_kb);
  bridge_end(bridge);
}

HOSTILE_TEST(bomb__of_processes_is_refused_by_the_sandbox) {
  llmb_error error;
  uint32_t layers = 0;
  llmb_bridge *bridge = bomb_bridge("nothing", "best_effort", "0", STALL_SOON);
  bridge_start(bridge);
  CHECK_INT(LLMB_OK, llmb_bridge_sandbox(bridge, &layers));
  if ((layers & LLMB_SANDBOX_CALLS) == 0) exit(CHILD_SKIPPED);
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "processes", NULL, &error));
  CHECK_CONTAINS("not permitted", error.message);
  check_next(bridge);
  bridge_end(bridge);
}

/* Processes that run the bomb's program. */
static unsigned bomb_process_count(void) {
  unsigned count = 0;
  DIR *folder = opendir("/proc");
  if (folder == NULL) return 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    char path[300], program[512] = "";
    snprintf(path, sizeof path, "/proc/%s/exe", entry->d_name);
    if (readlink(path, program, sizeof program - 1) < 0) continue;
    count += strncmp(program, BOMB_HOME "/", strlen(BOMB_HOME) + 1) == 0;
  }
  closedir(folder);
  return count;
}

HOSTILE_TEST(bomb__of_processes_without_a_sandbox_is_killed_with_all_of_them) {
  llmb_error error;
  llmb_bridge *bridge = bomb_bridge("nothing", "off", "0", STALL_PROCESSES);
  check_next(bridge);
  const int64_t before_kb = peak_forget();
  llmb_call *call = call_of(bridge, "processes", NULL);
  unsigned most = 0;
  while (llmb_call_poll(call, llmb_deadline_after_ms(1), NULL) == LLMB_E_NOT_READY) {
    const unsigned count = bomb_process_count();
    if (count > most) most = count;
  }
  CHECK(most > BOMB_PROCESSES / 10);
  CHECK_INT(LLMB_E_ENGINE_HUNG, read_to_end(call, NULL, 0, &error));
  llmb_call_close(call);
  check_growth(before_kb);
  check_next(bridge);
  while (bomb_process_count() > 2) nap_ms(1); /* the keeper and the engine that answered */
  bridge_end(bridge);
  CHECK_INT(0, bomb_process_count());
}

HOSTILE_TEST(bomb__of_processes_while_loading_is_killed_with_all_of_them) {
  llmb_error error;
  llmb_bridge *bridge = bridge_of("processes", "home", BOMB_HOME, "sandbox", "off", "start_timeout_ms", "300", NULL);
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_START_TIMEOUT, llmb_bridge_start(bridge, LLMB_NEVER, &error));
  bridge_end(bridge);
  CHECK_INT(0, bomb_process_count());
}

HOSTILE_TEST(bomb__of_work_is_stopped_by_the_limit_on_stalling) {
  llmb_error error;
  llmb_bridge *bridge = bomb_bridge("nothing", "best_effort", "0", STALL_SOON);
  bridge_start(bridge);
  const int64_t before_kb = peak_forget();
  CHECK_INT(LLMB_E_ENGINE_HUNG, ask(bridge, "work", NULL, &error));
  check_growth(before_kb);
  check_next(bridge);
  bridge_end(bridge);
}

HOSTILE_TEST(bomb__of_work_is_stopped_by_the_deadline) {
  llmb_error error;
  llmb_bridge *bridge = bomb_bridge("nothing", "best_effort", "0", STALL_SOON);
  llmb_settings *brief = settings_of("timeout_ms", "100", "stall_timeout_ms", "0", NULL);
  bridge_start(bridge);
  const int worker = process_open(worker_pid(bridge));
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, "work", brief, &error));
  process_await_end(worker); /* without another look of the host */
  check_next(bridge);
  llmb_settings_close(brief);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(bomb__of_memory_ends_its_engine_and_not_its_host),
           TEST(bomb__of_memory_is_held_by_its_limit_without_a_sandbox_too),
           TEST(bomb__of_memory_while_loading_ends_its_engine_and_not_its_host),
           TEST(bomb__of_processes_is_refused_by_the_sandbox),
           TEST(bomb__of_processes_without_a_sandbox_is_killed_with_all_of_them),
           TEST(bomb__of_processes_while_loading_is_killed_with_all_of_them),
           TEST(bomb__of_work_is_stopped_by_the_limit_on_stalling), TEST(bomb__of_work_is_stopped_by_the_deadline))
