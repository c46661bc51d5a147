/* How engines end: exact statuses, their last words, and what they leave behind. */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/keeper/keeper_harness.h"
#include "keeper/keeper_event.h"

static void exit_event__has_the_exact_status(void) {
  static const int STATUSES[] = {0, 1, 2, 7, 63, 64, 100, 125, 126, 127, 128, 129, 137, 200, 254, 255};
  struct keeper *keeper = harness_start();
  for (unsigned i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
    char text[8];
    snprintf(text, sizeof text, "%d", STATUSES[i]);
    struct harness_engine engine = harness_spawn(keeper, "exit", text, NULL);
    struct keeper_event event = harness_exit(&engine);
    CHECK_INT(LLMB_EXIT_CODE, event.exit_kind);
    CHECK_INT(STATUSES[i], event.exit_value);
    CHECK_INT(0, event.guard_expired);
    CHECK_TEXT("", event.log);
    harness_close(&engine);
  }
  keeper_stop(keeper);
}

static void exit_event__has_the_exact_signal(void) {
  static const int SIGNALS[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,    SIGTRAP, SIGABRT, SIGBUS,  SIGFPE,
                                SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2,   SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT,
                                SIGXCPU, SIGXFSZ, SIGPROF, SIGVTALRM, SIGIO,   SIGPWR,  SIGSYS};
  struct keeper *keeper = harness_start();
  for (unsigned i = 0; i < sizeof SIGNALS / sizeof SIGNALS[0]; i++) {
    char text[8];
    snprintf(text, sizeof text, "%d", SIGNALS[i]);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    if (SIGNALS[i] == SIGSEGV || SIGNALS[i] == SIGBUS || SIGNALS[i] == SIGFPE || SIGNALS[i] == SIGILL) continue;
    if (SIGNALS[i] == SIGABRT || SIGNALS[i] == SIGTRAP) continue; /* their runtime turns these into an exit */
#endif
    struct harness_engine engine = harness_spawn(keeper, "signal", text, NULL);
    struct keeper_event event = harness_exit(&engine);
    CHECK_INT(LLMB_EXIT_SIGNAL, event.exit_kind);
    CHECK_INT(SIGNALS[i], event.exit_value);
    harness_close(&engine);
  }
  keeper_stop(keeper);
}

enum { ROUNDS_COUNT = 10, SPEAKERS_COUNT = 32 };

/* Many at once: the keeper reaps some in a turn that began before they spoke. */
static void exit_event__has_the_last_words(void) {
  static struct harness_engine engines[SPEAKERS_COUNT];
  struct keeper *keeper = harness_start();
  for (int round = 0; round < ROUNDS_COUNT; round++) {
    for (int i = 0; i < SPEAKERS_COUNT; i++)
      engines[i] = harness_spawn(keeper, "say", "cannot go on:\nno model\n", "9");
    for (int i = 0; i < SPEAKERS_COUNT; i++) {
      struct keeper_event event = harness_exit(&engines[i]);
      CHECK_INT(9, event.exit_value);
      CHECK_TEXT("cannot go on:\nno model\n", event.log);
      CHECK_INT(LLMB_E_NOT_READY, engine_process_next_event(&engines[i].process, &event));
      harness_close(&engines[i]);
    }
  }
  keeper_stop(keeper);
}

static void stderr_flood__does_not_block_the_engine(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "flood", "1048576", NULL);
  CHECK_TEXT("flooded", harness_hear(&engine));
  struct keeper_event event = harness_exit(&engine);
  CHECK_INT(7, event.exit_value);
  CHECK_CONTAINS("xxx\nthe last line\n", event.log);
  CHECK(strlen(event.log) < ENGINE_LOG_SIZE_MAX);
  harness_close(&engine);
  keeper_stop(keeper);
}

static long file_size(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? (long)info.st_size : -1;
}

