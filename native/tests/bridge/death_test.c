/* Engines and keepers that die: what the call is told, and that the next one works. */
#include "tests/bridge/bridge_harness.h"

enum { SIGNAL_SEGV = 11, SIGNAL_KILL = 9 };

static void kill__of_an_idle_engine_goes_unnoticed(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  for (int i = 0; i < 5; i++) {
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    const int64_t pid = worker_pid(bridge);
    const int worker = process_open(pid);
    process_signal(pid, SIGKILL);
    if (i % 2 == 0) process_await_end(worker); /* else the host may find it dying */
    if (i % 2 != 0) close(worker);
  }
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  bridge_end(bridge);
}

static void kill__before_the_engine_accepted_moves_the_call(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  llmb_result result;
  char text[16] = "";
  process_signal(pid, SIGSTOP); /* so that it never sees the request */
  llmb_call *call = call_of(bridge, "hello", NULL);
  process_signal(pid, SIGKILL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT("hello", text);
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, NULL));
  CHECK_INT(2, result.attempts);
  CHECK(worker_pid(bridge) != pid);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void kill__between_pieces_is_told_to_the_call(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 5", "retries", "0", NULL);
  llmb_error error;
  uint8_t buffer[64];
  uint64_t size = 0;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "hello", NULL);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  }
  process_signal(worker_pid(bridge), SIGKILL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(call, NULL, 0, &error));
  CHECK_INT(LLMB_E_ENGINE_CRASHED, error.status);
  CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
  CHECK_INT(SIGNAL_KILL, error.exit_value);
  CHECK_INT(LLMB_PHASE_GENERATE, error.phase);
  CHECK_INT(0, error.retry_safe); /* the caller has part of the answer */
  CHECK_INT(LLMB_E_ENGINE_CRASHED, llmb_call_finish(call, 0, NULL, NULL));
  llmb_call_close(call);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

static void kill__after_the_answer_takes_nothing_from_it(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 0", NULL);
  char text[64] = "";
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  const int worker = process_open(pid);
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  nap_ms(20); /* the rest of so short an answer has come too; if not, the engine is asked no more anyway */
  process_signal(pid, SIGSTOP);
  process_signal(pid, SIGKILL);
  process_await_end(worker);
  const llmb_status status = read_to_end(call, text, sizeof text, NULL);
  CHECK(status == LLMB_OK || status == LLMB_E_ENGINE_CRASHED);
  if (status == LLMB_OK) CHECK_TEXT("piece 1\npiece 2\npiece 3\n", text);
  llmb_call_close(call);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

/* The sanitizers' own handlers would turn a signal into an exit status. */
static void let_signals_kill_engines(void) {
  setenv("ASAN_OPTIONS", "handle_segv=0:handle_abort=0", 1);
  setenv("UBSAN_OPTIONS", "handle_segv=0:handle_abort=0", 1);
  setenv("TSAN_OPTIONS", "handle_segv=0:handle_abort=0", 1);
}

static void crash__is_described_in_full(void) {
  let_signals_kill_engines();
  llmb_bridge *bridge = bridge_of("echo; signal 11@accept", "retries", "0", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "hello", NULL, &error));
  CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
  CHECK_INT(SIGNAL_SEGV, error.exit_value);
  CHECK_INT(LLMB_PHASE_PROMPT, error.phase);
  CHECK_INT(1, error.retry_safe); /* nobody has seen any of it */
  CHECK_INT(1, error.attempts);
  CHECK_TEXT("fake", error.engine);
  CHECK_CONTAINS("signal 11", error.message);
  CHECK_CONTAINS("fake: raising signal 11", error.engine_log);
  CHECK(error.elapsed_ms > 0);
  bridge_end(bridge);
}

static void crash__after_a_piece_is_in_phase_generate(void) {
  let_signals_kill_engines();
  llmb_bridge *bridge = bridge_of("pieces 9 0; signal 11@piece:2", "retries", "0", NULL);
  char text[64] = "";
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("piece 1\npiece 2\n", text); /* what had come is given out first */
  CHECK_INT(LLMB_PHASE_GENERATE, error.phase);
  CHECK_INT(SIGNAL_SEGV, error.exit_value);
  CHECK_INT(0, error.retry_safe);
  llmb_call_close(call);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

static void exit__status_is_told(void) {
  static const char *const scripts[] = {"exit 7@accept", "exit 0@accept"};
  static const int values[] = {7, 0};
  for (int i = 0; i < 2; i++) {
    llmb_bridge *bridge = bridge_of(scripts[i], "retries", "0", NULL);
    llmb_error error;
    CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "hello", NULL, &error));
    CHECK_INT(LLMB_EXIT_CODE, error.exit_kind);
    CHECK_INT(values[i], error.exit_value);
    CHECK_CONTAINS("exited with status", error.message);
    bridge_end(bridge);
  }
}

