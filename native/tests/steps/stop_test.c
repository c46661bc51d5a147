/* Engines and keepers that stop at every step, and go on after the call's deadline: the call ends by its deadline, what
 * is stopped can be killed, and what comes late reaches no other call. */
#include "tests/steps/step_rounds.h"

#define EACH_STEP(steps, round) stop_rounds(steps, sizeof(steps) / sizeof(steps)[0], round)

struct stop_step {
  enum fault_point point;
  unsigned pass;
};

static double overrun_max_ms;

enum { TIMEOUT_MS = 60, LATE_SIZE = 200 << 10 /* more than a ring holds */ };
enum { IDLE_MS = 5 };
#define TIMEOUT_TEXT "60"
#define IDLE_TEXT "5"

/* With one slot, which the late answer and the next call share. */
static llmb_bridge *stop_bridge(const char *grace_ms, const char *idle_ms) {
  return bridge_of("echo", "slots", "1", "restart_limit", "1000", "grace_ms", grace_ms, "idle_ms", idle_ms, NULL);
}

/* A call that something stops: it ends by its deadline, or was answered before. An engine without any grace may be gone
 * a moment before that is looked at. */
static void check_stopped_call(llmb_bridge *bridge) {
  llmb_settings *brief = settings_of("timeout_ms", TIMEOUT_TEXT, NULL);
  char text[64] = "";
  llmb_error error;
  llmb_call *call = NULL;
  llmb_error_init(&error);
  llmb_status status = llmb_call_start(bridge, (const uint8_t *)"the late one", 12, brief, &call, &error);
  if (status == LLMB_OK) status = read_to_end(call, text, sizeof text, &error);
  CHECK(status == LLMB_OK || status == LLMB_E_DEADLINE_EXCEEDED || status == LLMB_E_ENGINE_HUNG);
  if (status == LLMB_OK) CHECK_TEXT("the late one", text);
  if (error.elapsed_ms - TIMEOUT_MS > overrun_max_ms) overrun_max_ms = error.elapsed_ms - TIMEOUT_MS;
  llmb_call_close(call);
  llmb_settings_close(brief);
}

/* On a busy machine a call's time may be over before the step comes. */
static void check_calls_until_stopped(llmb_bridge *bridge) {
  do {
    check_stopped_call(bridge);
    nap_ms(faults_happened() ? 0 : IDLE_MS);
  } while (!faults_happened());
}

static void check_next_answer(llmb_bridge *bridge) {
  char *answer = NULL;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)"next", 4, NULL, &answer, NULL, NULL, &error));
  CHECK_TEXT("", error.message);
  if (answer != NULL) CHECK_TEXT("next", answer);
  llmb_free(answer);
}

static void end_round(llmb_bridge *bridge) {
  bridge_end(bridge);
  faults_await_none_left();
}

static void stop_rounds(const struct stop_step *steps, size_t count, void (*round)(const struct stop_step *step)) {
  const unsigned rounds = repeats();
  struct snapshot *before = NULL;
  faults_open();
  overrun_max_ms = 0;
  for (unsigned repeat = 0; repeat < rounds + 1; repeat++) { /* the first makes what a process makes once */
    for (size_t i = 0; i < count; i++) {
      const int failures_before = check_failures;
      check_watch();
      round(&steps[i]);
      if (check_failures != failures_before) fprintf(stderr, "%s: at %s\n", check_name, fault_name(steps[i].point));
    }
    if (repeat == 0) before = step_state_take();
  }
  step_state_check(before);
  printf("     %zu steps x %u, at most %.0f ms behind the deadline\n", count, rounds + 1, overrun_max_ms);
}

/* Goes on while its grace still lasts. */
static void round_goes_on(const struct stop_step *step) {
  faults_arm(step->point, step->pass, SIGSTOP);
  llmb_bridge *bridge = stop_bridge("60000", "0");
  check_calls_until_stopped(bridge);
  faults_continue();
  check_next_answer(bridge);
  check_next_answer(bridge);
  end_round(bridge);
}

static const struct stop_step starting_steps[] = {
    {FAULT_ENGINE_EXEC, 1},    {FAULT_ENGINE_CONNECT, 1}, {FAULT_ENGINE_OPENED, 1},
    {FAULT_ENGINE_GREETED, 1}, {FAULT_ENGINE_READY, 1},
};

