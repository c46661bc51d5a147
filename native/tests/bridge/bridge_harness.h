/* What the bridge's tests share. They use the public headers only, and the fake engine. Waits are without limit, but
 * for the ends of processes: check.h's watchdog ends a test that hangs. */
#ifndef LLMB_TESTS_BRIDGE_HARNESS_H
#define LLMB_TESTS_BRIDGE_HARNESS_H

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <time.h>

#include <llmbridge/llmbridge.h>

#include "tests/check.h"
#include "tests/process_end.h"
#include "tests/snapshot.h"

#define UNUSED __attribute__((unused))

/* Processes, by handle. */

UNUSED static int process_open(int64_t pid) {
  return pid <= 0 ? -1 : (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
}

UNUSED static bool process_ended(int process) {
  struct pollfd item = {.fd = process, .events = POLLIN};
  return process < 0 || poll(&item, 1, 0) == 1;
}

/* Waits until the process has ended and closes the handle; -1 stands for one that had ended before. */
UNUSED static void process_await_end(int process) {
  process_end_await(process);
}

UNUSED static void process_signal(int64_t pid, int signal_number) {
  if (pid <= 0) {
    CHECK(!"there is no process to signal");
    return;
  }
  CHECK_INT(0, kill((pid_t)pid, signal_number));
}

/* A number behind `name` in /proc/PID/status; -1 if there is no such process. */
UNUSED static int64_t process_status(int64_t pid, const char *name) {
  char path[64], line[256];
  long long number = -1;
  snprintf(path, sizeof path, "/proc/%lld/status", (long long)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return -1;
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
      number = strtoll(line + strlen(name) + 1, NULL, 10);
    }
  }
  fclose(file);
  return number;
}

UNUSED static int64_t process_parent(int64_t pid) {
  return process_status(pid, "PPid");
}

/* How many processes have this parent. */
UNUSED static unsigned process_child_count(int64_t parent) {
  unsigned count = 0;
  DIR *folder = opendir("/proc");
  if (folder == NULL) return 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    const long long pid = strtoll(entry->d_name, NULL, 10);
    if (pid > 0 && process_parent(pid) == parent) count++;
  }
  closedir(folder);
  return count;
}

UNUSED static void nap_ms(unsigned milliseconds) {
  const struct timespec nap = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&nap, NULL);
}

/* Settings. */

UNUSED static void settings_put(llmb_settings *settings, const char *name, const char *value) {
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_settings_set(settings, name, value, &error) == LLMB_OK) return;
  fprintf(stderr, "%s: setting %s=%s: %s\n", check_name, name, value, error.message);
  check_failures++;
}

/* A set of the names and values given, NULL at the end. */
UNUSED static llmb_settings *settings_of(const char *first, ...) __attribute__((sentinel));
UNUSED static llmb_settings *settings_of(const char *first, ...) {
  llmb_settings *settings = NULL;
  va_list rest;
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, NULL));
  va_start(rest, first);
  for (const char *name = first; name != NULL; name = va_arg(rest, const char *)) {
    settings_put(settings, name, va_arg(rest, const char *));
  }
  va_end(rest);
  return settings;
}

/* Bridges. The first one that is open takes a snapshot of the process, the last one that ends compares. */

static unsigned harness_open_count;
static struct snapshot *harness_before;

UNUSED static void *thread_run_nothing(void *argument) {
  return argument;
}

/* The C library catches a signal of its own from the first thread on: that is none of the library's doing. */
UNUSED static void harness_warm_up(void) {
  static bool is_warm;
  pthread_t thread;
  if (is_warm) return;
  is_warm = true;
  CHECK_INT(0, pthread_create(&thread, NULL, thread_run_nothing, NULL));
  CHECK_INT(0, pthread_join(thread, NULL));
}

UNUSED static void harness_enter(void) {
  harness_warm_up();
  if (harness_open_count++ == 0) harness_before = snapshot_take();
}

UNUSED static void harness_leave(void) {
  if (--harness_open_count > 0) return;
  snapshot_check(harness_before);
  harness_before = NULL;
}

/* A bridge with the settings, which are freed, and those of the list, NULL at its end. */
UNUSED static llmb_bridge *bridge_open_with(llmb_settings *settings, va_list rest) {
  harness_enter();
  llmb_bridge *bridge = NULL;
  llmb_error error;
  llmb_error_init(&error);
  for (const char *name = va_arg(rest, const char *); name != NULL; name = va_arg(rest, const char *)) {
    settings_put(settings, name, va_arg(rest, const char *));
  }
  if (llmb_bridge_open(settings, &bridge, &error) != LLMB_OK) {
    fprintf(stderr, "%s: no bridge: %s\n", check_name, error.message);
    exit(1);
  }
  llmb_settings_close(settings);
  return bridge;
}