static void log_file__is_appended_to_and_private(void) {
  char folder[] = "/tmp/llmbridge-test-XXXXXX", path[64], text[64] = "";
  CHECK(mkdtemp(folder) != NULL);
  snprintf(path, sizeof path, "%s/log", folder);
  struct keeper *keeper = harness_start();
  static const char *const WORDS[] = {"one\n", "two\n"};
  for (unsigned i = 0; i < 2; i++) {
    struct harness_engine engine = harness_spawn_with(keeper, CHILD_ENGINE, NULL, path, "say", WORDS[i], "0");
    CHECK_TEXT(WORDS[i], harness_exit(&engine).log);
    harness_close(&engine);
  }
  struct stat info;
  CHECK_INT(0, stat(path, &info));
  CHECK_INT(0600, info.st_mode & 0777);
  int file = open(path, O_RDONLY);
  CHECK_INT(8, read(file, text, sizeof text));
  CHECK_TEXT("one\ntwo\n", text);
  close(file);
  struct harness_engine flood = harness_spawn_with(keeper, CHILD_ENGINE, NULL, path, "flood", "1048576", NULL);
  harness_exit(&flood);
  CHECK_INT(8 + 1048576 + 14, file_size(path)); /* whole, though the ring keeps only its end */
  harness_close(&flood);
  keeper_stop(keeper);
  unlink(path);
  rmdir(folder);
}

static void log_file__that_takes_nothing_costs_only_the_log(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn_with(keeper, CHILD_ENGINE, NULL, "/dev/full", "say", "kept\n", "4");
  struct keeper_event event = harness_exit(&engine);
  CHECK_INT(4, event.exit_value);
  CHECK_TEXT("kept\n", event.log);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void with_small_files(void) {
  char path[] = "/tmp/llmbridge-test-XXXXXX";
  close(mkstemp(path));
  const struct rlimit limit = {65536, 65536};
  setrlimit(RLIMIT_FSIZE, &limit);
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn_with(keeper, CHILD_ENGINE, NULL, path, "flood", "1048576", NULL);
  CHECK_INT(7, harness_exit(&engine).exit_value);
  CHECK_INT(65536, file_size(path));
  CHECK(keeper_alive(keeper));
  harness_close(&engine);
  keeper_stop(keeper);
  unlink(path);
}

/* In a process of its own: a limit cannot be taken back. */
static void log_file__at_its_size_limit_ends_nobody(void) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    check_failures = 0;
    with_small_files();
    _exit(check_failures);
  }
  int how = 0;
  CHECK_INT(child, waitpid(child, &how, 0));
  CHECK_INT(0, how);
}

static void log_file__that_is_a_pipe_without_reader_cannot_be_opened(void) {
  char folder[] = "/tmp/llmbridge-test-XXXXXX", path[64];
  CHECK(mkdtemp(folder) != NULL);
  snprintf(path, sizeof path, "%s/pipe", folder);
  CHECK_INT(0, mkfifo(path, 0600));
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn_with(keeper, CHILD_ENGINE, NULL, path, "say", "x", "0");
  struct keeper_event event = harness_event(&engine, KEEPER_EVENT_SPAWN_FAILED);
  CHECK_TEXT("log_file", event.step);
  CHECK_INT(ENXIO, event.os_code);
  harness_close(&engine);
  keeper_stop(keeper);
  unlink(path);
  rmdir(folder);
}

static void kill__ends_a_stopped_engine(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "stop", NULL, NULL);
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  CHECK_TEXT("stopping", harness_hear(&engine));
  engine_process_kill(keeper, &engine.process);
  struct keeper_event event = harness_event(&engine, KEEPER_EVENT_EXIT);
  CHECK_INT(LLMB_EXIT_SIGNAL, event.exit_kind);
  CHECK_INT(SIGKILL, event.exit_value);
  engine_process_kill(keeper, &engine.process); /* nothing is left to kill */
  CHECK(keeper_alive(keeper));
  harness_close(&engine);
  keeper_stop(keeper);
}

enum { TREE_SIZE = 3 };

