/* What an engine starts with, and every way in which it cannot start. */
#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/memory_faults.h"
#include "tests/unit/keeper/keeper_harness.h"
#include "keeper/keeper_event.h"

static void engine__sees_five_descriptors_and_the_given_environment(void) {
  static const char *const environment[] = {"ONE=1", "TWO=two words", NULL};
  static const char expected[] =
      "fd 0 -> /dev/null\nfd 1 -> /dev/null\nfd 2 -> pipe\nfd 3 -> socket\nfd 4 -> socket\n"
      "env ONE=1\nenv TWO=two words\nblocked 0\nignored 0\nleads 1\ncore 0\nno_new_privs 1\nfolder ";
  struct keeper *keeper = harness_start();
  /* Others run at the same time, and the host's own signal state is unusual: nothing of either shows. */
  struct harness_engine other = harness_spawn_with(keeper, CHILD_ENGINE, NULL, "/dev/null", "hang", NULL, NULL);
  struct harness_engine engine = harness_spawn_with(keeper, CHILD_ENGINE, environment, NULL, "describe", NULL, NULL);
  char wanted[8192], current[4096];
  CHECK(getcwd(current, sizeof current) != NULL);
  snprintf(wanted, sizeof wanted, "%s%s\n", expected, current);
  CHECK_TEXT(wanted, harness_hear(&engine));
  CHECK_INT(0, harness_exit(&engine).exit_value);
  harness_close(&engine);
  harness_close(&other);
  keeper_stop(keeper);
}

static void engine__starts_clean_from_a_host_with_odd_signals(void) {
  struct sigaction ignoring = {.sa_handler = SIG_IGN}, before[3];
  static const int SIGNALS[] = {SIGPIPE, SIGXFSZ, SIGCHLD};
  sigset_t all, mask;
  sigfillset(&all);
  for (int i = 0; i < 3; i++) sigaction(SIGNALS[i], &ignoring, &before[i]);
  pthread_sigmask(SIG_SETMASK, &all, &mask);
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "describe", NULL, NULL);
  const char *text = harness_hear(&engine);
  CHECK_CONTAINS("blocked 0\nignored 0\n", text);
  CHECK_INT(0, harness_exit(&engine).exit_value);
  harness_close(&engine);
  keeper_stop(keeper);
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
  for (int i = 0; i < 3; i++) sigaction(SIGNALS[i], &before[i], NULL);
}

static void check_fails(struct keeper *keeper, const char *program, const char *log_file, llmb_status status,
                        int os_code, const char *step) {
  struct harness_engine engine = harness_spawn_with(keeper, program, NULL, log_file, "hang", NULL, NULL);
  struct keeper_event event = harness_event(&engine, KEEPER_EVENT_SPAWN_FAILED);
  CHECK_INT(status, event.status);
  CHECK_INT(os_code, event.os_code);
  CHECK_TEXT(step, event.step);
  CHECK(engine.process.ended);
  CHECK_TEXT("", harness_hear(&engine)); /* its socket is closed everywhere */
  harness_close(&engine);
}

static void spawn__says_why_a_program_cannot_run(void) {
  char plain[] = "/tmp/llmbridge-test-XXXXXX";
  int file = mkstemp(plain);
  CHECK_INT(5, write(file, "junk\n", 5));
  struct keeper *keeper = harness_start();
  check_fails(keeper, "/nowhere/engine", NULL, LLMB_E_NOT_FOUND, ENOENT, "exec");
  check_fails(keeper, "/dev/null/engine", NULL, LLMB_E_NOT_FOUND, ENOTDIR, "exec");
  check_fails(keeper, "/tmp", NULL, LLMB_E_SPAWN_FAILED, EACCES, "exec");
  check_fails(keeper, plain, NULL, LLMB_E_SPAWN_FAILED, EACCES, "exec");
  fchmod(file, 0700);
  check_fails(keeper, plain, NULL, LLMB_E_SPAWN_FAILED, ETXTBSY, "exec"); /* still open for writing here */
  close(file);
  check_fails(keeper, plain, NULL, LLMB_E_SPAWN_FAILED, ENOEXEC, "exec");
  check_fails(keeper, CHILD_ENGINE, "/nowhere/log", LLMB_E_SPAWN_FAILED, ENOENT, "log_file");
  check_fails(keeper, CHILD_ENGINE, "/tmp", LLMB_E_SPAWN_FAILED, EISDIR, "log_file");
  CHECK(keeper_alive(keeper));
  unlink(plain);
  keeper_stop(keeper);
}

