/* A keeper's start and end, seen from its host. */
#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/memory_faults.h"
#include "tests/unit/keeper/keeper_harness.h"

static llmb_error start_fails(const char *program, llmb_status expected) {
  struct keeper *keeper = NULL;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(expected, keeper_start(program, &keeper, &error));
  CHECK_INT(expected, error.status);
  CHECK_INT(LLMB_PHASE_START, error.phase);
  CHECK(keeper == NULL);
  keeper_stop(keeper);
  return error;
}

static void keeper_start__and_stop_leave_nothing(void) {
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
  harness_snapshot(before);
  for (int i = 0; i < 3; i++) {
    struct keeper *keeper = harness_start();
    struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
    harness_event(&engine, KEEPER_EVENT_SPAWNED);
    CHECK_CONTAINS("engine", harness_hear(&engine));
    os_handle process = harness_watch(harness_parent_of(engine.process.pid));
    CHECK(process >= 0);
    CHECK(keeper_alive(keeper));
    keeper_stop(keeper);
    CHECK(os_process_ended(process));
    CHECK(os_process_ended(engine.process.process));
    os_handle_close(process);
    struct keeper_event event = harness_event(&engine, KEEPER_EVENT_EXIT);
    CHECK_INT(LLMB_EXIT_SIGNAL, event.exit_kind);
    CHECK_INT(SIGKILL, event.exit_value);
    harness_close(&engine);
  }
  harness_snapshot(after);
  CHECK_TEXT(before, after);
  errno = 0;
  CHECK_INT(-1, waitpid(-1, NULL, WNOHANG | __WALL));
  CHECK_INT(ECHILD, errno);
}

static void keeper_start__says_what_is_wrong_with_the_program(void) {
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
  harness_snapshot(before);
  llmb_error error = start_fails("/nowhere/llmbridge-keeper", LLMB_E_NOT_FOUND);
  CHECK_CONTAINS("/nowhere/llmbridge-keeper", error.message);
  CHECK_CONTAINS("exec", error.message);
  CHECK_INT(ENOENT, error.os_code);
  error = start_fails("/tmp", LLMB_E_SPAWN_FAILED);
  CHECK_INT(EACCES, error.os_code);
  error = start_fails("/bin/true", LLMB_E_SPAWN_FAILED); /* ends without a word */
  CHECK_CONTAINS("ended before it greeted", error.message);
  harness_snapshot(after);
  CHECK_TEXT(before, after);
}

/* Writes a script that greets with these bytes. */
static void write_greeter(char *path, const char *bytes) {
  int file = mkstemp(path);
  CHECK(file >= 0);
  dprintf(file, "#!/bin/sh\nprintf '%s' >&3\nsleep 1\n", bytes);
  fchmod(file, 0700);
  close(file);
}

static void keeper_start__refuses_programs_that_are_no_keeper(void) {
  char junk[] = "/tmp/llmbridge-test-XXXXXX", foreign[] = "/tmp/llmbridge-test-XXXXXX";
  write_greeter(junk, "hello");
  llmb_error error = start_fails(junk, LLMB_E_PROTOCOL_ERROR);
  CHECK_CONTAINS("not a keeper", error.message);
  write_greeter(foreign, "LLBk\\011\\000\\001\\000");
  error = start_fails(foreign, LLMB_E_PROTOCOL_ERROR);
  CHECK_CONTAINS("version 9", error.message);
  unlink(junk);
  unlink(foreign);
  error = start_fails(CHILD_FOREIGN_KEEPER, LLMB_E_PROTOCOL_ERROR); /* right but for its version */
  CHECK_CONTAINS("version 9", error.message);
}

static void keeper_start__survives_every_failed_allocation(void) {
  char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
  harness_snapshot(before);
  int failed = 0;
  for (uint64_t nth = 1;; nth++) {
    struct keeper *keeper = NULL;
    memory_fail_after(nth, false);
    llmb_status status = keeper_start(KEEPER_PROGRAM, &keeper, NULL);
    bool happened = memory_fault_happened();
    memory_fail_after(0, false);
    keeper_stop(keeper);
    if (!happened) {
      CHECK_INT(LLMB_OK, status);
      break;
    }
    CHECK_INT(LLMB_E_OUT_OF_MEMORY, status);
    failed++;
  }
  CHECK(failed >= 2);
  harness_snapshot(after);
  CHECK_TEXT(before, after);
}

