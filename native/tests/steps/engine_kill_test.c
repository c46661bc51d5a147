/* Engines that are killed at every step of the protocol: each call has one true outcome, none is begun twice, the next
 * one works, nothing is left. */
#include "tests/steps/step_rounds.h"

#define SMALL \
  { .prompt_size = 5, .pieces = 3, .pause_ms = 1 }
#define LARGE \
  { .prompt_size = 200 << 10, .pieces = 1 } /* more than a ring holds */
#define FLOOD(size) \
  { .echo = true, .prompt_size = size, .pieces = 4000 } /* the same; the prompt's size decides where it is cut */
#define EACH_STEP(steps, round) step_rounds(steps, sizeof(steps) / sizeof(steps)[0], round)

static void check_killed(llmb_bridge *bridge, const struct step *step, unsigned in_flight, llmb_call **calls) {
  for (unsigned i = 0; i < in_flight; i++) {
    const llmb_status status = step_check_call(calls[i], &step->work);
    if (in_flight == 1 && step->alone == STEP_ANSWERED) CHECK_INT(LLMB_OK, status);
  }
  faults_await();
  step_check_next_call(bridge, &step->work);
  faults_check_executions();
  bridge_end(bridge);
  faults_await_none_left();
}

static void round_starting(const struct step *step, unsigned in_flight) {
  llmb_call *calls[STEP_CALLS_MAX];
  faults_arm(step->point, step->pass, SIGKILL);
  llmb_bridge *bridge = step_bridge(&step->work);
  for (unsigned i = 0; i < in_flight; i++) calls[i] = step_call(bridge, &step->work);
  check_killed(bridge, step, in_flight, calls);
}

/* An engine that has answered is restarted without a pause. */
static void kill_serving(const struct step *step, unsigned in_flight, bool unread) {
  llmb_call *calls[STEP_CALLS_MAX];
  faults_take_turns(step->point == FAULT_ENGINE_REQUEST_PART);
  llmb_bridge *bridge = step_bridge(&step->work);
  check_next_call_works(bridge);
  faults_arm(step->point, step->per_call ? step->pass * in_flight : step->pass, SIGKILL);
  for (unsigned i = 0; i < in_flight; i++) calls[i] = step_call(bridge, &step->work);
  if (unread) faults_await();
  check_killed(bridge, step, in_flight, calls);
}

static void round_serving(const struct step *step, unsigned in_flight) {
  kill_serving(step, in_flight, false);
}

/* For steps that reading the answers would keep from coming. */
static void round_unread(const struct step *step, unsigned in_flight) {
  kill_serving(step, in_flight, true);
}

static void engine__killed_while_it_starts_is_replaced(void) {
  static const struct step steps[] = {
      {FAULT_ENGINE_EXEC, 1, false, STEP_EITHER, SMALL},   {FAULT_ENGINE_CONNECT, 1, false, STEP_EITHER, SMALL},
      {FAULT_ENGINE_OPENED, 1, false, STEP_EITHER, SMALL}, {FAULT_ENGINE_GREETED, 1, false, STEP_EITHER, SMALL},
      {FAULT_ENGINE_READY, 1, false, STEP_EITHER, SMALL},
  };
  EACH_STEP(steps, round_starting);
}

static void engine__killed_before_it_accepts_costs_nobody_anything(void) {
  static const struct step steps[] = {
      {FAULT_ENGINE_REQUEST_PART, 1, false, STEP_ANSWERED, LARGE},
      {FAULT_ENGINE_REQUEST_PART, 2, false, STEP_ANSWERED, LARGE},
      {FAULT_ENGINE_REQUEST, 1, true, STEP_ANSWERED, SMALL},
      {FAULT_ENGINE_REQUEST, 1, true, STEP_ANSWERED, LARGE},
      {FAULT_ENGINE_ACCEPT, 1, true, STEP_ANSWERED, SMALL},
      {FAULT_ENGINE_FRAME_HEAD, 1, false, STEP_ANSWERED, SMALL},
      {FAULT_ENGINE_FRAME_PUT, 1, false, STEP_ANSWERED, SMALL},
  };
  EACH_STEP(steps, round_serving);
}

