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

static llmb_status start(const struct turn *turn, const char *reuse, const char *max_tokens, llmb_call **out,
                         llmb_error *error) {
  const char *const pairs[][2] = {
      {"prompt_format", "raw"}, {"special", "parse"}, {"prefix_reuse", reuse}, {"max_tokens", max_tokens}};
  llmb_settings *settings = NULL;
  llmb_status status = llmb_settings_create(&settings, error);
  for (size_t i = 0; status == LLMB_OK && i < sizeof pairs / sizeof pairs[0]; i++) {
    status = llmb_settings_set(settings, pairs[i][0], pairs[i][1], error);
  }
  if (status == LLMB_OK) {
    status = llmb_call_start(turn->bridge, (const uint8_t *)turn->text, strlen(turn->text), settings, out, error);
  }
  llmb_settings_close(settings);
  return status;
}

/* Has the conversation answered; the answer becomes part of it. */
static bool answer(struct bench_run *run, struct turn *turn, const char *reuse, const char *max_tokens) {
  uint64_t size = 1, end = strlen(turn->text);
  llmb_call *call = NULL;
  llmb_result result;
  llmb_error error;
  llmb_error_init(&error);
  llmb_result_init(&result);
  llmb_status status = start(turn, reuse, max_tokens, &call, &error);
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
  const char *const *given = bench_llama_settings(run, model, "1", "1");
  const char *settings[20] = {NULL};
  for (size_t i = 0; given[i] != NULL; i += 2) {
    settings[i] = given[i];
    settings[i + 1] = strcmp(given[i], "context") == 0 ? CONTEXT_TEXT : given[i + 1];
  }
  return bench_bridge_start(run, settings, &out->bridge);
}

static void turn_close(struct turn *turn) {
  llmb_bridge_close(turn->bridge);
  free(turn->text);
}

/* Tokens of the new text of a turn: a letter is a token for these models, the end of a turn another. */
static double new_tokens(void) {
  return (double)(sizeof QUESTION - 1 + 1);
}

enum bench_outcome measure_turn_tokens(struct bench_run *run) {
  struct turn turn;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, &run->options->models.speed)) return BENCH_SKIPPED;
  if (!turn_open(run, &run->options->models.speed, &turn)) goto finish;
  while (bench_run_next(run)) {
    snprintf(turn.text, CONVERSATION_SIZE, "%u: %s", run->rounds, QUESTION);
    for (unsigned i = 1; i <= TURNS; i++) {
      if (!answer(run, &turn, "full", TURN_TOKENS_TEXT)) goto finish;
      if (i > 1) bench_samples_add(&run->result.values, (double)turn.read);
      if (i > 1) bench_samples_add(&run->result.baseline, new_tokens());
      strcat(turn.text, TURN_END QUESTION);
    }
  }
  outcome = BENCH_MEASURED;

finish:
  turn_close(&turn);
  return outcome;
}

/* Milliseconds to one token; 0 after noting a problem. */
static double first_token_ms(struct bench_run *run, struct turn *turn, const char *reuse) {
  const size_t size = strlen(turn->text);
  const uint64_t begin_ns = llmb_clock_ns();
  if (!answer(run, turn, reuse, "1")) return 0;
  turn->text[size] = 0;
  return (double)(llmb_clock_ns() - begin_ns) / 1e6;
}

enum bench_outcome measure_turn_first_token(struct bench_run *run) {
  struct turn turn;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, &run->options->models.speed)) return BENCH_SKIPPED;
  if (!turn_open(run, &run->options->models.speed, &turn)) goto finish;
  while (bench_run_next(run)) {
    snprintf(turn.text, CONVERSATION_SIZE, "%u: %s", run->rounds, QUESTION);
    for (unsigned i = 1; i < TURNS; i++) {
      if (!answer(run, &turn, "full", TURN_TOKENS_TEXT)) goto finish;
      strcat(turn.text, TURN_END QUESTION);
    }
    const double sixth_ms = first_token_ms(run, &turn, "full");
    snprintf(turn.text, CONVERSATION_SIZE, "%s", TURN_END QUESTION);
    const double first_ms = sixth_ms > 0 ? first_token_ms(run, &turn, "off") : 0;
    if (first_ms <= 0) goto finish;
    bench_samples_add(&run->result.values, sixth_ms);
    bench_samples_add(&run->result.baseline, first_ms);
  }
  outcome = BENCH_MEASURED;

finish:
  turn_close(&turn);
  return outcome;
}
