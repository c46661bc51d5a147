/* Long prompts. prompt_gap: the longest a stream's reader waits between two pieces while a prompt of 4,000 tokens is
 * read in the same engine, beside the time of that prompt alone: what it would wait if prompts were not cut.
 * prefix_reuse: the first token of a prompt whose first 1,000 tokens the engine has read before, beside one that it has
 * not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_llama.h"

enum { GAP_TOKENS = 4000, SHARED_TOKENS = 1000, WORD_SIZE = 4, TRIED_WORDS = 500 };
#define CONTEXT_TEXT "4608"
#define SLOTS_TEXT "2"
#define STREAM_TOKENS_TEXT "4000"

struct prompts {
  struct bench_run *run;
  llmb_bridge *bridge;
  char *text;
  size_t words;
};

/* One-syllable words; another beginning for another `kind`. */
static size_t words_write(char *text, size_t words, size_t kind) {
  static const char onsets[] = "bdfgklmnprst", vowels[] = "aeiou", codas[] = "lnrs";
  for (size_t i = 0; i < words; i++) {
    const size_t n = kind * 7 + i * (1 + kind % 3);
    snprintf(text + i * WORD_SIZE, WORD_SIZE + 1, "%c%c%c ", onsets[n % 12], vowels[n % 5], codas[n / 12 % 4]);
  }
  return words * WORD_SIZE;
}

/* Opens a bridge with room for the longest prompt, and sizes a text that has this many tokens for its model. */
static bool prompts_open(struct prompts *out, struct bench_run *run, size_t tokens) {
  const struct bench_model *model = &run->options->models.speed;
  const char *const *settings = bench_llama_settings_in(run, model, SLOTS_TEXT, "1", CONTEXT_TEXT);
  uint64_t counted = 0;
  llmb_error error;
  *out = (struct prompts){.run = run};
  llmb_error_init(&error);
  if (!bench_bridge_start(run, settings, &out->bridge)) return false;
  out->text = malloc((tokens + TRIED_WORDS) * WORD_SIZE + 1);
  if (out->text == NULL) return bench_fail(run, "no memory for a prompt"), false;
  const size_t tried = words_write(out->text, TRIED_WORDS, 0);
  const llmb_status status = llmb_count_tokens(out->bridge, (const uint8_t *)out->text, tried, &counted, &error);
  if (status != LLMB_OK) return bench_fail(run, "%s: %s", llmb_status_name(status), error.message), false;
  out->words = tokens * TRIED_WORDS / (counted < TRIED_WORDS ? TRIED_WORDS : (size_t)counted);
  return true;
}

static void prompts_close(struct prompts *prompts) {
  llmb_bridge_close(prompts->bridge);
  free(prompts->text);
}

/* Milliseconds until the one token of an answer is there; 0 after noting a problem. */
static double ask_ms(const struct prompts *prompts, size_t size) {
  const uint64_t begin_ns = llmb_clock_ns();
  if (!bench_ask(prompts->run, prompts->bridge, prompts->text, size, NULL)) return 0;
  return (double)(llmb_clock_ns() - begin_ns) / 1e6;
}

/* The longest wait for a piece of the stream until the other call has its answer, in milliseconds. */
static llmb_status worst_gap(llmb_call *stream, llmb_call *other, double *out_ms, llmb_error *error) {
  uint8_t piece[256];
  uint64_t size = 1, before_ns = llmb_clock_ns(), worst_ns = 0;
  llmb_status status = LLMB_OK;
  while (status == LLMB_OK && size > 0 && llmb_call_poll(other, 0, NULL) == LLMB_E_NOT_READY) {
    status = llmb_call_read(stream, piece, sizeof piece, LLMB_NEVER, &size, error);
    const uint64_t now_ns = llmb_clock_ns();
    if (now_ns - before_ns > worst_ns) worst_ns = now_ns - before_ns;
    before_ns = now_ns;
  }
  *out_ms = size > 0 ? (double)worst_ns / 1e6 : 0;
  return status;
}

/* 0 after noting a problem. */
static double gap_ms(const struct prompts *prompts, size_t size) {
  llmb_call *stream = NULL, *other = NULL;
  double worst_ms = 0;
  llmb_error error;
  llmb_error_init(&error);
  static const char *const pairs[] = {"max_tokens", STREAM_TOKENS_TEXT, NULL};
  llmb_status status = bench_call_start(prompts->bridge, BENCH_LLAMA_PROMPT, pairs, &stream, &error);
  if (status == LLMB_OK) status = llmb_call_poll(stream, LLMB_NEVER, &error);
  if (status == LLMB_OK) {
    status = llmb_call_start(prompts->bridge, (const uint8_t *)prompts->text, size, NULL, &other, &error);
  }
  if (status == LLMB_OK) status = worst_gap(stream, other, &worst_ms, &error);
  if (status == LLMB_OK) status = llmb_call_finish(other, LLMB_NEVER, NULL, &error);
  if (status != LLMB_OK) {
    bench_fail(prompts->run, "%s: %s", llmb_status_name(status), error.message);
  } else if (worst_ms <= 0) {
    bench_fail(prompts->run, "the stream ended before the prompt was read");
  }
  llmb_call_close(stream);
  llmb_call_close(other);
  return status == LLMB_OK ? worst_ms : 0;
}

enum bench_outcome measure_prompt_gap(struct bench_run *run) {
  struct prompts prompts;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, &run->options->models.speed)) return BENCH_SKIPPED;
  if (!prompts_open(&prompts, run, GAP_TOKENS)) goto finish;
  for (size_t kind = 0; bench_run_next(run); kind += 2) {
    const double alone_ms = ask_ms(&prompts, words_write(prompts.text, prompts.words, kind));
    const double worst_ms = alone_ms > 0 ? gap_ms(&prompts, words_write(prompts.text, prompts.words, kind + 1)) : 0;
    if (worst_ms <= 0) goto finish;
    bench_samples_add(&run->result.baseline, alone_ms);
    bench_samples_add(&run->result.values, worst_ms);
  }
  outcome = BENCH_MEASURED;

finish:
  prompts_close(&prompts);
  return outcome;
}

enum bench_outcome measure_prefix_reuse(struct bench_run *run) {
  static const char questions[2][16] = {"dar nel fis", "gol mun kar"};
  struct prompts prompts;
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, &run->options->models.speed)) return BENCH_SKIPPED;
  if (!prompts_open(&prompts, run, SHARED_TOKENS)) goto finish;
  for (size_t kind = 0; bench_run_next(run); kind++) {
    const size_t shared = words_write(prompts.text, prompts.words, kind);
    strcpy(prompts.text + shared, questions[0]);
    const double first_ms = ask_ms(&prompts, shared + strlen(questions[0]));
    strcpy(prompts.text + shared, questions[1]);
    const double again_ms = first_ms > 0 ? ask_ms(&prompts, shared + strlen(questions[1])) : 0;
    if (again_ms <= 0) goto finish;
    bench_samples_add(&run->result.baseline, first_ms);
    bench_samples_add(&run->result.values, again_ms);
  }
  outcome = BENCH_MEASURED;

finish:
  prompts_close(&prompts);
  return outcome;
}