static void keeper_program__gets_an_environment_by_allowlist(void) {
  setenv("LLMB_CANARY", "secret", 1);
  setenv("LD_LIBRARY_PATH", "/nowhere", 1);
  setenv("LC_TEST", "C.UTF-8", 1);
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  char path[64], all[16384];
  snprintf(path, sizeof path, "/proc/%ld/environ", harness_parent_of(engine.process.pid));
  FILE *file = fopen(path, "re");
  CHECK(file != NULL);
  size_t size = file != NULL ? fread(all, 1, sizeof all - 1, file) : 0;
  if (file != NULL) fclose(file);
  for (size_t i = 0; i < size; i++) {
    if (all[i] == '\0') all[i] = '\n';
  }
  all[size] = '\0';
  CHECK_CONTAINS("PATH=/usr/local/bin:/usr/bin:/bin\n", all);
  CHECK_CONTAINS("LC_TEST=C.UTF-8\n", all);
  CHECK(strstr(all, "secret") == NULL);
  CHECK(strstr(all, "LD_LIBRARY_PATH") == NULL);
  harness_close(&engine);
  keeper_stop(keeper);
  unsetenv("LLMB_CANARY");
  unsetenv("LD_LIBRARY_PATH");
  unsetenv("LC_TEST");
}

static void keeper_program__is_small_and_has_one_thread(void) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  char path[64], line[256];
  long private_kb = 0, kb;
  int threads = 0;
  snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", harness_parent_of(engine.process.pid));
  FILE *file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (sscanf(line, "Private_Clean: %ld", &kb) == 1 || sscanf(line, "Private_Dirty: %ld", &kb) == 1) private_kb += kb;
  }
  if (file != NULL) fclose(file);
  printf("     the keeper's private memory: %ld KiB\n", private_kb);
  CHECK(private_kb > 0 && private_kb < 1536);
  snprintf(path, sizeof path, "/proc/%ld/status", harness_parent_of(engine.process.pid));
  file = fopen(path, "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) sscanf(line, "Threads: %d", &threads);
  if (file != NULL) fclose(file);
  CHECK_INT(1, threads);
  harness_close(&engine);
  keeper_stop(keeper);
#endif
}

static void keeper_abandon__leaves_the_keeper_alone(void) {
  struct keeper *keeper = harness_start();
  pid_t child = fork();
  if (child == 0) {
    keeper_abandon(keeper);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  CHECK(keeper_alive(keeper));
  struct harness_engine engine = harness_spawn(keeper, "exit", "3", NULL);
  CHECK_INT(3, harness_exit(&engine).exit_value);
  harness_close(&engine);
  keeper_stop(keeper);
}

static void keeper_stop__ends_a_stopped_keeper(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  os_handle engine_watch = harness_watch(engine.process.pid);
  long pid = harness_parent_of(engine.process.pid);
  os_handle watch = harness_watch(pid);
  kill((pid_t)pid, SIGSTOP);
  keeper_stop(keeper);
  harness_wait_end(watch);
  harness_wait_end(engine_watch);
  harness_event(&engine, KEEPER_EVENT_LOST);
  harness_close(&engine);
}

CHECK_MAIN(TEST(keeper_start__and_stop_leave_nothing), TEST(keeper_start__says_what_is_wrong_with_the_program),
           TEST(keeper_start__refuses_programs_that_are_no_keeper),
           TEST(keeper_start__survives_every_failed_allocation), TEST(keeper_program__gets_an_environment_by_allowlist),
           TEST(keeper_program__is_small_and_has_one_thread), TEST(keeper_abandon__leaves_the_keeper_alone),
           TEST(keeper_stop__ends_a_stopped_keeper))
