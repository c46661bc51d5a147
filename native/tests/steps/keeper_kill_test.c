/* Keepers that are killed at every step: each call has an outcome, the next one works with a new keeper, nothing is
 * left. */
#include "tests/steps/step_rounds.h"

#define WORK \
  { .prompt_size = 5, .pieces = 3, .pause_ms = 1 }
#define EACH_STEP(steps, round) step_rounds(steps, sizeof(steps) / sizeof(steps)[0], round)

static void finish_round(llmb_bridge *bridge, const struct step *step) {
  faults_await();
  step_check_next_call(bridge, &step->work);
  faults_check_executions();
  bridge_end(bridge);
  faults_await_none_left();
}

/* Checks a call that need not have an engine to be told of: the keeper may be what failed to start. */
static void check_call_ends(llmb_call *call, const struct step_work *work) {
  static char text[STEP_ANSWER_SIZE_MAX];
  llmb_error error;
  llmb_error_init(&error);
  text[0] = 0;
  const llmb_status status = read_to_end(call, text, sizeof text, &error);
  CHECK(status == LLMB_OK || status == LLMB_E_ENGINE_CRASHED || status == LLMB_E_SPAWN_FAILED ||
        status == LLMB_E_UNAVAILABLE);
  CHECK(strncmp(step_answer(work), text, strlen(text)) == 0);
  if (status == LLMB_OK) CHECK(strcmp(step_answer(work), text) == 0);
  CHECK_INT(status, llmb_call_finish(call, 0, NULL, NULL));
  llmb_call_close(call);
  step_note_outcome(status, &error);
}

/* One that is refused at once has its outcome, too: NULL. */
static llmb_call *start_call(llmb_bridge *bridge, const struct step_work *work) {
  llmb_call *call = NULL;
  llmb_error error;
  llmb_error_init(&error);
  const llmb_status status =
      llmb_call_start(bridge, (const uint8_t *)step_prompt(work), work->prompt_size, NULL, &call, &error);
  CHECK(status == LLMB_OK || status == LLMB_E_SPAWN_FAILED || status == LLMB_E_UNAVAILABLE);
  CHECK_INT(status == LLMB_OK, call != NULL);
  return call;
}

static void round_start(const struct step *step, unsigned in_flight) {
  llmb_call *calls[STEP_CALLS_MAX];
  faults_arm(step->point, step->pass, SIGKILL);
  llmb_bridge *bridge = step_bridge(&step->work);
  for (unsigned i = 0; i < in_flight; i++) calls[i] = start_call(bridge, &step->work);
  for (unsigned i = 0; i < in_flight; i++) {
    if (calls[i] != NULL) check_call_ends(calls[i], &step->work);
  }
  finish_round(bridge, step);
}

static void keeper__killed_while_it_starts_an_engine_is_replaced(void) {
  static const struct step steps[] = {
      {FAULT_KEEPER_START, 1, false, STEP_EITHER, WORK},      {FAULT_KEEPER_GREETED, 1, false, STEP_EITHER, WORK},
      {FAULT_KEEPER_SPAWN_READ, 1, false, STEP_EITHER, WORK}, {FAULT_KEEPER_FORKED, 1, false, STEP_EITHER, WORK},
      {FAULT_KEEPER_EXEC_SEEN, 1, false, STEP_EITHER, WORK},  {FAULT_KEEPER_SPAWN_TOLD, 1, false, STEP_EITHER, WORK},
  };
  EACH_STEP(steps, round_start);
}

/* The engine dies, and the keeper at a step of dealing with that. */
static void round_death(const struct step *step, unsigned in_flight) {
  llmb_call *calls[STEP_CALLS_MAX];
  faults_arm(step->point, step->pass, SIGKILL);
  llmb_bridge *bridge = step_bridge(&step->work);
  check_next_call_works(bridge); /* an engine that has answered is restarted without a pause */
  for (unsigned i = 0; i < in_flight; i++) calls[i] = start_call(bridge, &step->work);
  process_signal(worker_pid(bridge), SIGKILL);
  for (unsigned i = 0; i < in_flight; i++) {
    if (calls[i] != NULL) check_call_ends(calls[i], &step->work);
  }
  finish_round(bridge, step);
}

static void keeper__killed_over_the_death_of_an_engine_is_replaced(void) {
  static const struct step steps[] = {
      {FAULT_KEEPER_EXIT_SEEN, 1, false, STEP_EITHER, WORK},
      {FAULT_KEEPER_REAPED, 1, false, STEP_EITHER, WORK},
      {FAULT_KEEPER_EXIT_TOLD, 1, false, STEP_EITHER, WORK},
  };
  EACH_STEP(steps, round_death);
}