static void spawn__starts_relative_paths_at_the_callers_folder(void) {
  char folder[] = "/tmp/llmbridge-test-XXXXXX", home[4096];
  CHECK(mkdtemp(folder) != NULL && getcwd(home, sizeof home) != NULL);
  struct keeper *keeper = harness_start(); /* before the host goes elsewhere */
  CHECK_INT(0, chdir(folder));
  CHECK_INT(0, symlink(CHILD_ENGINE, "relative"));
  struct harness_engine engine = harness_spawn_with(keeper, "./relative", NULL, "log", "say", "here\n", "3");
  CHECK_INT(3, harness_exit(&engine).exit_value);
  struct stat info;
  CHECK_INT(0, stat("log", &info));
  CHECK_INT(5, info.st_size);
  harness_close(&engine);
  keeper_stop(keeper);
  unlink("log");
  unlink("relative");
  CHECK_INT(0, chdir(home));
  rmdir(folder);
}

static void spawn__refuses_what_is_too_large(void) {
  static char large[KEEPER_MESSAGE_SIZE_MAX];
  struct keeper *keeper = harness_start();
  const char *arguments[] = {"x", large, NULL}, *nothing[] = {NULL};
  struct keeper_spawn spawn = {
      .program = CHILD_ENGINE, .arguments = arguments, .environment = nothing, .engine_socket = 0};
  struct engine_process process;
  llmb_error error;
  memset(large, 'x', sizeof large - 1);
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, keeper_spawn(keeper, &spawn, &process, &error));
  CHECK_CONTAINS("65536 bytes", error.message);
  spawn.arguments = nothing;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, keeper_spawn(keeper, &spawn, &process, &error));
  /* The largest that is allowed goes through. */
  large[KEEPER_MESSAGE_SIZE_MAX - 6000] = '\0';
  const char *exit_arguments[] = {"x", "exit", "6", large, NULL};
  os_handle pair[2];
  int os_code;
  CHECK_INT(LLMB_OK, os_socket_pair(pair, &os_code));
  spawn.arguments = exit_arguments;
  spawn.engine_socket = pair[1];
  struct harness_engine engine = {.socket = pair[0]};
  CHECK_INT(LLMB_OK, keeper_spawn(keeper, &spawn, &engine.process, &error));
  os_handle_close(pair[1]);
  CHECK_INT(6, harness_exit(&engine).exit_value);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void spawn__starts_64_at_once(void) {
  enum { COUNT = 64 };
  static struct harness_engine engines[COUNT];
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
  harness_snapshot(before);
  struct keeper *keeper = harness_start();
  for (int i = 0; i < COUNT; i++) {
    char text[8];
    snprintf(text, sizeof text, "%d", i);
    engines[i] = harness_spawn(keeper, "exit", text, NULL);
  }
  for (int i = 0; i < COUNT; i++) {
    struct keeper_event event = harness_exit(&engines[i]);
    CHECK_INT(LLMB_EXIT_CODE, event.exit_kind);
    CHECK_INT(i, event.exit_value);
    harness_close(&engines[i]);
  }
  keeper_stop(keeper);
  harness_snapshot(after);
  CHECK_TEXT(before, after);
}

enum { THREADS_COUNT = 8, SPAWNS_PER_THREAD = 8 };

static void *spawn_some(void *argument) {
  struct keeper *keeper = argument;
  for (int i = 0; i < SPAWNS_PER_THREAD; i++) {
    struct harness_engine engine = harness_spawn(keeper, "exit", "11", NULL);
    CHECK_INT(11, harness_exit(&engine).exit_value);
    harness_close(&engine);
  }
  return NULL;
}

static void spawn__works_from_many_threads_at_once(void) {
  pthread_t threads[THREADS_COUNT];
  struct keeper *keeper = harness_start();
  for (int i = 0; i < THREADS_COUNT; i++) CHECK_INT(0, pthread_create(&threads[i], NULL, spawn_some, keeper));
  for (int i = 0; i < THREADS_COUNT; i++) pthread_join(threads[i], NULL);
  keeper_stop(keeper);
}