/* A bridge to the fake engine with a script, and the settings given, NULL at the end. */
UNUSED static llmb_bridge *bridge_of(const char *script, ...) __attribute__((sentinel));
UNUSED static llmb_bridge *bridge_of(const char *script, ...) {
  llmb_settings *settings = settings_of("engine", "fake", "command", script, "home", HARNESS_HOME, NULL);
  va_list rest;
  va_start(rest, script);
  llmb_bridge *bridge = bridge_open_with(settings, rest);
  va_end(rest);
  return bridge;
}

UNUSED static int64_t worker_pid(llmb_bridge *bridge) {
  int64_t pid = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
  return pid;
}

/* The same, waiting until it is known. */
UNUSED static int64_t worker_pid_await(llmb_bridge *bridge) {
  for (;;) {
    const int64_t pid = worker_pid(bridge);
    if (pid != 0) return pid;
    nap_ms(1);
  }
}

UNUSED static void bridge_start(llmb_bridge *bridge) {
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_bridge_start(bridge, LLMB_NEVER, &error));
  CHECK_TEXT("", error.message);
}

/* Closes the bridge, waits for its worker's and its keeper's end, and compares the process with what it was. */
UNUSED static void bridge_end(llmb_bridge *bridge) {
  const int64_t pid = worker_pid(bridge);
  const int64_t keeper_pid = pid != 0 ? process_parent(pid) : 0;
  const int worker = process_open(pid), keeper = harness_open_count == 1 ? process_open(keeper_pid) : -1;
  llmb_bridge_close(bridge);
  process_await_end(worker);
  process_await_end(keeper);
  harness_leave();
}

/* Calls. */

UNUSED static llmb_call *call_of(llmb_bridge *bridge, const char *prompt, const llmb_settings *settings) {
  llmb_call *call = NULL;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_call_start(bridge, (const uint8_t *)prompt, strlen(prompt), settings, &call, &error));
  if (call != NULL) return call;
  fprintf(stderr, "%s: no call: %s\n", check_name, error.message);
  exit(1);
}

/* Asks and frees the answer; *error says how it failed. */
UNUSED static llmb_status ask(llmb_bridge *bridge, const char *prompt, const llmb_settings *settings,
                              llmb_error *error) {
  char *answer = NULL;
  llmb_error_init(error);
  const llmb_status status =
      llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), settings, &answer, NULL, NULL, error);
  CHECK_INT(status == LLMB_OK, answer != NULL);
  CHECK_INT(status, error->status);
  llmb_free(answer);
  return status;
}

/* Checks that the next call works: it is to answer with one piece, as `pieces` scripts do, or echo. */
UNUSED static void check_next_call_works(llmb_bridge *bridge) {
  llmb_settings *short_answer = settings_of("max_tokens", "1", "timeout_ms", "60000", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "next", short_answer, &error));
  CHECK_TEXT("", error.message);
  llmb_settings_close(short_answer);
}

/* Reads the call to its end; the outcome, with the text if `text` is given. */
UNUSED static llmb_status read_to_end(llmb_call *call, char *text, size_t capacity, llmb_error *error) {
  size_t used = 0;
  for (;;) {
    uint8_t buffer[1000];
    uint64_t size = 0;
    const llmb_status status = llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, error);
    if (status != LLMB_OK || size == 0) return status;
    if (text == NULL) continue;
    CHECK(used + size < capacity);
    if (used + size >= capacity) return LLMB_E_OUTPUT_TOO_LARGE;
    memcpy(text + used, buffer, size);
    used += size;
    text[used] = 0;
  }
}

/* Reads a call to its end on another thread, which sleeps until something wakes it. */
struct waiter {
  llmb_call *call;
  llmb_status status;
  char text[64];
  pthread_t thread;
};

UNUSED static void *waiter_run(void *argument) {
  struct waiter *waiter = argument;
  waiter->status = read_to_end(waiter->call, waiter->text, sizeof waiter->text, NULL);
  return NULL;
}

UNUSED static void waiter_start(struct waiter *waiter, llmb_call *call) {
  *waiter = (struct waiter){.call = call};
  CHECK_INT(0, pthread_create(&waiter->thread, NULL, waiter_run, waiter));
}

UNUSED static llmb_status waiter_join(struct waiter *waiter) {
  CHECK_INT(0, pthread_join(waiter->thread, NULL));
  return waiter->status;
}

/* Cancels a call on another thread after a while. */
struct canceller {
  llmb_call *call;
  unsigned after_ms;
  pthread_t thread;
};

UNUSED static void *canceller_run(void *argument) {
  struct canceller *canceller = argument;
  nap_ms(canceller->after_ms);
  CHECK_INT(LLMB_OK, llmb_call_cancel(canceller->call));
  return NULL;
}

UNUSED static void canceller_start(struct canceller *canceller, llmb_call *call, unsigned after_ms) {
  canceller->call = call;
  canceller->after_ms = after_ms;
  CHECK_INT(0, pthread_create(&canceller->thread, NULL, canceller_run, canceller));
}

UNUSED static void canceller_join(struct canceller *canceller) {
  CHECK_INT(0, pthread_join(canceller->thread, NULL));
}

#endif