/* Hears the pids of everything but the engine itself. */
static void watch_tree(struct harness_engine *engine, unsigned count, os_handle *out) {
  unsigned found = 0;
  for (unsigned i = 0; i < count; i++) {
    char who[16];
    long pid = 0;
    CHECK_INT(2, sscanf(harness_hear(engine), "%15s %ld", who, &pid));
    if (strcmp(who, "engine") == 0 || found == TREE_SIZE) continue;
    out[found++] = harness_watch(pid);
  }
  CHECK_INT(TREE_SIZE, found);
}

static void kill__ends_the_whole_tree(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "tree", NULL, NULL);
  struct harness_engine neighbour = harness_spawn(keeper, "hang", NULL, NULL);
  os_handle tree[TREE_SIZE];
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  harness_event(&neighbour, KEEPER_EVENT_SPAWNED);
  watch_tree(&engine, TREE_SIZE + 1, tree);
  engine_process_kill(keeper, &engine.process);
  harness_event(&engine, KEEPER_EVENT_EXIT);
  for (unsigned i = 0; i < TREE_SIZE; i++) harness_wait_end(tree[i]);
  CHECK(!os_process_ended(neighbour.process.process));
  harness_close(&engine);
  harness_close(&neighbour);
  keeper_stop(keeper);
}

static void exit__takes_what_the_engine_started_along(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "leave", "300", NULL);
  os_handle tree[TREE_SIZE];
  watch_tree(&engine, TREE_SIZE, tree);
  /* The event does not wait for them, though they hold the engine's stderr. */
  struct keeper_event event = harness_exit(&engine);
  CHECK_INT(LLMB_EXIT_CODE, event.exit_kind);
  CHECK_INT(5, event.exit_value);
  for (unsigned i = 0; i < TREE_SIZE; i++) harness_wait_end(tree[i]);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void exit__leaves_what_others_started_alone(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "tree", NULL, NULL);
  os_handle tree[TREE_SIZE];
  watch_tree(&engine, TREE_SIZE + 1, tree);
  for (int i = 0; i < 5; i++) { /* each end makes the keeper look for orphans */
    struct harness_engine neighbour = harness_spawn(keeper, "exit", "0", NULL);
    harness_exit(&neighbour);
    harness_close(&neighbour);
  }
  for (unsigned i = 0; i < TREE_SIZE; i++) {
    CHECK(!os_process_ended(tree[i]));
    os_handle_close(tree[i]);
  }
  harness_close(&engine);
  keeper_stop(keeper);
}

static void keeper_stop__ends_whole_trees(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "tree", NULL, NULL);
  os_handle tree[TREE_SIZE];
  watch_tree(&engine, TREE_SIZE + 1, tree);
  keeper_stop(keeper);
  for (unsigned i = 0; i < TREE_SIZE; i++) CHECK(tree[i] == OS_HANDLE_NONE || os_process_ended(tree[i]));
  for (unsigned i = 0; i < TREE_SIZE; i++) os_handle_close(tree[i]);
  CHECK_INT(SIGKILL, harness_exit(&engine).exit_value);
  harness_close(&engine);
}

static void close__ends_an_engine_that_nobody_watches(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  CHECK_CONTAINS("engine", harness_hear(&engine)); /* from here on it waits for nothing */
  os_handle watch = harness_watch(engine.process.pid);
  harness_close(&engine);
  harness_wait_end(watch);
  CHECK(keeper_alive(keeper));
  keeper_stop(keeper);
}

CHECK_MAIN(TEST(exit_event__has_the_exact_status), TEST(exit_event__has_the_exact_signal),
           TEST(exit_event__has_the_last_words), TEST(stderr_flood__does_not_block_the_engine),
           TEST(log_file__is_appended_to_and_private), TEST(log_file__that_takes_nothing_costs_only_the_log),
           TEST(log_file__at_its_size_limit_ends_nobody),
           TEST(log_file__that_is_a_pipe_without_reader_cannot_be_opened), TEST(kill__ends_a_stopped_engine),
           TEST(kill__ends_the_whole_tree), TEST(exit__takes_what_the_engine_started_along),
           TEST(exit__leaves_what_others_started_alone), TEST(keeper_stop__ends_whole_trees),
           TEST(close__ends_an_engine_that_nobody_watches))
