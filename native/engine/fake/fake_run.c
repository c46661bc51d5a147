#include "engine/fake/fake_run.h"

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/fake/fake_aside.h"
#include "engine/fake/fake_tokens.h"

enum { CHUNK_SIZE = 32 << 10, PROGRESS_EVERY_MS = 100, FAKE_DIMENSION = 8 };

static uint64_t after_ms(uint64_t milliseconds) {
  return llmb_deadline_after_ms(milliseconds);
}

static atomic_bool is_quiet; /* the same for all engines of one process */

void fake_run_keep_quiet(void) {
  is_quiet = true;
}

static void say(const char *what, uint64_t number) {
  if (!is_quiet) fprintf(stderr, "fake: %s %llu\n", what, (unsigned long long)number);
}

bool fake_do_plain(const struct fake_step *step) {
  if (step->verb == FAKE_HANG) {
    if (!is_quiet) fprintf(stderr, "fake: hanging\n");
    for (;;) pause();
  } else if (step->verb == FAKE_SIGNAL) {
    say("raising signal", step->numbers[0]);
    signal((int)step->numbers[0], SIG_DFL); /* the SDK ignores SIGPIPE */
    raise((int)step->numbers[0]);
  } else if (step->verb == FAKE_EXIT) {
    say("exiting with status", step->numbers[0]);
    _exit((int)step->numbers[0]);
  } else {
    return false;
  }
  return true;
}

/* From blank to blank: a text of a megabyte must not take this engine longer than its way here took. */
static uint64_t count_words(const char *text, uint64_t size) {
  uint64_t words = 0;
  for (const char *at = text, *end = text + size; at < end;) {
    const char *blank = memchr(at, ' ', (size_t)(end - at));
    if (blank == NULL) blank = end;
    words += blank > at;
    at = blank + 1;
  }
  return words;
}

/* A conversation stands in place of a prompt. */
static const char *input_of(const struct fake_run *run, uint64_t *out_size) {
  const char *const input = llmb_request_input(run->request, out_size);
  if (*out_size > 0) return input;
  const char *const messages = llmb_request_setting(run->request, "messages");
  if (messages == NULL) return input;
  *out_size = strlen(messages);
  return messages;
}

static void finish(struct fake_run *run, uint32_t reason) {
  uint64_t size = 0;
  const char *input = input_of(run, &size);
  const llmb_usage usage = {
      .struct_size = sizeof usage,
      .finish_reason = reason,
      .prompt_tokens = count_words(input, size),
      .completion_tokens = run->pieces,
      .tool_parse = run->calls > 0 ? LLMB_TOOL_PARSE_PARSED : LLMB_TOOL_PARSE_NONE,
  };
  llmb_request *request = run->request;
  run->request = NULL;
  llmb_request_done(request, &usage);
}

static void fail(struct fake_run *run, llmb_status status, const char *message) {
  llmb_request *request = run->request;
  run->request = NULL;
  llmb_request_fail(request, status, run->pieces > 0 ? LLMB_PHASE_GENERATE : LLMB_PHASE_PROMPT, message);
}

/* Writes one piece and does what the script wants after it; false if the host must make room first. */
static bool write_piece(struct fake_run *run, const char *text, uint64_t size) {
  if (llmb_request_write(run->request, text, size) != LLMB_OK) return false;
  run->pieces++;
  if (run->odds != NULL && !fake_tell_odds(run)) return false;
  for (unsigned i = 0; i < run->script->count; i++) {
    const struct fake_step *step = &run->script->steps[i];
    if (step->moment == FAKE_AT_PIECE && step->piece == run->pieces) fake_do_plain(step);
  }
  return true;
}