static void engine__stopped_while_it_starts_goes_on_for_the_next_call(void) {
  EACH_STEP(starting_steps, round_goes_on);
}

/* An echo's frames: ACCEPTED, one piece, DONE. */
static const struct stop_step serving_steps[] = {
    {FAULT_ENGINE_SLEEP, 1},      {FAULT_ENGINE_REQUEST, 1},    {FAULT_ENGINE_ACCEPT, 1},
    {FAULT_ENGINE_FRAME_HEAD, 1}, {FAULT_ENGINE_FRAME_PUT, 1},  {FAULT_ENGINE_FRAME_SENT, 1},
    {FAULT_ENGINE_ACCEPTED, 1},   {FAULT_ENGINE_FRAME_HEAD, 2}, {FAULT_ENGINE_FRAME_PUT, 2},
    {FAULT_ENGINE_FRAME_SENT, 2}, {FAULT_ENGINE_FRAME_HEAD, 3}, {FAULT_ENGINE_FRAME_PUT, 3},
    {FAULT_ENGINE_FRAME_SENT, 3}, {FAULT_ENGINE_DONE, 1},
};

/* At the others it may stand with the answer whole, and nobody has a reason to kill it. */
enum { UNANSWERED_FIRST = 1, UNANSWERED_COUNT = sizeof serving_steps / sizeof serving_steps[0] - 3 };

static void engine__stopped_over_a_call_gives_the_next_one_nothing_of_it(void) {
  EACH_STEP(serving_steps, round_goes_on);
}

/* Stops with part of a request received, or part of an answer in a full ring: the next call has the same slot. */
static void round_stops_half_way(const struct stop_step *step) {
  static char late[LATE_SIZE], text[LATE_SIZE + 1];
  llmb_settings *brief = settings_of("timeout_ms", "500", NULL); /* long enough to get there */
  text[0] = 0;
  memset(late, 'l', sizeof late);
  faults_arm(step->point, step->pass, SIGSTOP);
  llmb_bridge *bridge = stop_bridge("60000", "0");
  bridge_start(bridge);
  llmb_call *call = NULL;
  CHECK_INT(LLMB_OK, llmb_call_start(bridge, (const uint8_t *)late, sizeof late, brief, &call, NULL));
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL)); /* sends the request, and reads nothing */
  faults_await();
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, read_to_end(call, text, sizeof text, NULL));
  CHECK(strspn(text, "l") == strlen(text));
  llmb_call_close(call);
  llmb_settings_close(brief);
  faults_continue();
  check_next_answer(bridge);
  end_round(bridge);
}

static void engine__stopped_half_way_gives_the_next_call_nothing_of_it(void) {
  static const struct stop_step steps[] = {
      {FAULT_ENGINE_REQUEST_PART, 1}, {FAULT_ENGINE_REQUEST_PART, 2}, {FAULT_ENGINE_BLOCKED, 1}};
  EACH_STEP(steps, round_stops_half_way);
}

/* Never goes on: its grace is over at once. */
static void round_is_killed(const struct stop_step *step) {
  faults_arm(step->point, step->pass, SIGSTOP);
  llmb_bridge *bridge = stop_bridge("1", "0");
  bridge_start(bridge);
  check_calls_until_stopped(bridge);
  const int engine = process_open(faults_await());
  check_next_answer(bridge);
  process_await_end(engine);
  end_round(bridge);
}

static void engine__stopped_over_a_call_is_killed(void) {
  stop_rounds(serving_steps + UNANSWERED_FIRST, UNANSWERED_COUNT, round_is_killed);
}

static void round_hangs(const struct stop_step *step) {
  llmb_settings *patient = settings_of("stall_timeout_ms", TIMEOUT_TEXT, NULL);
  llmb_error error;
  faults_arm(step->point, step->pass, SIGSTOP);
  llmb_bridge *bridge = stop_bridge("1", "0");
  bridge_start(bridge);
  do {
    const llmb_status status = ask(bridge, "the late one", patient, &error);
    CHECK(status == LLMB_OK || status == LLMB_E_ENGINE_HUNG);
  } while (!faults_happened());
  llmb_settings_close(patient);
  const int engine = process_open(faults_await());
  check_next_answer(bridge);
  process_await_end(engine);
  end_round(bridge);
}

static void engine__stopped_over_a_call_counts_as_hung(void) {
  stop_rounds(serving_steps + UNANSWERED_FIRST, UNANSWERED_COUNT, round_hangs);
}

