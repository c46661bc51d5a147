/* Whoever dies: nothing outlives its host, and the host learns of the keeper's death. */
#include <fcntl.h>
#include <sys/wait.h>

#include "tests/unit/keeper/keeper_harness.h"

enum { WATCHED_MAX = 4 };

/* A host of the test's own, and handles of its keeper and engines. */
struct doomed_host {
  pid_t pid, forked;
  unsigned count;
  os_handle watched[WATCHED_MAX];
};

static struct doomed_host start_host(const char *mode) {
  struct doomed_host host = {0};
  int ends[2];
  CHECK_INT(0, pipe2(ends, O_CLOEXEC));
  host.pid = fork();
  if (host.pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execl(CHILD_HOST, CHILD_HOST, KEEPER_PROGRAM, CHILD_ENGINE, mode, NULL);
    _exit(127);
  }
  close(ends[1]);
  FILE *lines = fdopen(ends[0], "r");
  char line[128];
  long pid;
  bool ready = false;
  while (!ready && fgets(line, sizeof line, lines) != NULL) {
    ready = strcmp(line, "ready\n") == 0;
    if (sscanf(line, "child %ld", &pid) == 1) host.forked = (pid_t)pid;
    if (sscanf(line, "engine %ld", &pid) != 1) continue;
    if (host.count == 0) host.watched[host.count++] = harness_watch(harness_parent_of(pid));
    host.watched[host.count++] = harness_watch(pid);
  }
  CHECK(ready);
  CHECK_INT(3, host.count);
  for (unsigned i = 0; i < host.count; i++) CHECK(host.watched[i] >= 0 && !os_process_ended(host.watched[i]));
  fclose(lines);
  return host;
}

static void host_death__ends_keeper_and_engines(void) {
  for (int i = 0; i < 10; i++) {
    struct doomed_host host = start_host("alone");
    kill(host.pid, SIGKILL);
    for (unsigned k = 0; k < host.count; k++) harness_wait_end(host.watched[k]);
    waitpid(host.pid, NULL, 0);
  }
}

static void host_death__is_noticed_though_a_forked_child_holds_the_socket(void) {
  struct doomed_host host = start_host("fork");
  os_handle forked = harness_watch(host.forked);
  kill(host.pid, SIGKILL);
  for (unsigned i = 0; i < host.count; i++) harness_wait_end(host.watched[i]);
  CHECK(!os_process_ended(forked));
  os_process_kill(forked);
  os_handle_close(forked);
  waitpid(host.pid, NULL, 0);
}

static void host_death__ends_stopped_engines_too(void) {
  struct doomed_host host = start_host("alone");
  for (unsigned i = 1; i < host.count; i++) syscall(SYS_pidfd_send_signal, host.watched[i], SIGSTOP, NULL, 0u);
  kill(host.pid, SIGKILL);
  for (unsigned i = 0; i < host.count; i++) harness_wait_end(host.watched[i]);
  waitpid(host.pid, NULL, 0);
}

static void keeper_death__ends_engines_and_is_told_as_lost(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
  struct harness_engine starting = harness_spawn(keeper, "hang", NULL, NULL);
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  harness_event(&starting, KEEPER_EVENT_SPAWNED);
  long pid = harness_parent_of(engine.process.pid);
  os_handle watch = harness_watch(pid);
  kill((pid_t)pid, SIGKILL);
  harness_wait_end(watch);
  CHECK(!keeper_alive(keeper));
  harness_event(&engine, KEEPER_EVENT_LOST);
  harness_event(&starting, KEEPER_EVENT_LOST);
  harness_wait_readable(engine.process.process);
  harness_wait_readable(starting.process.process);
  /* And nothing more can be asked of it. */
  const char *arguments[] = {"x", NULL}, *nothing[] = {NULL};
  struct keeper_spawn spawn = {
      .program = CHILD_ENGINE, .arguments = arguments, .environment = nothing, .engine_socket = 0};
  struct engine_process process;
  CHECK_INT(LLMB_E_UNAVAILABLE, keeper_spawn(keeper, &spawn, &process, NULL));
  CHECK_INT(OS_HANDLE_NONE, process.events);
  harness_close(&engine);
  harness_close(&starting);
  keeper_stop(keeper);
}

static void termination_of_the_keeper__is_orderly(void) {
  struct keeper *keeper = harness_start();
  struct harness_engine engine = harness_spawn(keeper, "hang", NULL, NULL);
  harness_event(&engine, KEEPER_EVENT_SPAWNED);
  long pid = harness_parent_of(engine.process.pid);
  os_handle watch = harness_watch(pid);
  kill((pid_t)pid, SIGTERM);
  CHECK_INT(SIGKILL, harness_event(&engine, KEEPER_EVENT_EXIT).exit_value);
  harness_wait_end(watch);
  harness_close(&engine);
  keeper_stop(keeper);
}

/* A keeper whose control socket is the test's own. */
static os_handle start_raw_keeper(os_handle *out_process) {
  char *arguments[] = {(char[]){"keeper"}, NULL}, *environment[] = {NULL};
  os_handle pair[2], self = OS_HANDLE_NONE;
  const char *step;
  unsigned count;
  uint64_t size;
  os_handle process = OS_HANDLE_NONE;
  int os_code;
  CHECK_INT(LLMB_OK, os_socket_pair(pair, &os_code));
  CHECK_INT(LLMB_OK, os_process_self(&self, &os_code));
  const os_handle handles[] = {pair[1], self};
  CHECK_INT(LLMB_OK,
            os_process_spawn_detached(KEEPER_PROGRAM, arguments, environment, handles, 2, &process, &os_code, &step));
  os_handle_close(process);
  os_handle_close(pair[1]);
  os_handle_close(self);
  struct keeper_number_message greeting;
  harness_wait_readable(pair[0]);
  CHECK_INT(LLMB_OK, os_socket_receive(pair[0], &greeting, sizeof greeting, &size, out_process, 1, &count, &os_code));
  CHECK_INT(KEEPER_MESSAGE_GREETING, keeper_message_check(&greeting, size));
  return pair[0];
}

static void nonsense_on_the_control_socket__ends_the_keeper(void) {
  static char bytes[4096];
  struct keeper_spawn_message spawn = {
      .head = keeper_message_head(KEEPER_MESSAGE_SPAWN), .argument_count = 5, .environment_count = UINT32_MAX};
  struct keeper_number_message welcome = {.head = keeper_message_head(KEEPER_MESSAGE_WELCOME)};
  memcpy(bytes, &spawn, sizeof spawn);
  const struct {
    const void *bytes;
    uint64_t size;
    unsigned handle_count;
  } cases[] = {
      {"junk", 4, 0}, {bytes, sizeof bytes, 2}, {bytes, sizeof bytes, 0}, {&welcome, sizeof welcome, 0}, {"x", 1, 4}};
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    os_handle process = OS_HANDLE_NONE, control = start_raw_keeper(&process);
    const os_handle handles[] = {control, control, control, control};
    int os_code;
    CHECK_INT(LLMB_OK,
              os_socket_send(control, cases[i].bytes, cases[i].size, handles, cases[i].handle_count, &os_code));
    harness_wait_end(process);
    os_handle_close(control);
  }
}

CHECK_MAIN(TEST(nonsense_on_the_control_socket__ends_the_keeper), TEST(host_death__ends_keeper_and_engines),
           TEST(host_death__is_noticed_though_a_forked_child_holds_the_socket),
           TEST(host_death__ends_stopped_engines_too), TEST(keeper_death__ends_engines_and_is_told_as_lost),
           TEST(termination_of_the_keeper__is_orderly))