/* The echo of a text as a vector: how often each of the first letters stands in it, and its length. */
static bool echo_vectors(struct fake_run *run) {
  while (run->done_in_step < llmb_request_item_count(run->request)) {
    float vector[FAKE_DIMENSION] = {0};
    uint64_t size = 0;
    const char *text = llmb_request_item(run->request, (uint32_t)run->done_in_step, &size);
    for (uint64_t i = 0; i < size; i++) {
      if (text[i] >= 'a' && text[i] < 'a' + FAKE_DIMENSION - 1) vector[text[i] - 'a'] += 1;
    }
    vector[FAKE_DIMENSION - 1] = (float)size;
    if (llmb_request_write_vector(run->request, vector, FAKE_DIMENSION) != LLMB_OK) {
      run->wake_ns = LLMB_NEVER;
      return false;
    }
    run->done_in_step++;
  }
  return true;
}

/* Each verb does some work; true when the step is over. */
static bool do_echo(struct fake_run *run) {
  if (llmb_request_kind(run->request) == LLMB_REQUEST_EMBED) return echo_vectors(run);
  if (llmb_request_kind(run->request) == LLMB_REQUEST_TOKENS) return true;
  if (llmb_request_kind(run->request) > LLMB_REQUEST_INVOKE) return fake_tell_tokens(run);
  uint64_t size = 0;
  const char *input = input_of(run, &size);
  while (run->done_in_step < size) {
    uint64_t chunk = size - run->done_in_step;
    if (chunk > CHUNK_SIZE) chunk = CHUNK_SIZE;
    if (!write_piece(run, input + run->done_in_step, chunk)) {
      run->wake_ns = LLMB_NEVER;
      return false;
    }
    run->done_in_step += chunk;
  }
  return true;
}

static bool do_pieces(struct fake_run *run, const struct fake_step *step) {
  while (run->done_in_step < step->numbers[0]) {
    if (run->pieces >= run->pieces_max) return true;
    char text[48];
    const int size = snprintf(text, sizeof text, "piece %llu\n", (unsigned long long)run->done_in_step + 1);
    if (!write_piece(run, text, (uint64_t)size)) {
      run->wake_ns = LLMB_NEVER;
      return false;
    }
    run->done_in_step++;
    if (step->numbers[1] > 0) {
      run->wake_ns = after_ms(step->numbers[1]);
      return false;
    }
  }
  return true;
}

/* A slow engine is alive: it says so while it sleeps. */
static bool do_sleep(struct fake_run *run, const struct fake_step *step) {
  const uint64_t now_ns = llmb_clock_ns();
  if (run->done_in_step == 0) run->done_in_step = now_ns + step->numbers[0] * 1000000u;
  llmb_request_progress(run->request);
  if (now_ns >= run->done_in_step) return true;
  const uint64_t next_ns = after_ms(PROGRESS_EVERY_MS);
  run->wake_ns = next_ns < run->done_in_step ? next_ns : run->done_in_step;
  return false;
}

static bool do_say(struct fake_run *run, const struct fake_step *step) {
  if (llmb_request_kind(run->request) != LLMB_REQUEST_GENERATE || run->pieces >= run->pieces_max) return true;
  while (run->done_in_step < step->size) {
    uint64_t chunk = step->size - run->done_in_step;
    if (chunk > CHUNK_SIZE) chunk = CHUNK_SIZE;
    if (!write_piece(run, step->text + run->done_in_step, chunk)) {
      run->wake_ns = LLMB_NEVER;
      return false;
    }
    run->done_in_step += chunk;
  }
  return true;
}

static bool do_aside(struct fake_run *run, const struct fake_step *step) {
  const llmb_status status = fake_tell_aside(run, step);
  if (status == LLMB_E_NOT_READY) run->wake_ns = LLMB_NEVER;
  if (status != LLMB_OK && status != LLMB_E_NOT_READY) fail(run, status, "the script's calls of tools are too long");
  return status == LLMB_OK;
}

static bool do_flood(struct fake_run *run, const struct fake_step *step) {
  static char chunk[CHUNK_SIZE];
  memset(chunk, 'x', sizeof chunk);
  while (run->done_in_step < step->numbers[0]) {
    uint64_t size = step->numbers[0] - run->done_in_step;
    if (size > sizeof chunk) size = sizeof chunk;
    if (!write_piece(run, chunk, size)) {
      run->wake_ns = LLMB_NEVER;
      return false;
    }
    run->done_in_step += size;
    if (llmb_request_cancelled(run->request)) return true;
  }
  return true;
}

