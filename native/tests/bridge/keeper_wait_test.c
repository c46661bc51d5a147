/* What a keeper that does not do its work costs the calls of its host: nothing beyond their own deadlines. */
#include <sys/stat.h>

#include "tests/bridge/bridge_harness.h"

enum {
  CALLERS_COUNT = 8,
  OVERRUN_MS = 250,
  SHORT_MS = 300,
  PATIENT_MS = 4000,
  CLOSED_CALLS_COUNT = 2,
  ORDERS_COUNT = 50
};

/* A folder like an installation's, whose keeper is another program. */
struct home {
  char folder[64];
};

static void link_into(const struct home *home, const char *name, const char *target) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", home->folder, name);
  CHECK_INT(0, symlink(target, path));
}

static void home_make(struct home *home) {
  char bin[80];
  snprintf(home->folder, sizeof home->folder, "/tmp/llmbridge-test-XXXXXX");
  CHECK(mkdtemp(home->folder) != NULL);
  snprintf(bin, sizeof bin, "%s/bin", home->folder);
  CHECK_INT(0, mkdir(bin, 0700));
  link_into(home, "bin/llmbridge-keeper", CHILD_MUTE_KEEPER);
  link_into(home, "bin/llmbridge-engine", HARNESS_HOME "/bin/llmbridge-engine");
  link_into(home, "lib", HARNESS_HOME "/lib");
}

static void home_remove(const struct home *home) {
  static const char *const names[] = {"bin/llmbridge-keeper", "bin/llmbridge-engine", "lib", "bin", ""};
  char path[128];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    snprintf(path, sizeof path, "%s/%s", home->folder, names[i]);
    CHECK_INT(0, remove(path));
  }
}

/* One caller, and how long its call took. */
struct caller {
  llmb_bridge *bridge;
  const char *timeout_ms;
  llmb_status status;
  double took_ms;
  pthread_t thread;
};

static double now_ms(void) {
  return (double)llmb_clock_ns() / 1e6;
}

static void *caller_run(void *argument) {
  struct caller *caller = argument;
  llmb_settings *settings = settings_of("timeout_ms", caller->timeout_ms, NULL);
  llmb_error error;
  const double begin_ms = now_ms();
  caller->status = ask(caller->bridge, "hello", settings, &error);
  caller->took_ms = now_ms() - begin_ms;
  llmb_settings_close(settings);
  return NULL;
}

static void callers_start(struct caller *callers, int count, llmb_bridge *bridge, const char *timeout_ms) {
  for (int i = 0; i < count; i++) {
    callers[i] = (struct caller){.bridge = bridge, .timeout_ms = timeout_ms};
    CHECK_INT(0, pthread_create(&callers[i].thread, NULL, caller_run, &callers[i]));
  }
}

static void callers_check(struct caller *callers, int count, double limit_ms) {
  for (int i = 0; i < count; i++) {
    CHECK_INT(0, pthread_join(callers[i].thread, NULL));
    CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, callers[i].status);
    CHECK(callers[i].took_ms <= limit_ms + OVERRUN_MS);
  }
}

static void call__ends_in_time_where_the_keeper_never_greets(void) {
  struct home home;
  home_make(&home);
  llmb_bridge *bridge = bridge_of("echo", "home", home.folder, "slots", "2", NULL);
  struct caller patient, callers[CALLERS_COUNT];
  callers_start(&patient, 1, bridge, "4000"); /* whoever has more time must not make the others wait */
  nap_ms(50);
  callers_start(callers, CALLERS_COUNT, bridge, "300");
  callers_check(callers, CALLERS_COUNT, SHORT_MS);
  callers_check(&patient, 1, PATIENT_MS);
  llmb_bridge_close(bridge);
  harness_leave();
  home_remove(&home);
}

