/* One round of a test: calls in flight while something happens at a step, what became of them, and that afterwards all
 * is as it was. */
#ifndef LLMB_TESTS_STEP_ROUNDS_H
#define LLMB_TESTS_STEP_ROUNDS_H

#include "tests/hostile/host_state.h"
#include "tests/steps/faults.h"

enum { STEP_ANSWER_SIZE_MAX = 192 << 10, STEP_PROMPT_SIZE_MAX = 256 << 10, STEP_CALLS_MAX = 8 };

enum step_outcome {
  STEP_EITHER,  /* answered, or told of the crash */
  STEP_ANSWERED /* the crash costs the caller nothing */
};

/* What the fake engine is to do with each call. */
struct step_work {
  bool echo;
  unsigned prompt_size, pieces, pause_ms;
};

struct step {
  enum fault_point point;
  unsigned pass;
  bool per_call;           /* with several calls in flight, the same step of the last one */
  enum step_outcome alone; /* of a call that was alone with the engine */
  struct step_work work;
};

static unsigned step_answered_count, step_failed_count;
static double step_elapsed_max_ms;

UNUSED static const char *step_prompt(const struct step_work *work) {
  static char prompt[STEP_PROMPT_SIZE_MAX + 1];
  memset(prompt, 'p', work->prompt_size);
  prompt[work->prompt_size] = 0;
  return prompt;
}

/* The whole answer to it. */
UNUSED static const char *step_answer(const struct step_work *work) {
  static char answer[STEP_ANSWER_SIZE_MAX];
  size_t size = 0;
  answer[0] = 0;
  if (work->echo) size = (size_t)snprintf(answer, sizeof answer, "%s", step_prompt(work));
  for (unsigned i = 1; i <= work->pieces; i++) {
    size += (size_t)snprintf(answer + size, sizeof answer - size, "piece %u\n", i);
  }
  return answer;
}

UNUSED static llmb_bridge *step_bridge(const struct step_work *work) {
  char script[64];
  snprintf(script, sizeof script, "%spieces %u %u", work->echo ? "echo; " : "", work->pieces, work->pause_ms);
  return bridge_of(script, "slots", "8", "restart_limit", "1000", NULL);
}

UNUSED static llmb_call *step_call(llmb_bridge *bridge, const struct step_work *work) {
  llmb_settings *settings = settings_of("max_tokens", "100000", "timeout_ms", "60000", NULL);
  llmb_call *call = call_of(bridge, step_prompt(work), settings);
  llmb_settings_close(settings);
  return call;
}

UNUSED static void step_note_outcome(llmb_status status, const llmb_error *error) {
  step_answered_count += status == LLMB_OK;
  step_failed_count += status != LLMB_OK;
  if (error->elapsed_ms > step_elapsed_max_ms) step_elapsed_max_ms = error->elapsed_ms;
}

/* Reads a call to its end and checks that it has one outcome, which is the truth; returns it. */
UNUSED static llmb_status step_check_call(llmb_call *call, const struct step_work *work) {
  static char text[STEP_ANSWER_SIZE_MAX];
  llmb_error error;
  llmb_error_init(&error);
  text[0] = 0;
  const llmb_status status = read_to_end(call, text, sizeof text, &error);
  CHECK_INT(status, llmb_call_finish(call, 0, NULL, NULL)); /* and stays so */
  CHECK(status == LLMB_OK || status == LLMB_E_ENGINE_CRASHED);
  if (status == LLMB_OK) CHECK(strcmp(step_answer(work), text) == 0);
  if (status != LLMB_OK) CHECK(strncmp(step_answer(work), text, strlen(text)) == 0);
  llmb_call_close(call);
  step_note_outcome(status, &error);
  return status;
}

UNUSED static void step_check_next_call(llmb_bridge *bridge, const struct step_work *work) {
  CHECK_INT(LLMB_OK, step_check_call(step_call(bridge, work), work));
}

/* Says where it went wrong, since one line of a check serves many rounds. */
UNUSED static void step_report(const struct step *step, unsigned in_flight, int failures_before) {
  if (check_failures == failures_before) return;
  fprintf(stderr, "%s: in the round of %s, pass %u, %u in flight\n", check_name, fault_name(step->point), step->pass,
          in_flight);
}

#if defined(__SANITIZE_ADDRESS__) /* its allocator maps more as it goes */
#define step_state_take snapshot_take
#define step_state_check snapshot_check
#else
#define step_state_take host_state_take
#define step_state_check host_state_check
#endif

/* Does every step with 1, 2 and 8 calls in flight, so often as is wanted, and compares the process before and after. */
UNUSED static void step_rounds(const struct step *steps, size_t count,
                               void (*round)(const struct step *step, unsigned in_flight)) {
  static const unsigned in_flights[] = {1, 2, STEP_CALLS_MAX};
  const unsigned rounds = repeats();
  struct snapshot *before = NULL;
  faults_open();
  step_answered_count = step_failed_count = 0;
  step_elapsed_max_ms = 0;
  for (unsigned repeat = 0; repeat < rounds + 1; repeat++) { /* the first makes what a process makes once */
    for (size_t i = 0; i < count; i++) {
      for (size_t f = 0; f < sizeof in_flights / sizeof in_flights[0]; f++) {
        const int failures_before = check_failures;
        check_watch();
        round(&steps[i], in_flights[f]);
        step_report(&steps[i], in_flights[f], failures_before);
      }
    }
    if (repeat == 0) before = step_state_take();
  }
  step_state_check(before);
  printf("     %zu steps x {1, 2, 8} in flight x %u: %u calls answered, %u told of it within %.0f ms\n", count,
         rounds + 1, step_answered_count, step_failed_count, step_elapsed_max_ms);
}

#endif
