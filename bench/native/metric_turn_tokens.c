/* A conversation that goes on. turn_tokens: how many tokens of a turn's prompt are read, beside those of its new text,
 * of answers of 200 tokens. turn_first_token: the first token of the sixth turn, beside that of a prompt that is this
 * turn's new text alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_llama.h"

enum { TURNS = 6, CONVERSATION_SIZE = 64 << 10 };
#define TURN_TOKENS_TEXT "200"
#define CONTEXT_TEXT "8192" /* the answers come back as letters before they are matched by their text */
#define QUESTION "and then what came to them?"
#define TURN_END "</s>" /* of the models' vocabulary */

struct turn {
  llmb_bridge *bridge;
  char *text;    /* the conversation so far */
  uint64_t read; /* tokens of the last prompt */
};

/* Has the conversation answered; the answer becomes part of it. */
static bool answer(struct bench_run *run, struct turn *turn, const char *reuse, const char *max_tokens) {
  uint64_t size = 1, end = strlen(turn->text);
  llmb_call *call = NULL;
  llmb_result result;
  llmb_error error;
  llmb_error_init(&error);
  llmb_result_init(&result);
  const char *const pairs[] = {"prompt_format", "raw",        "special",  "parse", "prefix_reuse",
                               reuse,           "max_tokens", max_tokens, NULL};
  llmb_status status = bench_call_start(turn->bridge, turn->text, pairs, &call, &error);
  while (status == LLMB_OK && size > 0) {
    const uint64_t room = CONVERSATION_SIZE - end - sizeof TURN_END QUESTION;
    status = llmb_call_read(call, (uint8_t *)turn->text + end, room, LLMB_NEVER, &size, &error);
    if (status == LLMB_OK) end += size;
  }
  turn->text[end] = 0;
  if (status == LLMB_OK) status = llmb_call_finish(call, LLMB_NEVER, &result, &error);
  if (status == LLMB_OK) turn->read = result.prompt_tokens - llmb_call_cached_prompt_tokens(call);
  llmb_call_close(call);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK;
}

static bool turn_open(struct bench_run *run, const struct bench_model *model, struct turn *out) {
  *out = (struct turn){.text = calloc(1, CONVERSATION_SIZE)};
  if (out->text == NULL) return bench_fail(run, "no memory for a conversation"), false;
  return bench_bridge_start(run, bench_llama_settings_in(run, model, "1", "1", CONTEXT_TEXT), &out->bridge);
}

static void turn_close(struct turn *turn) {
  llmb_bridge_close(turn->bridge);
  free(turn->text);
}

/* Tokens of the new text of a turn: a letter is a token for these models, the end of a turn another. */
static double new_tokens(void) {
  return (double)(sizeof QUESTION - 1 + 1);
}

static bool tokens_round(struct bench_run *run, struct turn *turn) {
  for (unsigned i = 1; i <= TURNS; i++) {
    if (!answer(run, turn, "full", TURN_TOKENS_TEXT)) return false;
    if (i > 1) bench_samples_add(&run->result.values, (double)turn->read);
    if (i > 1) bench_samples_add(&run->result.baseline, new_tokens());
    strcat(turn->text, TURN_END QUESTION);
  }
  return true;
}

/* Milliseconds to one token; 0 after noting a problem. */
static double first_token_ms(struct bench_run *run, struct turn *turn, const char *reuse) {
  const size_t size = strlen(turn->text);
  const uint64_t begin_ns = llmb_clock_ns();
  if (!answer(run, turn, reuse, "1")) return 0;
  turn->text[size] = 0;
  return (double)(llmb_clock_ns() - begin_ns) / 1e6;
}

static bool first_token_round(struct bench_run *run, struct turn *turn) {
  for (unsigned i = 1; i < TURNS; i++) {
    if (!answer(run, turn, "full", TURN_TOKENS_TEXT)) return false;
    strcat(turn->text, TURN_END QUESTION);
  }
  const double sixth_ms = first_token_ms(run, turn, "full");
  snprintf(turn->text, CONVERSATION_SIZE, "%s", TURN_END QUESTION);
  const double first_ms = sixth_ms > 0 ? first_token_ms(run, turn, "off") : 0;
  if (first_ms <= 0) return false;
  bench_samples_add(&run->result.values, sixth_ms);
  bench_samples_add(&run->result.baseline, first_ms);
  return true;
}

/* Each round begins a conversation of its own. */
static enum bench_outcome measure(struct bench_run *run, bool (*round)(struct bench_run *, struct turn *)) {
  struct turn turn;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, &run->options->models.speed)) return BENCH_SKIPPED;
  if (!turn_open(run, &run->options->models.speed, &turn)) goto finish;
  while (bench_run_next(run)) {
    snprintf(turn.text, CONVERSATION_SIZE, "%u: %s", run->rounds, QUESTION);
    if (!round(run, &turn)) goto finish;
  }
  outcome = BENCH_MEASURED;

finish:
  turn_close(&turn);
  return outcome;
}

enum bench_outcome measure_turn_tokens(struct bench_run *run) {
  return measure(run, tokens_round);
}

enum bench_outcome measure_turn_first_token(struct bench_run *run) {
  return measure(run, first_token_round);
}
