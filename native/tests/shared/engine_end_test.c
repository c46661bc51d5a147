/* Engines of a server that end in ways of their own, and programs that do not. */
#include "tests/shared/shared_harness.h"

enum { ASKED = 12 };

static unsigned starts_counted(void) {
  char path[SHARED_PATH_SIZE];
  struct stat info;
  snprintf(path, sizeof path, "%s/starts", shared_folder);
  const unsigned count = stat(path, &info) == 0 ? (unsigned)info.st_size : 0;
  (void)unlink(path);
  return count;
}

static void engine_that_dies_once_it_is_ready__counts_as_a_failed_start(void) {
  shared_begin();
  setenv("TMPDIR", shared_folder, 1);
  struct shared_host *one = host_open("ready_and_die", "home", HARNESS_MODULE_HOME, "sandbox", "off", "restart_limit",
                                      "2", "restart_window_ms", "600000", "retries", "0", NULL);
  for (int i = 0; i < ASKED; i++) CHECK_CONTAINS("error ", host_do(one, "ask hello"));
  CHECK_CONTAINS("error 12 ", one->answer); /* unavailable */
  CHECK_CONTAINS("ok ", host_do(one, "starts"));
  const unsigned starts = (unsigned)strtoul(one->answer + 3, NULL, 10);
  host_close(one);
  shared_stop();
  CHECK_INT(starts, starts_counted()); /* its server has started none of which it does not know */
  unsetenv("TMPDIR");
  shared_end();
}

/* A process that this one has started; 0 if there is none. */
static pid_t child_of(pid_t parent) {
  char path[64];
  int child = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
  FILE *file = parent > 0 ? fopen(path, "r") : NULL;
  if (file != NULL && fscanf(file, "%d", &child) != 1) child = 0;
  if (file != NULL) fclose(file);
  return child;
}

static void engine_that_closes_its_end_and_hangs__is_ended_by_its_server(void) {
  int64_t engine = 0;
  shared_begin();
  struct shared_host *one = host_open("close_and_hang", "home", HARNESS_MODULE_HOME, "retries", "0", NULL);
  host_tell(one, "ask hello");
  while (engine == 0) engine = child_of(shared_server());
  CHECK_CONTAINS("error ", host_hear(one));
  /* Nobody but its server may end it. */
  shared_await_end((pid_t)engine);
  host_close(one);
  shared_end();
}

/* The child sleeps on, with whatever it has inherited. */
static void sleeping_child(struct shared_host *host, pid_t *child) {
  CHECK_CONTAINS("ok ", host_do(host, "fork"));
  *child = (pid_t)strtol(host->answer + 3, NULL, 10);
}

static void child_of_a_program_that_died_at_any_step__keeps_nothing_alive(void) {
  static const struct {
    const char *script;
    const char *commands[3];
  } steps[] = {{"echo", {NULL}},                                   /* before it has looked for a server */
               {"slow_start 2000", {"start a", "look 300", NULL}}, /* while the engine loads */
               {"echo", {"ask a", NULL}},                          /* attached */
               {"pieces 100000 10", {"start a", "part", NULL}},    /* in the middle of an answer */
               {"echo", {"ask a", "leave", NULL}}};                /* after it has left */
  for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
    pid_t child = 0;
    shared_begin();
    char path[SHARED_PATH_SIZE];
    shared_path("", path);
    CHECK_INT(0, mkdir(path, 0700));
    struct shared_host *one = host_open(steps[i].script, "idle_ms", "200", NULL);
    for (unsigned c = 0; c < 3 && steps[i].commands[c] != NULL; c++) {
      CHECK_CONTAINS("ok", host_do(one, steps[i].commands[c]));
    }
    /* Only a call that is not waited for may be ahead of it. */
    while (i == 1 && shared_server() == 0) shared_nap_ms(1);
    const pid_t server = shared_server();
    sleeping_child(one, &child);
    host_kill(one);
    if (server > 0) shared_await_end(server);
    kill(child, SIGKILL);
    shared_end();
  }
}

CHECK_MAIN(TEST(engine_that_dies_once_it_is_ready__counts_as_a_failed_start),
           TEST(engine_that_closes_its_end_and_hangs__is_ended_by_its_server),
           TEST(child_of_a_program_that_died_at_any_step__keeps_nothing_alive))