static void call__is_told_that_the_keeper_did_not_greet(void) {
  struct home home;
  home_make(&home);
  llmb_bridge *bridge = bridge_of("echo", "home", home.folder, "timeout_ms", "30000", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_START_TIMEOUT, ask(bridge, "hello", NULL, &error));
  CHECK_CONTAINS("did not greet", error.message);
  CHECK_INT(LLMB_PHASE_START, error.phase);
  CHECK(error.retry_safe);
  llmb_bridge_close(bridge);
  harness_leave();
  home_remove(&home);
}

static void call__ends_in_time_where_the_keepers_socket_is_full(void) {
  static char large[8 << 10]; /* in each order, so that few of them fill the socket */
  memset(large, 'x', sizeof large - 1);
  llmb_bridge *first = bridge_of("echo", NULL);
  bridge_start(first);
  const int64_t keeper = process_parent(worker_pid(first));
  process_signal(keeper, SIGSTOP);
  CHECK_INT(0, setenv("LC_LLMB_TEST", large, 1));
  llmb_bridge *bridge = bridge_of("echo", "workers", "60", "slots", "1", NULL);
  unsetenv("LC_LLMB_TEST");
  llmb_call *calls[ORDERS_COUNT];
  for (int i = 0; i < ORDERS_COUNT; i++) calls[i] = call_of(bridge, "hello", NULL); /* each wants a worker */
  struct caller callers[CALLERS_COUNT];
  callers_start(callers, CALLERS_COUNT, bridge, "300");
  callers_check(callers, CALLERS_COUNT, SHORT_MS);
  process_signal(keeper, SIGCONT);
  for (int i = 0; i < ORDERS_COUNT; i++) { /* the orders that waited are given */
    CHECK_INT(LLMB_OK, llmb_call_finish(calls[i], LLMB_NEVER, NULL, NULL));
    llmb_call_close(calls[i]);
  }
  bridge_end(bridge);
  bridge_end(first);
}

static void *closer_run(void *argument) {
  llmb_bridge_close(argument);
  return NULL;
}

/* Closes a bridge whose keeper is stopped, in the middle of calls. */
static void close__holds_nobody_up_where_the_keeper_is_stopped(void) {
  llmb_bridge *bridge = bridge_of("hang", "slots", "2", "grace_ms", "100", NULL);
  llmb_call *kept = call_of(bridge, "hello", NULL); /* so that the bridge outlives its close */
  bridge_start(bridge);
  const int64_t engine = worker_pid(bridge), keeper = process_parent(engine);
  struct waiter waiters[CLOSED_CALLS_COUNT];
  llmb_call *calls[CLOSED_CALLS_COUNT];
  for (int i = 0; i < CLOSED_CALLS_COUNT; i++) waiter_start(&waiters[i], calls[i] = call_of(bridge, "hello", NULL));
  const int keeper_process = process_open(keeper);
  process_signal(keeper, SIGSTOP);
  pthread_t closer;
  CHECK_INT(0, pthread_create(&closer, NULL, closer_run, bridge));
  for (int i = 0; i < CLOSED_CALLS_COUNT; i++) CHECK_INT(LLMB_E_CANCELLED, waiter_join(&waiters[i]));
  /* The close still waits for a keeper that will never tell of the end; whoever asks meanwhile is answered. */
  uint32_t layers = 0;
  const double begin_ms = now_ms();
  CHECK_INT(LLMB_OK, llmb_bridge_sandbox(bridge, &layers));
  CHECK_INT(LLMB_E_CANCELLED, llmb_call_finish(kept, LLMB_NEVER, NULL, NULL));
  CHECK(now_ms() - begin_ms <= OVERRUN_MS);
  CHECK(!process_ended(keeper_process));
  CHECK_INT(0, pthread_join(closer, NULL));
  for (int i = 0; i < CLOSED_CALLS_COUNT; i++) llmb_call_close(calls[i]);
  llmb_call_close(kept);
  process_await_end(keeper_process);
  harness_leave();
}

CHECK_MAIN(TEST(call__ends_in_time_where_the_keeper_never_greets), TEST(call__is_told_that_the_keeper_did_not_greet),
           TEST(call__ends_in_time_where_the_keepers_socket_is_full),
           TEST(close__holds_nobody_up_where_the_keeper_is_stopped))