/* An engine that has stopped over a cancelled call is killed by the host, and the keeper as it is told so. */
static void round_kill(const struct step *step, unsigned in_flight) {
  llmb_call *calls[STEP_CALLS_MAX];
  llmb_settings *brief = settings_of("grace_ms", "1", NULL);
  faults_arm(step->point, step->pass, SIGKILL);
  llmb_bridge *bridge = step_bridge(&step->work);
  check_next_call_works(bridge);
  process_signal(worker_pid(bridge), SIGSTOP);
  for (unsigned i = 0; i < in_flight; i++) calls[i] = call_of(bridge, step_prompt(&step->work), brief);
  for (unsigned i = 0; i < in_flight; i++) CHECK_INT(LLMB_OK, llmb_call_cancel(calls[i]));
  for (unsigned i = 0; i < in_flight; i++) {
    CHECK_INT(LLMB_E_CANCELLED, read_to_end(calls[i], NULL, 0, NULL));
    llmb_call_close(calls[i]);
  }
  llmb_settings_close(brief);
  step_check_next_call(bridge, &step->work); /* drives the bridge until the slots have drained */
  finish_round(bridge, step);
}

static void keeper__killed_as_it_is_told_to_kill_is_replaced(void) {
  static const struct step steps[] = {{FAULT_KEEPER_KILL_READ, 1, false, STEP_EITHER, WORK}};
  EACH_STEP(steps, round_kill);
}

static int64_t keeper_to_end; /* by the handler below */

static void end_keeper(int signal_number) {
  (void)signal_number;
  const int process = process_open(keeper_to_end);
  struct pollfd ended = {.fd = process, .events = POLLIN};
  kill((pid_t)keeper_to_end, SIGKILL);
  poll(&ended, 1, -1);
  close(process);
}

/* Seen alive a moment ago, it cannot be asked for an engine any more. */
static void round_held(const struct step *step, unsigned in_flight) {
  llmb_call *calls[STEP_CALLS_MAX];
  llmb_bridge *bridge = step_bridge(&step->work);
  check_next_call_works(bridge);
  keeper_to_end = process_parent(worker_pid(bridge));
  process_signal(worker_pid(bridge), SIGKILL);
  faults_arm(step->point, step->pass, SIGUSR1);
  for (unsigned i = 0; i < in_flight; i++) calls[i] = step_call(bridge, &step->work);
  for (unsigned i = 0; i < in_flight; i++) CHECK_INT(LLMB_OK, step_check_call(calls[i], &step->work));
  finish_round(bridge, step);
}

static void keeper__killed_before_it_is_asked_for_an_engine_is_replaced(void) {
  static const struct step steps[] = {{FAULT_HOST_KEEPER_HELD, 1, false, STEP_EITHER, WORK}};
  struct sigaction action = {.sa_handler = end_keeper}, before;
  sigaction(SIGUSR1, &action, &before);
  EACH_STEP(steps, round_held);
  sigaction(SIGUSR1, &before, NULL);
}

static void round_end(const struct step *step, unsigned in_flight) {
  llmb_call *calls[STEP_CALLS_MAX];
  faults_arm(step->point, step->pass, SIGKILL);
  llmb_bridge *bridge = step_bridge(&step->work);
  bridge_start(bridge);
  for (unsigned i = 0; i < in_flight; i++) calls[i] = step_call(bridge, &step->work);
  llmb_bridge_close(bridge);
  for (unsigned i = 0; i < in_flight; i++) {
    CHECK_INT(LLMB_E_CANCELLED, read_to_end(calls[i], NULL, 0, NULL));
    llmb_call_close(calls[i]);
  }
  faults_await();
  faults_await_none_left();
  harness_leave();
}

static void keeper__killed_at_the_end_leaves_nothing(void) {
  static const struct step steps[] = {{FAULT_KEEPER_END, 1, false, STEP_EITHER, WORK}};
  EACH_STEP(steps, round_end);
}

CHECK_MAIN(TEST(keeper__killed_while_it_starts_an_engine_is_replaced),
           TEST(keeper__killed_over_the_death_of_an_engine_is_replaced),
           TEST(keeper__killed_as_it_is_told_to_kill_is_replaced),
           TEST(keeper__killed_before_it_is_asked_for_an_engine_is_replaced),
           TEST(keeper__killed_at_the_end_leaves_nothing))
