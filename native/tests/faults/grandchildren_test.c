/* Engines that start processes of their own, which hold the engine's pipes and sockets, leave its session or its
 * parenthood, ignore signals or are stopped: a call does not wait for them, and none outlives the engine. */
#include "tests/children/child_fault_brood.h"
#include "tests/faults/faults_harness.h"

/* Has the engine start its processes, and waits for none of them to end. */
static void have_brood(struct faults *faults, int brood[BROOD_COUNT]) {
  char text[BROOD_TEXT_SIZE] = "", *at = text;
  llmb_error error;
  CHECK_INT(LLMB_OK, faults_end_call(faults_call(faults, NULL, "brood"), text, sizeof text, &error));
  for (int i = 0; i < BROOD_COUNT; i++) {
    brood[i] = process_open(strtol(at, &at, 10));
    CHECK(brood[i] >= 0);
    CHECK(!process_ended(brood[i]));
  }
}

static void await_end_of(int brood[BROOD_COUNT]) {
  for (int i = 0; i < BROOD_COUNT; i++) process_await_end(brood[i]);
}

static void check_death(const char *order, int32_t kind, int value) {
  struct faults faults;
  faults_open(&faults, NULL);
  for (unsigned long i = 0; i < 5 * repeats(); i++) {
    int brood[BROOD_COUNT];
    llmb_error error;
    have_brood(&faults, brood);
    const int64_t keeper = process_parent(worker_pid(faults.bridge));
    CHECK_INT(LLMB_E_ENGINE_CRASHED, faults_ask(&faults, NULL, order, &error));
    CHECK_INT(kind, error.exit_kind);
    CHECK_INT(value, error.exit_value);
    await_end_of(brood);
    faults_check_next(&faults);
    while (process_child_count(keeper) > 1) nap_ms(1); /* the dead are reaped, and the next engine is alone */
    faults_go_on();
  }
  faults_close(&faults);
}

static void exit__takes_the_whole_tree_along(void) {
  check_death("exit 5", LLMB_EXIT_CODE, 5);
}

static void crash__takes_the_whole_tree_along(void) {
  setenv("ASAN_OPTIONS", "handle_segv=0", 1);
  setenv("TSAN_OPTIONS", "handle_segv=0", 1);
  check_death("signal 11", LLMB_EXIT_SIGNAL, SIGSEGV);
}

static void kill__from_outside_takes_the_whole_tree_along(void) {
  struct faults faults;
  int brood[BROOD_COUNT];
  llmb_error error;
  faults_open(&faults, NULL);
  have_brood(&faults, brood);
  llmb_call *call = faults_call(&faults, NULL, "drip 5");
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  process_signal(worker_pid(faults.bridge), SIGKILL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, faults_end_call(call, NULL, 0, &error));
  CHECK_INT(SIGKILL, error.exit_value);
  await_end_of(brood);
  faults_close(&faults);
}

static void grace__that_is_over_takes_the_whole_tree_along(void) {
  struct faults faults;
  int brood[BROOD_COUNT];
  llmb_error error;
  char order[32];
  faults_open(&faults, "grace_ms", "50", NULL);
  have_brood(&faults, brood);
  llmb_settings *impatient = settings_of("stall_timeout_ms", "100", NULL);
  snprintf(order, sizeof order, "signal %d", SIGSTOP);
  CHECK_INT(LLMB_E_ENGINE_HUNG, faults_ask(&faults, impatient, order, &error));
  faults_check_next(&faults);
  await_end_of(brood);
  llmb_settings_close(impatient);
  faults_close(&faults);
}

static void close__takes_the_whole_tree_along(void) {
  for (int with_call = 0; with_call < 2; with_call++) {
    struct faults faults;
    int brood[BROOD_COUNT];
    llmb_call *call = NULL;
    faults_open(&faults, NULL);
    faults_check_next(&faults);
    have_brood(&faults, brood);
    siblings_end(&faults.siblings);
    const int64_t pid = worker_pid(faults.bridge);
    const int worker = process_open(pid), keeper = process_open(process_parent(pid));
    if (with_call) call = faults_call(&faults, NULL, "drip 5");
    llmb_bridge_close(faults.bridge);
    process_await_end(worker);
    await_end_of(brood);
    process_await_end(keeper);
    if (with_call) CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, NULL));
    llmb_call_close(call);
    unlink(faults.ledger);
    harness_leave();
  }
}

/* The keeper dies, and with it everything that it would have ended. */
static void keeper_death__takes_the_engine_along(void) {
  struct faults faults;
  llmb_error error;
  faults_open(&faults, NULL);
  faults_check_next(&faults);
  const int64_t pid = worker_pid(faults.bridge);
  const int worker = process_open(pid);
  llmb_call *call = faults_call(&faults, NULL, "drip 5");
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  process_signal(process_parent(pid), SIGKILL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, faults_end_call(call, NULL, 0, &error));
  CHECK_INT(LLMB_EXIT_UNKNOWN, error.exit_kind);
  process_await_end(worker);
  faults_close(&faults);
}

/* A host that is killed, in a process of its own; it tells what the tree is. */
static void be_a_host(int report) {
  struct faults faults;
  char text[BROOD_TEXT_SIZE] = "";
  llmb_error error;
  faults_open(&faults, NULL);
  CHECK_INT(LLMB_OK, faults_end_call(faults_call(&faults, NULL, "brood"), text, sizeof text, &error));
  unlink(faults.ledger);
  if (write(report, text, sizeof text) != (ssize_t)sizeof text) _exit(1);
  for (;;) pause();
}

static void host_death__takes_the_whole_tree_along(void) {
  int report[2], brood[BROOD_COUNT], status = 0;
  char text[BROOD_TEXT_SIZE] = "", *at = text;
  CHECK_INT(0, pipe2(report, O_CLOEXEC));
  const pid_t host = fork();
  if (host == 0) be_a_host(report[1]);
  close(report[1]);
  CHECK_INT(sizeof text, read(report[0], text, sizeof text));
  close(report[0]);
  for (int i = 0; i < BROOD_COUNT; i++) brood[i] = process_open(strtol(at, &at, 10));
  CHECK_INT(0, kill(host, SIGKILL));
  CHECK_INT(host, waitpid(host, &status, 0));
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  await_end_of(brood);
}

CHECK_MAIN(TEST(exit__takes_the_whole_tree_along), TEST(crash__takes_the_whole_tree_along),
           TEST(kill__from_outside_takes_the_whole_tree_along), TEST(grace__that_is_over_takes_the_whole_tree_along),
           TEST(close__takes_the_whole_tree_along), TEST(keeper_death__takes_the_engine_along),
           TEST(host_death__takes_the_whole_tree_along))
