/* Hosts that change what is the whole process's: folder, umask, locale, environment; and that end in the middle. */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "tests/hostile/workout.h"

HOSTILE_TEST(host__that_changes_its_folder_is_served) {
  llmb_error error;
  llmb_bridge *bridge = NULL;
  CHECK_INT(0, chdir(HARNESS_HOME));
  llmb_settings *settings = settings_of("engine", "fake", "command", "echo", "home", ".", NULL);
  CHECK_INT(LLMB_OK, llmb_bridge_open(settings, &bridge, NULL));
  llmb_settings_close(settings);
  CHECK_INT(0, chdir("/"));
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error)); /* opened there, started here */
  CHECK_TEXT("", error.message);
  llmb_bridge_close(bridge);
  workout();
}

HOSTILE_TEST(host__in_a_folder_that_is_gone_is_served) {
  char folder[] = "/tmp/llmbridge-gone-XXXXXX";
  CHECK(mkdtemp(folder) != NULL);
  CHECK_INT(0, chdir(folder));
  CHECK_INT(0, rmdir(folder));
  workout_once();
}

HOSTILE_TEST(host__with_a_umask_that_forbids_all_is_served) {
  umask(0777);
  workout();
}

/* A log file that its own owner may not open would end the next engine's start. */
HOSTILE_TEST(host__with_a_umask_that_forbids_all_gets_a_log_file_it_can_use) {
  struct stat info = {0};
  llmb_error error;
  char path[256];
  snprintf(path, sizeof path, HARNESS_HOME "/tests/hostile_log.%d", (int)getpid());
  umask(0777);
  llmb_bridge *bridge = bridge_of("echo", "log_file", path, NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  bridge_end(bridge);
  CHECK_INT(0, stat(path, &info));
  CHECK_INT(0600, info.st_mode & 0777);
  CHECK_INT(0, unlink(path));
}

/* "0,5" is no number in JSON, whatever the host calls one. */
HOSTILE_TEST(host__with_a_comma_for_a_point_is_served) {
  const char *make = "mkdir -p " HOSTILE_LOCALES " && localedef -i de_DE -f UTF-8 --no-archive " HOSTILE_LOCALES
                     "/de_DE.UTF-8 >/dev/null 2>&1";
  /* Made here, since few machines have it; and first of all, since the C library remembers what it did not find. */
  if (access(HOSTILE_LOCALES "/de_DE.UTF-8", R_OK) != 0 && system(make) != 0) exit(CHILD_SKIPPED);
  setenv("LOCPATH", HOSTILE_LOCALES, 1);
  if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) exit(CHILD_SKIPPED);
  CHECK_TEXT(",", localeconv()->decimal_point);
  llmb_settings *settings = settings_of("temperature", "0.5", NULL);
  llmb_settings_close(settings);
  char *answer = NULL, *error = NULL;
  setenv("LLMBRIDGE_TIMEOUT_MS", "50", 1);
  setenv("LLMBRIDGE_COMMAND", "sleep 60000", 1);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, call_llm("hello", &answer, &error));
  CHECK(error != NULL && strstr(error, "\"elapsed_ms\":") != NULL);
  const char *elapsed = error != NULL ? strstr(error, "\"elapsed_ms\":") : NULL;
  if (elapsed != NULL) CHECK(strcspn(elapsed, ".") < strcspn(elapsed, ",}"));
  llmb_free(error);
  llmb_shutdown();
  unsetenv("LLMBRIDGE_TIMEOUT_MS");
  setenv("LLMBRIDGE_COMMAND", "echo", 1);
  workout();
}

static _Atomic int setter_stops;

static void *set_environment(void *argument) {
  char value[32];
  for (unsigned i = 0; !atomic_load(&setter_stops); i++) {
    snprintf(value, sizeof value, "%u", i);
    setenv("HOSTILE_VALUE", value, 1);
    snprintf(value, sizeof value, "HOSTILE_%u", i % 500);
    setenv(value, value, 1);
    if (i % 100 == 99) nap_ms(1);
  }
  return argument;
}

/* The environment is read when a bridge is opened and when a keeper is started; never by a call. */
HOSTILE_TEST(host__that_sets_its_environment_during_calls_is_served) {
  pthread_t setter;
  llmb_error error;
  llmb_bridge *bridge = bridge_of("echo", NULL);
  bridge_start(bridge);
  CHECK_INT(0, pthread_create(&setter, NULL, set_environment, NULL));
  for (int i = 0; i < 3; i++) { /* fewer deaths than restart_limit */
    for (int n = 0; n < 300; n++) CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    const int worker = process_open(worker_pid(bridge));
    CHECK_INT(0, (int)syscall(SYS_pidfd_send_signal, worker, SIGKILL, NULL, 0));
    process_await_end(worker);
  }
  atomic_store(&setter_stops, 1);
  CHECK_INT(0, pthread_join(setter, NULL));
  bridge_end(bridge);
}

static void *call_for_ever(void *argument) {
  llmb_bridge *bridge = argument;
  for (;;) {
    char *answer = NULL;
    if (llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &answer, NULL, NULL, NULL) != LLMB_OK) pause();
    llmb_free(answer);
  }
  return NULL;
}

enum { EXIT_CALLERS = 4 };