static void last_words__are_the_cause_of_death(void) {
  let_signals_kill_engines();
  llmb_bridge *bridge = bridge_of("last_words", "home", HARNESS_MODULE_HOME, "retries", "0", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "hello", NULL, &error));
  CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
  CHECK_INT(SIGABRT, error.exit_value);
  CHECK_CONTAINS("the test wants it so", error.message);
  bridge_end(bridge);
}

struct asker {
  llmb_bridge *bridge;
  llmb_status status;
  pthread_t thread;
};

/* It repeats whole calls, and cannot continue one: what was read would come a second time. */
static void answer__that_was_begun_is_not_begun_anew(void) {
  llmb_bridge *bridge = bridge_of("by_prompt", "home", HARNESS_MODULE_HOME, NULL);
  char text[16] = "";
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "half", NULL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("half", text);
  CHECK_INT(1, error.attempts);
  CHECK_INT(0, error.retry_safe);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void *asker_run(void *argument) {
  struct asker *asker = argument;
  llmb_error error;
  asker->status = ask(asker->bridge, "hello", NULL, &error);
  return NULL;
}

static void kill__is_told_to_every_call_in_flight(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "retries", "0", NULL);
  struct asker askers[4];
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  for (int i = 0; i < 4; i++) {
    askers[i].bridge = bridge;
    CHECK_INT(0, pthread_create(&askers[i].thread, NULL, asker_run, &askers[i]));
  }
  /* A call that was not accepted yet would be moved: wait until nothing but sleeping is left to do. */
  nap_ms(200);
  process_signal(pid, SIGKILL);
  for (int i = 0; i < 4; i++) {
    CHECK_INT(0, pthread_join(askers[i].thread, NULL));
    CHECK_INT(LLMB_E_ENGINE_CRASHED, askers[i].status);
  }
  bridge_end(bridge);
}

static void keeper__may_die_between_calls(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
    CHECK_TEXT("", error.message);
    const int64_t pid = worker_pid(bridge), keeper_pid = process_parent(pid);
    const int worker = process_open(pid), keeper = process_open(keeper_pid);
    process_signal(keeper_pid, SIGKILL);
    process_await_end(keeper);
    process_await_end(worker); /* no engine outlives its keeper */
  }
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  bridge_end(bridge);
}

static void keeper__may_die_during_a_call(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 5", "retries", "0", NULL);
  llmb_error error;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  const int64_t pid = worker_pid(bridge), keeper_pid = process_parent(pid);
  const int worker = process_open(pid);
  process_signal(keeper_pid, SIGKILL);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, read_to_end(call, NULL, 0, &error));
  CHECK_INT(LLMB_EXIT_UNKNOWN, error.exit_kind);
  process_await_end(worker);
  llmb_call_close(call);
  check_next_call_works(bridge);
  bridge_end(bridge);
}

/* A stopped keeper reports nothing: not the end of the engine that the test kills, nor starts another. */
static void keeper__that_is_stopped_is_replaced(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  const int64_t pid = worker_pid(bridge), keeper_pid = process_parent(pid);
  const int keeper = process_open(keeper_pid);
  process_signal(keeper_pid, SIGSTOP);
  process_signal(pid, SIGKILL);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  process_await_end(keeper);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(keeper__that_is_stopped_is_replaced), TEST(kill__of_an_idle_engine_goes_unnoticed),
           TEST(kill__before_the_engine_accepted_moves_the_call), TEST(kill__between_pieces_is_told_to_the_call),
           TEST(kill__after_the_answer_takes_nothing_from_it), TEST(crash__is_described_in_full),
           TEST(crash__after_a_piece_is_in_phase_generate), TEST(exit__status_is_told),
           TEST(last_words__are_the_cause_of_death), TEST(answer__that_was_begun_is_not_begun_anew),
           TEST(kill__is_told_to_every_call_in_flight), TEST(keeper__may_die_between_calls),
           TEST(keeper__may_die_during_a_call))
