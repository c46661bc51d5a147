/* Every way in which an engine's process can end by itself: the call that it was working on is told exactly how. */
#include "tests/faults/faults_harness.h"

enum { EXITS_COUNT = 256, SIGNALS_COUNT = 65 };

/* Signals that the sanitizers' own handlers would turn into an exit. */
static void let_signals_kill_engines(void) {
  setenv("ASAN_OPTIONS", "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0", 1);
  setenv("UBSAN_OPTIONS", "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0", 1);
  setenv("TSAN_OPTIONS", "handle_segv=0:handle_abort=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0", 1);
}

/* The error says how, in the struct and in the object made from it. */
static void check_exit(const llmb_error *error, int32_t kind, int value) {
  char expected[64], *json = NULL;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, error->status);
  CHECK_INT(kind, error->exit_kind);
  CHECK_INT(value, error->exit_value);
  CHECK_INT(1, error->attempts);
  snprintf(expected, sizeof expected, "\"exit\":{\"kind\":\"%s\",\"value\":%d}",
           kind == LLMB_EXIT_CODE ? "exit" : "signal", value);
  CHECK_INT(LLMB_OK, llmb_error_to_json(error, &json));
  CHECK_CONTAINS(expected, json);
  llmb_free(json);
}

static void exit__with_any_status_is_told_exactly(void) {
  struct faults faults;
  faults_open(&faults, NULL);
  for (int status = 0; status < EXITS_COUNT; status++) {
    char order[32];
    llmb_error error;
    faults_check_next(&faults);
    snprintf(order, sizeof order, "exit %d", status);
    CHECK_INT(LLMB_E_ENGINE_CRASHED, faults_ask(&faults, NULL, order, &error));
    check_exit(&error, LLMB_EXIT_CODE, status);
  }
  faults_close(&faults);
}

/* What a signal does to a process that has not said what it shall do. */
static bool is_ignored(int number) {
  return number == SIGCHLD || number == SIGCONT || number == SIGURG || number == SIGWINCH;
}

/* Those of a terminal do nothing either: an engine leads a session of its own, and nobody could wake it. */
static bool is_of_a_terminal(int number) {
  return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static void check_signal(struct faults *faults, const char *verb, int number) {
  char order[32], text[16] = "";
  llmb_error error;
  faults_check_next(faults);
  snprintf(order, sizeof order, "%s %d", verb, number);
  const llmb_status status = faults_end_call(faults_call(faults, NULL, order), text, sizeof text, &error);
  if (is_ignored(number) || is_of_a_terminal(number)) {
    CHECK_INT(LLMB_OK, status);
    CHECK_TEXT("survived", text);
  } else {
    check_exit(&error, LLMB_EXIT_SIGNAL, number);
  }
}

static void signal__of_any_number_is_told_exactly(void) {
  struct faults faults;
  let_signals_kill_engines();
  faults_open(&faults, NULL);
  for (int number = 1; number < SIGNALS_COUNT; number++) {
    if (number == SIGSTOP || (number > SIGSYS && number < SIGRTMIN)) continue; /* the C library has some itself */
    check_signal(&faults, "signal", number);
  }
  faults_close(&faults);
}

static void stop__is_a_hang_and_ended(void) {
  struct faults faults;
  llmb_error error;
  char order[32];
  faults_open(&faults, "grace_ms", "50", NULL);
  faults_check_next(&faults);
  const int worker = process_open(worker_pid(faults.bridge));
  llmb_settings *impatient = settings_of("stall_timeout_ms", "100", NULL);
  snprintf(order, sizeof order, "signal %d", SIGSTOP);
  CHECK_INT(LLMB_E_ENGINE_HUNG, faults_ask(&faults, impatient, order, &error));
  faults_check_next(&faults);
  process_await_end(worker);
  llmb_settings_close(impatient);
  faults_close(&faults);
}

/* Engines dump no cores; one that insists is reported as any other. In a folder of its own, where the core is left. */
static void signal__with_a_core_is_told_exactly(void) {
  static const int numbers[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS};
  char folder[] = "/tmp/llmbridge-test-XXXXXX", home[4096], command[128];
  struct faults faults;
  llmb_error error;
  let_signals_kill_engines();
  CHECK(getcwd(home, sizeof home) != NULL && mkdtemp(folder) != NULL);
  CHECK_INT(0, chdir(folder));
  faults_open(&faults, NULL);
  faults_check_next(&faults);
  snprintf(command, sizeof command, "core %d", SIGABRT);
  faults_ask(&faults, NULL, command, &error);
  if (error.exit_kind == LLMB_EXIT_CODE) {
    printf("skip %s: this user may not raise the limit of core files\n", check_name);
  } else {
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) check_signal(&faults, "core", numbers[i]);
  }
  faults_close(&faults);
  CHECK_INT(0, chdir(home));
  snprintf(command, sizeof command, "rm -rf %s", folder);
  CHECK_INT(0, system(command));
}

/* As the kernel does when memory is short: from outside, while the engine works. */
static void kill__from_outside_is_told_exactly(void) {
  struct faults faults;
  faults_open(&faults, NULL);
  for (int i = 0; i < 20; i++) {
    llmb_error error;
    faults_check_next(&faults);
    llmb_call *call = faults_call(&faults, NULL, "drip 5");
    CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
    process_signal(worker_pid(faults.bridge), SIGKILL);
    CHECK_INT(LLMB_E_ENGINE_CRASHED, faults_end_call(call, NULL, 0, &error));
    check_exit(&error, LLMB_EXIT_SIGNAL, SIGKILL);
  }
  faults_close(&faults);
}

/* Before it is ready: whoever waits for the start is told, with the phase. */
static void end_at_the_start__is_told_exactly(void) {
  static const struct {
    const char *script;
    int32_t kind;
    int value;
  } ends[] = {{"exit 0@start", LLMB_EXIT_CODE, 0},       {"exit 1@start", LLMB_EXIT_CODE, 1},
              {"exit 125@start", LLMB_EXIT_CODE, 125},   {"exit 127@start", LLMB_EXIT_CODE, 127},
              {"exit 255@start", LLMB_EXIT_CODE, 255},   {"signal 6@start", LLMB_EXIT_SIGNAL, 6},
              {"signal 9@start", LLMB_EXIT_SIGNAL, 9},   {"signal 11@start", LLMB_EXIT_SIGNAL, 11},
              {"signal 15@start", LLMB_EXIT_SIGNAL, 15}, {"signal 31@start", LLMB_EXIT_SIGNAL, 31}};
  let_signals_kill_engines();
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    llmb_bridge *bridge = bridge_of(ends[i].script, NULL);
    llmb_error error;
    CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "hello", NULL, &error));
    CHECK_INT(LLMB_PHASE_LOAD, error.phase);
    CHECK_INT(ends[i].kind, error.exit_kind);
    CHECK_INT(ends[i].value, error.exit_value);
    bridge_end(bridge);
  }
}

CHECK_MAIN(TEST(exit__with_any_status_is_told_exactly), TEST(signal__of_any_number_is_told_exactly),
           TEST(stop__is_a_hang_and_ended), TEST(signal__with_a_core_is_told_exactly),
           TEST(kill__from_outside_is_told_exactly), TEST(end_at_the_start__is_told_exactly))
