#include "tests/soak/soak_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_MAX = 200, LONG_ONE_IN = 50, READ_SIZE = 8192, MARK_SIZE_MAX = 64 };

static atomic_uint_fast64_t call_number;

/* A prompt that names its call, then letters: mostly a line, at times more than the channel holds. */
static size_t make_prompt(char *out, struct random *random) {
  const uint64_t letters =
      random_next(random, random_next(random, LONG_ONE_IN) == 0 ? SOAK_PROMPT_MAX - MARK_SIZE_MAX : SHORT_MAX);
  const size_t mark =
      (size_t)snprintf(out, MARK_SIZE_MAX, "call %llu ", (unsigned long long)atomic_fetch_add(&call_number, 1));
  memset(out + mark, 'a' + (int)random_next(random, 26), letters);
  return mark + letters;
}

void soak_call_start(struct soak_call *call, struct soak_tally *tally, const struct soak_bridge *bridge,
                     struct random *random) {
  const struct soak_bridge_kind *kind = bridge->kind;
  const char *prompt = call->expected;
  size_t prompt_size = 0;
  call->tally = tally;
  call->bridge = bridge;
  call->call = NULL;
  call->received_size = 0;
  llmb_error_init(&call->error);
  if (kind->answer == SOAK_FIXED) {
    prompt = SOAK_FIXED_PROMPT;
    prompt_size = strlen(prompt);
    call->expected_size = 0;
    if (bridge->fixed != NULL) {
      call->expected_size = strlen(bridge->fixed);
      memcpy(call->expected, bridge->fixed, call->expected_size);
    }
  } else {
    call->expected_size = prompt_size = make_prompt(call->expected, random);
    for (unsigned i = 1; i <= kind->pieces; i++) {
      char *end = call->expected + call->expected_size;
      call->expected_size += (size_t)snprintf(end, SOAK_ANSWER_MAX - call->expected_size, "piece %u\n", i);
    }
  }
  atomic_fetch_add(&tally->calls, 1);
  call->start_ns = llmb_clock_ns();
  call->status = llmb_call_start(bridge->bridge, (const uint8_t *)prompt, prompt_size, NULL, &call->call, &call->error);
}

uint64_t soak_call_duration_ns(const struct soak_call *call) {
  return llmb_clock_ns() - call->start_ns;
}

/* Reads once; false at the end or a failure, with the status in the call. */
static bool read_once(struct soak_call *call) {
  uint8_t buffer[READ_SIZE];
  uint64_t size = 0;
  if (call->call == NULL || call->status != LLMB_OK) return false;
  call->status =
      llmb_call_read(call->call, buffer, sizeof buffer, llmb_deadline_after_ms(SOAK_PATIENCE_MS), &size, &call->error);
  if (call->status != LLMB_OK || size == 0) return false;
  if (size > call->expected_size - call->received_size ||
      memcmp(call->expected + call->received_size, buffer, size) != 0) {
    soak_violation(call->tally, "%s: wrong text after %zu bytes: \"%.*s\"", call->bridge->kind->name,
                   call->received_size, (int)(size < 200 ? size : 200), (const char *)buffer);
    call->received_size = call->expected_size; /* what follows would be wrong too */
  } else {
    call->received_size += size;
  }
  return true;
}

void soak_call_read_piece(struct soak_call *call) {
  read_once(call);
}

/* Asked again, a call that has ended says the same. */
static void check_one_outcome(const struct soak_call *call) {
  llmb_result result;
  llmb_result_init(&result);
  const llmb_status again = llmb_call_finish(call->call, 0, &result, NULL);
  if (again == call->status) return;
  soak_violation(call->tally, "%s: ended as %s, then as %s", call->bridge->kind->name, llmb_status_name(call->status),
                 llmb_status_name(again));
}

llmb_status soak_call_end(struct soak_call *call, uint64_t may_fail) {
  const struct soak_bridge_kind *kind = call->bridge->kind;
  while (read_once(call)) continue;
  if (call->status == LLMB_E_NOT_READY) {
    soak_violation(call->tally, "%s: a call has no outcome after %d s", kind->name, SOAK_PATIENCE_MS / 1000);
  } else {
    soak_tally_outcome(call->tally, call->status);
    if (call->call != NULL) check_one_outcome(call);
  }
  const uint64_t allowed = may_fail | kind->may_fail | SOAK_MAY(LLMB_OK) | SOAK_MAY(LLMB_E_NOT_READY);
  if (call->status > 63 || (allowed & SOAK_MAY(call->status)) == 0) {
    soak_violation(call->tally, "%s: %s after %.1f ms in phase %s: %s", kind->name, llmb_status_name(call->status),
                   call->error.elapsed_ms, llmb_phase_name(call->error.phase), call->error.message);
  }
  if (call->status == LLMB_OK && call->received_size != call->expected_size) {
    soak_violation(call->tally, "%s: %zu bytes of %zu, and no failure", kind->name, call->received_size,
                   call->expected_size);
  }
  llmb_call_close(call->call);
  call->call = NULL;
  return call->status;
}

enum { TEXTS_MAX = 4, TEXT_SIZE_MAX = 64, DIMENSION = 8 };

/* The fake engine's vector: how often the first letters stand in the text, and its length. */
static bool is_vector_of(const char *text, const float *vector) {
  float expected[DIMENSION] = {0};
  for (const char *at = text; *at != 0; at++) {
    if (*at >= 'a' && *at < 'a' + DIMENSION - 1) expected[*at - 'a'] += 1;
  }
  expected[DIMENSION - 1] = (float)strlen(text);
  return memcmp(expected, vector, sizeof expected) == 0;
}

llmb_status soak_embed(struct soak_tally *tally, const struct soak_bridge *bridge, struct random *random) {
  char texts[TEXTS_MAX][TEXT_SIZE_MAX];
  const uint8_t *pointers[TEXTS_MAX];
  uint64_t sizes[TEXTS_MAX], dimension = 0;
  float *vectors = NULL;
  llmb_error error;
  llmb_error_init(&error);
  const unsigned count = 1 + (unsigned)random_next(random, TEXTS_MAX);
  for (unsigned i = 0; i < count; i++) {
    sizes[i] = (uint64_t)snprintf(texts[i], TEXT_SIZE_MAX, "text %llu", (unsigned long long)random_next(random, 0));
    pointers[i] = (const uint8_t *)texts[i];
  }
  atomic_fetch_add(&tally->calls, 1);
  const llmb_status status =
      llmb_embed_texts(bridge->bridge, pointers, sizes, count, NULL, &vectors, &dimension, NULL, &error);
  soak_tally_outcome(tally, status);
  if (status != LLMB_OK) {
    soak_violation(tally, "%s: embedding: %s: %s", bridge->kind->name, llmb_status_name(status), error.message);
  }
  for (unsigned i = 0; status == LLMB_OK && i < count; i++) {
    if (dimension == DIMENSION && is_vector_of(texts[i], vectors + i * DIMENSION)) continue;
    soak_violation(tally, "%s: a wrong vector for \"%s\"", bridge->kind->name, texts[i]);
  }
  llmb_free(vectors);
  return status;
}