static bool do_garbage(struct fake_run *run) {
  unsigned char bytes[256];
  for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(i * 167 + 13);
  return llmb_request_write_raw(run->request, bytes, sizeof bytes) == LLMB_OK;
}

/* The head of a piece that claims far more bytes than the channel allows. */
static bool do_wrong_length(struct fake_run *run) {
  const struct {
    uint32_t payload_size, type;
    uint64_t call_id;
  } head = {0xfffffff0u, 17, 0};
  return llmb_request_write_raw(run->request, &head, sizeof head) == LLMB_OK;
}

/* A vector that no engine should give. */
static bool do_nan(struct fake_run *run) {
  float vector[FAKE_DIMENSION] = {0};
  vector[1] = NAN;
  if (llmb_request_kind(run->request) != LLMB_REQUEST_EMBED) {
    fail(run, LLMB_E_UNSUPPORTED, "nan is for embeddings");
    return false;
  }
  return llmb_request_write_vector(run->request, vector, FAKE_DIMENSION) == LLMB_OK;
}

static bool do_step(struct fake_run *run, const struct fake_step *step) {
  switch (step->verb) {
    case FAKE_ECHO:
      return do_echo(run);
    case FAKE_PIECES:
      return do_pieces(run, step);
    case FAKE_SLEEP:
      return do_sleep(run, step);
    case FAKE_FLOOD:
      return do_flood(run, step);
    case FAKE_GARBAGE:
      return do_garbage(run);
    case FAKE_WRONG_LENGTH:
      return do_wrong_length(run);
    case FAKE_BAD_UTF8:
      return write_piece(run, "good \xff\xfe bad", 11);
    case FAKE_BAD_LOGPROBS:
      return llmb_request_write_logprobs(run->request, "{\"token\":5}", 11) == LLMB_OK;
    case FAKE_NAN:
      return do_nan(run);
    case FAKE_SAY:
      return do_say(run, step);
    case FAKE_TOOL:
    case FAKE_REASON:
      return do_aside(run, step);
    case FAKE_HANG:
    case FAKE_SIGNAL:
    case FAKE_EXIT:
      return fake_do_plain(step);
    case FAKE_SLOW_START: /* happens at the start, never in turn */
    case FAKE_VERB_COUNT:
      break;
  }
  return true;
}

void fake_run_begin(struct fake_run *run, const struct fake_script *script, llmb_request *request) {
  const char *pieces_max = llmb_request_setting(request, "max_tokens");
  *run = (struct fake_run){.request = request, .script = script, .pieces_max = UINT64_MAX};
  if (pieces_max != NULL) run->pieces_max = strtoull(pieces_max, NULL, 10);
  if (llmb_request_kind(request) == LLMB_REQUEST_GENERATE) run->odds = llmb_request_setting(request, "logprobs");
  if (llmb_request_kind(request) == LLMB_REQUEST_INVOKE) {
    fail(run, LLMB_E_UNSUPPORTED, "the fake engine has no methods");
    return;
  }
  llmb_request_accept(request);
  for (unsigned i = 0; i < script->count; i++) {
    if (script->steps[i].moment == FAKE_AT_ACCEPT) fake_do_plain(&script->steps[i]);
  }
}

void fake_run_step(struct fake_run *run) {
  run->wake_ns = 0;
  while (run->request != NULL && run->step < run->script->count) {
    if (llmb_request_cancelled(run->request)) {
      fail(run, LLMB_E_CANCELLED, "cancelled");
      return;
    }
    const struct fake_step *step = &run->script->steps[run->step];
    if (step->moment == FAKE_IN_TURN && !do_step(run, step)) return;
    run->step++;
    run->done_in_step = 0;
  }
  if (run->request != NULL)
    finish(run, run->calls > 0                   ? LLMB_FINISH_TOOL_CALLS
                : run->pieces >= run->pieces_max ? LLMB_FINISH_LENGTH
                                                 : LLMB_FINISH_STOP);
}
