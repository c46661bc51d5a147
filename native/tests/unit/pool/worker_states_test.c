#include "tests/check.h"
#include "pool/worker_states.h"

static void worker_next__has_an_answer_for_every_state_and_event(void) {
  for (unsigned state = 0; state < WORKER_STATE_COUNT; state++) {
    for (unsigned event = 0; event < WORKER_EVENT_COUNT; event++) {
      const struct worker_step step = worker_next((enum worker_state)state, (enum worker_event)event);
      if (step.action == WORKER_ACTION_INVALID) fprintf(stderr, "state %u, event %u is forgotten\n", state, event);
      CHECK(step.action > WORKER_ACTION_INVALID && step.action <= WORKER_ACTION_BURY);
      CHECK(step.state < WORKER_STATE_COUNT);
    }
  }
}

static void worker_next__never_leaves_ended(void) {
  for (unsigned event = 0; event < WORKER_EVENT_COUNT; event++) {
    const struct worker_step step = worker_next(WORKER_ENDED, (enum worker_event)event);
    CHECK_INT(WORKER_ENDED, step.state);
    CHECK_INT(WORKER_ACTION_NONE, step.action);
  }
}

static void worker_next__buries_exactly_when_it_ends(void) {
  for (unsigned state = 0; state < WORKER_ENDED; state++) {
    for (unsigned event = 0; event < WORKER_EVENT_COUNT; event++) {
      const struct worker_step step = worker_next((enum worker_state)state, (enum worker_event)event);
      CHECK_INT(step.state == WORKER_ENDED, step.action == WORKER_ACTION_BURY);
    }
  }
}

/* Whoever is killed or awaited is STOPPING, from where nothing but the end of the process leads, and that always does.
 */
static void worker_next__ends_whatever_it_kills(void) {
  for (unsigned state = 0; state < WORKER_STATE_COUNT; state++) {
    for (unsigned event = 0; event < WORKER_EVENT_COUNT; event++) {
      const struct worker_step step = worker_next((enum worker_state)state, (enum worker_event)event);
      if (step.action == WORKER_ACTION_KILL || step.action == WORKER_ACTION_AWAIT) {
        CHECK_INT(WORKER_STOPPING, step.state);
      }
      if (state == WORKER_STOPPING) CHECK(step.state == WORKER_STOPPING || step.state == WORKER_ENDED);
    }
  }
}

/* One that said why it will not serve ends by itself, with a status of its own. */
static void worker_next__awaits_the_end_of_an_engine_that_refused_to_load(void) {
  static const enum worker_state states[] = {WORKER_STARTING, WORKER_LOADING};
  for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++) {
    const struct worker_step step = worker_next(states[i], WORKER_REFUSED);
    CHECK_INT(WORKER_STOPPING, step.state);
    CHECK_INT(WORKER_ACTION_AWAIT, step.action);
  }
}

static void worker_next__believes_the_keeper_in_every_state(void) {
  /* Nothing follows either of them: a state that waited for more would wait for ever. */
  for (unsigned state = 0; state < WORKER_STATE_COUNT; state++) {
    CHECK_INT(WORKER_ENDED, worker_next((enum worker_state)state, WORKER_EXITED).state);
    CHECK_INT(WORKER_ENDED, worker_next((enum worker_state)state, WORKER_SPAWN_FAILED).state);
  }
}

static void worker_next__can_kill_and_bury_from_every_living_state(void) {
  for (unsigned state = 0; state < WORKER_ENDED; state++) {
    CHECK_INT(WORKER_ACTION_KILL, worker_next((enum worker_state)state, WORKER_TIMED_OUT).action);
    CHECK_INT(WORKER_ACTION_KILL, worker_next((enum worker_state)state, WORKER_BROKE_PROTOCOL).action);
  }
}

static void worker_next__serves_only_after_hello_and_ready(void) {
  for (unsigned state = 0; state < WORKER_STATE_COUNT; state++) {
    for (unsigned event = 0; event < WORKER_EVENT_COUNT; event++) {
      const struct worker_step step = worker_next((enum worker_state)state, (enum worker_event)event);
      const int serves = state == WORKER_LOADING && event == WORKER_SAID_READY;
      CHECK_INT(serves, step.action == WORKER_ACTION_SERVE);
    }
  }
  CHECK_INT(WORKER_LOADING, worker_next(WORKER_STARTING, WORKER_HELLO).state);
  CHECK_INT(WORKER_READY, worker_next(WORKER_LOADING, WORKER_SAID_READY).state);
}

CHECK_MAIN(TEST(worker_next__has_an_answer_for_every_state_and_event), TEST(worker_next__never_leaves_ended),
           TEST(worker_next__buries_exactly_when_it_ends), TEST(worker_next__ends_whatever_it_kills),
           TEST(worker_next__awaits_the_end_of_an_engine_that_refused_to_load),
           TEST(worker_next__believes_the_keeper_in_every_state),
           TEST(worker_next__can_kill_and_bury_from_every_living_state),
           TEST(worker_next__serves_only_after_hello_and_ready))