static void round_retires(const struct stop_step *step) {
  llmb_bridge *bridge = stop_bridge("60000", IDLE_TEXT);
  check_next_answer(bridge);
  faults_arm(step->point, step->pass, SIGSTOP);
  check_calls_until_stopped(bridge);
  check_stopped_call(bridge);
  faults_continue();
  check_next_answer(bridge);
  end_round(bridge);
}

static void engine__stopped_while_it_retires_takes_no_call_with_it(void) {
  static const struct stop_step steps[] = {{FAULT_ENGINE_RETIRE, 1}, {FAULT_ENGINE_RETIRED, 1}};
  EACH_STEP(steps, round_retires);
}

static void keeper__stopped_while_it_starts_an_engine_goes_on_for_the_next_call(void) {
  static const struct stop_step steps[] = {
      {FAULT_KEEPER_START, 1},  {FAULT_KEEPER_GREETED, 1},   {FAULT_KEEPER_SPAWN_READ, 1},
      {FAULT_KEEPER_FORKED, 1}, {FAULT_KEEPER_EXEC_SEEN, 1}, {FAULT_KEEPER_SPAWN_TOLD, 1},
  };
  EACH_STEP(steps, round_goes_on);
}

/* The engine dies, and the keeper stops at a step of dealing with that. */
static void round_death(const struct stop_step *step) {
  faults_arm(step->point, step->pass, SIGSTOP);
  llmb_bridge *bridge = stop_bridge("60000", "0");
  bridge_start(bridge);
  process_signal(worker_pid(bridge), SIGKILL);
  check_stopped_call(bridge);
  faults_continue();
  check_next_answer(bridge);
  end_round(bridge);
}

static void keeper__stopped_over_the_death_of_an_engine_goes_on_for_the_next_call(void) {
  static const struct stop_step steps[] = {
      {FAULT_KEEPER_EXIT_SEEN, 1}, {FAULT_KEEPER_REAPED, 1}, {FAULT_KEEPER_EXIT_TOLD, 1}};
  EACH_STEP(steps, round_death);
}

/* One that never goes on: the host gives it up with its engines, and takes another. */
static void round_keeper_given_up(const struct stop_step *step) {
  faults_arm(step->point, step->pass, SIGSTOP);
  llmb_bridge *bridge = stop_bridge("1", "0");
  bridge_start(bridge);
  if (step->point == FAULT_KEEPER_KILL_READ) {
    process_signal(worker_pid(bridge), SIGSTOP); /* it ignores its deadline, and is killed for it */
    check_stopped_call(bridge);
  } else {
    process_signal(worker_pid(bridge), SIGKILL);
  }
  check_next_answer(bridge);
  end_round(bridge);
}

static void keeper__stopped_for_good_is_replaced(void) {
  static const struct stop_step steps[] = {{FAULT_KEEPER_KILL_READ, 1}, {FAULT_KEEPER_EXIT_SEEN, 1}};
  EACH_STEP(steps, round_keeper_given_up);
}

static void round_keeper_ends(const struct stop_step *step) {
  faults_arm(step->point, step->pass, SIGSTOP);
  llmb_bridge *bridge = stop_bridge("1", "0");
  check_next_answer(bridge);
  end_round(bridge);
  CHECK(faults_happened());
}

static void keeper__stopped_at_the_end_is_killed(void) {
  static const struct stop_step steps[] = {{FAULT_KEEPER_END, 1}};
  EACH_STEP(steps, round_keeper_ends);
}

CHECK_MAIN(TEST(engine__stopped_while_it_starts_goes_on_for_the_next_call),
           TEST(engine__stopped_over_a_call_gives_the_next_one_nothing_of_it),
           TEST(engine__stopped_half_way_gives_the_next_call_nothing_of_it),
           TEST(engine__stopped_over_a_call_is_killed), TEST(engine__stopped_over_a_call_counts_as_hung),
           TEST(engine__stopped_while_it_retires_takes_no_call_with_it),
           TEST(keeper__stopped_while_it_starts_an_engine_goes_on_for_the_next_call),
           TEST(keeper__stopped_over_the_death_of_an_engine_goes_on_for_the_next_call),
           TEST(keeper__stopped_for_good_is_replaced), TEST(keeper__stopped_at_the_end_is_killed))