/* The frames of a call that is alone: ACCEPTED, three pieces, DONE. */
static void engine__killed_in_the_midst_of_an_answer_never_gives_a_wrong_one(void) {
  static const struct step steps[] = {
      {FAULT_ENGINE_ACCEPTED, 1, true, STEP_EITHER, SMALL},     {FAULT_ENGINE_FRAME_SENT, 1, true, STEP_EITHER, SMALL},
      {FAULT_ENGINE_FRAME_HEAD, 2, true, STEP_EITHER, SMALL},   {FAULT_ENGINE_FRAME_PUT, 2, true, STEP_EITHER, SMALL},
      {FAULT_ENGINE_FRAME_SENT, 2, true, STEP_EITHER, SMALL},   {FAULT_ENGINE_SLEEP, 1, false, STEP_EITHER, SMALL},
      {FAULT_ENGINE_SLEEP, 2, false, STEP_EITHER, SMALL},       {FAULT_ENGINE_SLEEP, 3, false, STEP_EITHER, SMALL},
      {FAULT_ENGINE_FRAME_HEAD, 3, true, STEP_EITHER, SMALL},   {FAULT_ENGINE_FRAME_PUT, 3, true, STEP_EITHER, SMALL},
      {FAULT_ENGINE_FRAME_SENT, 3, true, STEP_EITHER, SMALL},   {FAULT_ENGINE_FRAME_HEAD, 4, true, STEP_EITHER, SMALL},
      {FAULT_ENGINE_FRAME_PUT, 4, true, STEP_EITHER, SMALL},    {FAULT_ENGINE_FRAME_SENT, 4, true, STEP_EITHER, SMALL},
      {FAULT_ENGINE_FRAME_HEAD, 5, true, STEP_EITHER, SMALL},   {FAULT_ENGINE_FRAME_PUT, 5, true, STEP_EITHER, SMALL},
      {FAULT_ENGINE_FRAME_SENT, 5, true, STEP_ANSWERED, SMALL}, {FAULT_ENGINE_DONE, 1, true, STEP_ANSWERED, SMALL},
  };
  EACH_STEP(steps, round_serving);
}

/* With this many bytes of prompt the full ring ends: behind a frame, in a head, behind a head, in a payload, before a
 * payload's last byte. */
static void engine__killed_with_part_of_a_frame_published_gives_the_whole_ones(void) {
  static const struct step steps[] = {
      {FAULT_ENGINE_BLOCKED, 1, false, STEP_EITHER, FLOOD(2)},
      {FAULT_ENGINE_BLOCKED, 1, false, STEP_EITHER, FLOOD(1)},
      {FAULT_ENGINE_BLOCKED, 1, false, STEP_EITHER, FLOOD(14)},
      {FAULT_ENGINE_BLOCKED, 1, false, STEP_EITHER, FLOOD(13)},
      {FAULT_ENGINE_BLOCKED, 1, false, STEP_EITHER, FLOOD(12)},
      {FAULT_ENGINE_BLOCKED, 1, false, STEP_EITHER, FLOOD(3)},
  };
  EACH_STEP(steps, round_unread);
}

static void round_idle(const struct step *step, unsigned in_flight) {
  llmb_call *calls[STEP_CALLS_MAX];
  faults_arm(step->point, step->pass, SIGKILL);
  llmb_bridge *bridge = bridge_of("pieces 3 0", "slots", "8", "idle_ms", "5", NULL);
  for (unsigned i = 0; i < in_flight; i++) calls[i] = step_call(bridge, &step->work);
  for (unsigned i = 0; i < in_flight; i++) CHECK_INT(LLMB_OK, step_check_call(calls[i], &step->work));
  faults_await();
  for (unsigned i = 0; i < in_flight; i++) calls[i] = step_call(bridge, &step->work);
  for (unsigned i = 0; i < in_flight; i++) CHECK_INT(LLMB_OK, step_check_call(calls[i], &step->work));
  faults_check_executions();
  bridge_end(bridge);
  faults_await_none_left();
}

static void engine__killed_while_it_retires_goes_unnoticed(void) {
  static const struct step steps[] = {
      {FAULT_ENGINE_RETIRE, 1, false, STEP_ANSWERED, SMALL},
      {FAULT_ENGINE_RETIRED, 1, false, STEP_ANSWERED, SMALL},
  };
  EACH_STEP(steps, round_idle);
}

CHECK_MAIN(TEST(engine__killed_while_it_starts_is_replaced),
           TEST(engine__killed_before_it_accepts_costs_nobody_anything),
           TEST(engine__killed_in_the_midst_of_an_answer_never_gives_a_wrong_one),
           TEST(engine__killed_with_part_of_a_frame_published_gives_the_whole_ones),
           TEST(engine__killed_while_it_retires_goes_unnoticed))