/* Tells the worker's number and ends while others are in the middle of calls. */
static void end_with_calls(int pipe_end, bool at_once) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings =
      settings_of("engine", "fake", "command", "pieces 5 1", "home", HARNESS_HOME, "slots", "4", NULL);
  CHECK_INT(LLMB_OK, llmb_bridge_open(settings, &bridge, NULL));
  llmb_settings_close(settings);
  bridge_start(bridge);
  for (int i = 0; i < EXIT_CALLERS; i++) {
    pthread_t caller;
    CHECK_INT(0, pthread_create(&caller, NULL, call_for_ever, bridge));
  }
  const int64_t pid = worker_pid_await(bridge);
  nap_ms(20);
  CHECK_INT(sizeof pid, write(pipe_end, &pid, sizeof pid));
  char go;
  CHECK_INT(1, read(pipe_end, &go, 1)); /* the parent has handles now */
  if (at_once) _exit(check_failures != 0);
  exit(check_failures != 0);
}

static void check_end(bool at_once) {
  int status = 0, pair[2];
  int64_t pid = 0;
  CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
  fflush(NULL);
  const pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    end_with_calls(pair[1], at_once);
  }
  close(pair[1]);
  CHECK_INT(sizeof pid, read(pair[0], &pid, sizeof pid));
  const int worker = process_open(pid), keeper = process_open(process_parent(pid));
  CHECK(worker >= 0 && keeper >= 0);
  CHECK_INT(1, write(pair[0], "", 1));
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  process_await_end(worker);
  process_await_end(keeper);
  close(pair[0]);
}

HOSTILE_TEST(host__that_exits_with_calls_in_flight_leaves_nothing) {
  for (int i = 0; i < 5; i++) check_end(false);
}

HOSTILE_TEST(host__that_exits_at_once_with_calls_in_flight_leaves_nothing) {
  for (int i = 0; i < 5; i++) check_end(true);
}

/* As servers do that load first and fork then: each child calls, and so does the parent. */
HOSTILE_TEST(host__that_forks_its_servers_after_use_is_served) {
  enum { SERVERS = 4 };
  pid_t servers[SERVERS];
  workout_simple_calls();
  char *answer = NULL;
  CHECK_INT(LLMB_OK, call_llm("hello", &answer, NULL)); /* the parent's bridge is open while it forks */
  llmb_free(answer);
  for (int i = 0; i < SERVERS; i++) {
    servers[i] = fork();
    if (servers[i] != 0) continue;
    check_failures = 0;
    workout_simple_calls();
    if (i % 2 == 0) workout_once();
    _exit(check_failures != 0);
  }
  for (int i = 0; i < 50; i++) {
    CHECK_INT(LLMB_OK, call_llm("hello", &answer, NULL));
    llmb_free(answer);
  }
  for (int i = 0; i < SERVERS; i++) {
    int status = 0;
    CHECK_INT(servers[i], waitpid(servers[i], &status, 0));
    CHECK_INT(0, status);
  }
  CHECK_INT(LLMB_OK, call_llm("hello", &answer, NULL));
  llmb_free(answer);
  llmb_shutdown();
}

/* A fork while other threads are inside of everything: the child finds no lock taken. */
HOSTILE_TEST(host__that_forks_while_threads_call_is_served) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  exit(CHILD_SKIPPED); /* a sanitizer's allocator does not bear it: its locks stay taken in the child */
#endif
  llmb_bridge *bridge = NULL;
  llmb_settings *settings = settings_of("engine", "fake", "command", "echo", "home", HARNESS_HOME, "slots", "4", NULL);
  CHECK_INT(LLMB_OK, llmb_bridge_open(settings, &bridge, NULL));
  llmb_settings_close(settings);
  bridge_start(bridge);
  for (int i = 0; i < EXIT_CALLERS; i++) {
    pthread_t caller;
    CHECK_INT(0, pthread_create(&caller, NULL, call_for_ever, bridge));
  }
  for (int i = 0; i < 20; i++) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      char *answer = NULL;
      check_failures = 0;
      CHECK_INT(LLMB_E_FORKED, llmb_generate(bridge, (const uint8_t *)"x", 1, NULL, &answer, NULL, NULL, NULL));
      CHECK_INT(LLMB_OK, call_llm("hello", &answer, NULL));
      llmb_free(answer);
      llmb_bridge_close(bridge);
      llmb_shutdown();
      _exit(check_failures != 0);
    }
    CHECK_INT(child, waitpid(child, &status, 0));
    CHECK_INT(0, status);
  }
  _exit(check_failures != 0);
}

CHECK_MAIN(TEST(host__that_changes_its_folder_is_served), TEST(host__in_a_folder_that_is_gone_is_served),
           TEST(host__with_a_umask_that_forbids_all_is_served),
           TEST(host__with_a_umask_that_forbids_all_gets_a_log_file_it_can_use),
           TEST(host__with_a_comma_for_a_point_is_served), TEST(host__that_sets_its_environment_during_calls_is_served),
           TEST(host__that_exits_with_calls_in_flight_leaves_nothing),
           TEST(host__that_exits_at_once_with_calls_in_flight_leaves_nothing),
           TEST(host__that_forks_its_servers_after_use_is_served), TEST(host__that_forks_while_threads_call_is_served))