static void spawn__is_overloaded_beyond_the_limit(void) {
  static struct harness_engine engines[KEEPER_ENGINES_MAX];
  struct keeper *keeper = harness_start();
  for (int i = 0; i < KEEPER_ENGINES_MAX; i++) engines[i] = harness_spawn(keeper, "hang", NULL, NULL);
  for (int i = 0; i < KEEPER_ENGINES_MAX; i++) harness_event(&engines[i], KEEPER_EVENT_SPAWNED);
  check_fails(keeper, CHILD_ENGINE, NULL, LLMB_E_OVERLOADED, 0, "limit");
  engine_process_kill(keeper, &engines[0].process);
  harness_event(&engines[0], KEEPER_EVENT_EXIT);
  struct harness_engine engine = harness_spawn(keeper, "exit", "1", NULL);
  CHECK_INT(1, harness_exit(&engine).exit_value);
  harness_close(&engine);
  for (int i = 0; i < KEEPER_ENGINES_MAX; i++) harness_close(&engines[i]);
  keeper_stop(keeper);
}

static void spawn__survives_every_failed_allocation(void) {
  struct keeper *keeper = harness_start();
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
  const char *arguments[] = {"x", "exit", "0", NULL}, *nothing[] = {NULL};
  struct keeper_spawn spawn = {
      .program = CHILD_ENGINE, .arguments = arguments, .environment = nothing, .engine_socket = 0};
  harness_snapshot(before);
  int failed = 0;
  for (uint64_t nth = 1;; nth++) {
    struct engine_process process;
    memory_fail_after(nth, false);
    llmb_status status = keeper_spawn(keeper, &spawn, &process, NULL);
    bool happened = memory_fault_happened();
    memory_fail_after(0, false);
    if (!happened) {
      CHECK_INT(LLMB_OK, status);
      engine_process_close(&process);
      break;
    }
    CHECK_INT(LLMB_E_OUT_OF_MEMORY, status);
    CHECK_INT(OS_HANDLE_NONE, process.events);
    failed++;
  }
  CHECK(failed > 0);
  harness_snapshot(after);
  CHECK_TEXT(before, after);
  keeper_stop(keeper);
}

static void few_descriptors(void) {
  struct rlimit limit = {24, 24};
  struct harness_engine engines[4];
  setrlimit(RLIMIT_NOFILE, &limit);
  struct keeper *keeper = harness_start();
  /* Two fit; then the keeper says that it has no more, and goes on. */
  int started = 0, failed = 0;
  for (int i = 0; i < 3; i++) {
    struct keeper_event event;
    engines[i] = harness_spawn(keeper, "hang", NULL, NULL);
    harness_wait_readable(engines[i].process.events);
    CHECK_INT(LLMB_OK, engine_process_next_event(&engines[i].process, &event));
    if (event.kind == KEEPER_EVENT_SPAWNED) started++;
    if (event.kind != KEEPER_EVENT_SPAWNED) failed++;
  }
  CHECK(started > 0);
  CHECK(failed > 0);
  CHECK(keeper_alive(keeper));
  for (int i = 0; i < 3; i++) harness_close(&engines[i]);
  keeper_stop(keeper);
}

static void spawn__fails_alone_when_descriptors_run_out(void) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    check_failures = 0;
    few_descriptors();
    _exit(check_failures);
  }
  int how = 0;
  CHECK_INT(child, waitpid(child, &how, 0));
  CHECK_INT(0, how);
}

/* Only the keeper knows the process yet. */
static void kill__before_its_start_is_told_ends_the_engine(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
  engine_process_kill(keeper, &engine.process);
  struct keeper_event event;
  do {
    harness_wait_readable(engine.process.events);
    CHECK_INT(LLMB_OK, engine_process_next_event(&engine.process, &event));
  } while (event.kind == KEEPER_EVENT_SPAWNED);
  CHECK_INT(KEEPER_EVENT_EXIT, event.kind);
  CHECK_INT(SIGKILL, event.exit_value);
  harness_close(&engine);
  keeper_stop(keeper);
}

CHECK_MAIN(TEST(kill__before_its_start_is_told_ends_the_engine),
           TEST(engine__sees_five_descriptors_and_the_given_environment),
           TEST(engine__starts_clean_from_a_host_with_odd_signals), TEST(spawn__says_why_a_program_cannot_run),
           TEST(spawn__starts_relative_paths_at_the_callers_folder), TEST(spawn__refuses_what_is_too_large),
           TEST(spawn__starts_64_at_once), TEST(spawn__works_from_many_threads_at_once),
           TEST(spawn__is_overloaded_beyond_the_limit), TEST(spawn__survives_every_failed_allocation),
           TEST(spawn__fails_alone_when_descriptors_run_out))
