/* What the keeper's tests share. Each wait has a limit far beyond every limit of
 * the keeper's: what hangs fails its test. */
#ifndef LLMB_TESTS_KEEPER_HARNESS_H
#define LLMB_TESTS_KEEPER_HARNESS_H

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/process_end.h"
#include "core/error.h"
#include "tests/unit/keeper/keeper_blocking.h"
#include "keeper/keeper_protocol.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"
#include "keeper/keeper_event.h"

#define UNUSED __attribute__((unused))

enum { SNAPSHOT_SIZE = 8192, ANSWER_SIZE = 16384 };

/* An engine and our end of its socket. */
struct harness_engine {
  struct engine_process process;
  os_handle socket;
};

UNUSED static struct keeper *harness_start(void) {
  struct keeper *keeper = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (keeper_start(KEEPER_PROGRAM, &keeper, &error) != LLMB_OK) {
    fprintf(stderr, "no keeper: %s\n", error.message);
    exit(1);
  }
  return keeper;
}

/* Starts CHILD_ENGINE, or `program`, with the given arguments, in the given environment. */
UNUSED static struct harness_engine harness_spawn_with(struct keeper *keeper, const char *program,
                                                       const char *const *environment, const char *log_file,
                                                       const char *mode, const char *first, const char *second) {
  struct harness_engine engine;
  const char *arguments[] = {program, mode, first, second, NULL};
  static const char *const nothing[] = {NULL};
  os_handle pair[2];
  int os_code;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, os_socket_pair(pair, &os_code));
  struct keeper_spawn spawn = {.program = program,
                               .arguments = arguments,
                               .environment = environment != NULL ? environment : nothing,
                               .log_file = log_file,
                               .engine_socket = pair[1]};
  CHECK_INT(LLMB_OK, keeper_spawn(keeper, &spawn, &engine.process, &error));
  CHECK_TEXT("", error.message);
  os_handle_close(pair[1]);
  engine.socket = pair[0];
  return engine;
}

UNUSED static struct harness_engine harness_spawn(struct keeper *keeper, const char *mode, const char *first,
                                                  const char *second) {
  return harness_spawn_with(keeper, CHILD_ENGINE, NULL, NULL, mode, first, second);
}

UNUSED static void harness_close(struct harness_engine *engine) {
  engine_process_close(&engine->process);
  engine->socket = os_handle_close(engine->socket);
}

/* Nothing said in the time that a process's end is given is said never: the test fails, and its keeper ends with it. */
UNUSED static void harness_wait_readable(os_handle handle) {
  struct os_poll_item item = {.handle = handle};
  if (os_poll(&item, 1, os_clock_ns() + (uint64_t)process_end_limit_ms() * 1000000u) > 0) return;
  CHECK(!"something is said in time");
  exit(1);
}

/* Waits for the next event, which must be of this kind. */
UNUSED static struct keeper_event harness_event(struct harness_engine *engine, enum keeper_event_kind kind) {
  struct keeper_event event;
  harness_wait_readable(engine->process.events);
  CHECK_INT(LLMB_OK, engine_process_next_event(&engine->process, &event));
  CHECK_INT(kind, event.kind);
  return event;
}

/* Waits for SPAWNED, then EXIT. */
UNUSED static struct keeper_event harness_exit(struct harness_engine *engine) {
  harness_event(engine, KEEPER_EVENT_SPAWNED);
  return harness_event(engine, KEEPER_EVENT_EXIT);
}

/* What the engine tells over its socket; "" at its end. */
UNUSED static const char *harness_hear(struct harness_engine *engine) {
  static char text[ANSWER_SIZE];
  uint64_t size = 0;
  int os_code;
  harness_wait_readable(engine->socket);
  (void)os_socket_receive(engine->socket, text, sizeof text - 1, &size, NULL, 0, NULL, &os_code);
  text[size] = '\0';
  return text;
}

/* A handle of a process by its number; what is gone already gives OS_HANDLE_NONE. */
UNUSED static os_handle harness_watch(long pid) {
  return (os_handle)syscall(SYS_pidfd_open, (pid_t)pid, 0u);
}

/* Waits for the end of a process, and forgets it. */
UNUSED static void harness_wait_end(os_handle process) {
  process_end_await(process);
}

UNUSED static long harness_parent_of(long pid) {
  char path[64], text[512] = "";
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return -1;
  size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = '\0';
  const char *after_name = strrchr(text, ')');
  long parent = -1;
  if (after_name != NULL) sscanf(after_name, ") %*c %ld", &parent);
  return parent;
}

/* Every descriptor of this process and what it is, in the order of their numbers. */
UNUSED static void harness_snapshot(char *out) {
  size_t used = 0;
  out[0] = '\0';
  for (int i = 0; i < 256; i++) {
    char path[64], target[256];
    snprintf(path, sizeof path, "/proc/self/fd/%d", i);
    ssize_t size = readlink(path, target, sizeof target - 1);
    if (size < 0) continue;
    target[size] = '\0';
    used += (size_t)snprintf(out + used, SNAPSHOT_SIZE - used, "%d %s\n", i, target);
  }
}

/* Runs a part in a process of its own, because it spoils its process; its checks count here. */
UNUSED static void run_apart(void (*part)(void)) {
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    check_failures = 0;
    part();
    _exit(check_failures);
  }
  int how = 0;
  CHECK_INT(child, waitpid(child, &how, 0));
  CHECK_INT(0, how);
}

#endif
