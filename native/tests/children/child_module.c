/* An engine module for the bridge's tests: does what no script of the fake engine says. Its home folder has it as the
 * module "fake"; the setting `command` names what it does with each request. */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <llmbridge/engine.h>

#include "tests/children/child_module_timed.h"

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);

enum { MANY_VECTORS = 3, DIMENSION = 4, GROWTH = 1 << 20 };

static void finish(llmb_request *request, uint32_t reason) {
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = reason, .completion_tokens = 1};
  llmb_request_done(request, &usage);
}

/* The beginning of an answer, and the rest of it only if another engine had died over it. */
static void begin_and_last(llmb_request *request) {
  const int32_t token = 7;
  const float vector[DIMENSION] = {1, 2, 3, 4};
  uint64_t count = 0, text_size = 0;
  if (llmb_request_kind(request) == LLMB_REQUEST_EMBED) {
    if (llmb_request_write_vector(request, vector, DIMENSION) != LLMB_OK) abort();
  } else if (llmb_request_resume(request, &count, &text_size) != NULL) {
    if (llmb_request_write(request, "rest", 4) != LLMB_OK) abort();
    finish(request, LLMB_FINISH_STOP);
  } else {
    if (llmb_request_write_tokens(request, &token, 1) != LLMB_OK) abort();
    if (llmb_request_write(request, "begun", 5) != LLMB_OK) abort();
  }
}

/* Dies over its beginning, then once while that is replayed: the prompt is a folder's name that is free until then. Or,
 * if the prompt is "past", each time when all is replayed. */
static void die_and_replay(llmb_request *request) {
  const int32_t token = 7;
  uint64_t count = 0, text_size = 0;
  const char *folder = llmb_request_input(request, NULL);
  if (llmb_request_resume(request, &count, &text_size) == NULL) {
    if (llmb_request_write_tokens(request, &token, 1) != LLMB_OK) abort();
    if (llmb_request_write(request, "begun", 5) != LLMB_OK) abort();
    abort();
  }
  llmb_request_replayed(request, 0);
  if (strcmp(folder, "past") != 0 && mkdir(folder, 0700) == 0) abort();
  llmb_request_replayed(request, count);
  if (strcmp(folder, "past") == 0) abort();
  if (llmb_request_write(request, "rest", 4) != LLMB_OK) abort();
  finish(request, LLMB_FINISH_STOP);
}

/* One piece of as many bytes as the prompt says. */
static void write_large_piece(llmb_request *request) {
  const uint64_t size = strtoull(llmb_request_input(request, NULL), NULL, 10);
  char *bytes = malloc(size);
  if (bytes == NULL) abort();
  for (uint64_t i = 0; i < size; i++) bytes[i] = (char)('a' + i % 26);
  if (llmb_request_write(request, bytes, size) != LLMB_OK) abort();
  free(bytes);
  finish(request, LLMB_FINISH_STOP);
}

/* The prompt, each byte a piece of its own. */
static void write_bytes(llmb_request *request, uint64_t held_back) {
  uint64_t size = 0;
  const char *input = llmb_request_input(request, &size);
  for (uint64_t i = 0; i + held_back < size; i++) {
    if (llmb_request_write(request, input + i, 1) != LLMB_OK) abort();
  }
  finish(request, LLMB_FINISH_STOP);
}

static void write_vectors(llmb_request *request, unsigned count) {
  const float vector[DIMENSION] = {1, 2, 3, 4};
  for (unsigned i = 0; i < count; i++) {
    if (llmb_request_write_vector(request, vector, DIMENSION) != LLMB_OK) abort();
  }
  finish(request, LLMB_FINISH_STOP);
}

static void write_zero_vector(llmb_request *request) {
  const float vector[DIMENSION] = {0};
  if (llmb_request_write_vector(request, vector, DIMENSION) != LLMB_OK) abort();
  finish(request, LLMB_FINISH_STOP);
}

/* A vector for each text, each a number shorter than the one before. */
static void write_uneven_vectors(llmb_request *request) {
  const float vector[DIMENSION] = {1, 2, 3, 4};
  for (uint32_t i = 0; i < llmb_request_item_count(request); i++) {
    if (llmb_request_write_vector(request, vector, DIMENSION - i) != LLMB_OK) abort();
  }
  finish(request, LLMB_FINISH_STOP);
}

/* Keeps a MiB more with each request. */
static void grow(llmb_request *request) {
  static char *kept;
  char *bytes = malloc(sizeof kept + GROWTH);
  if (bytes == NULL) abort();
  memset(bytes, 1, sizeof kept + GROWTH);
  memcpy(bytes, &kept, sizeof kept);
  kept = bytes;
  finish(request, LLMB_FINISH_STOP);
}

/* Dies of some prompts, and answers the others after a moment in which those beside them may die. */
static void obey_prompt(llmb_request *request) {
  const bool slow = strncmp(llmb_request_input(request, NULL), "slow", 4) == 0;
  const bool half = strncmp(llmb_request_input(request, NULL), "half", 4) == 0;
  const struct timespec moment = {.tv_nsec = slow ? 300000000 : 5000000};
  if (half) (void)llmb_request_write(request, "half", 4);
  if (half || strncmp(llmb_request_input(request, NULL), "kill", 4) == 0) abort();
  nanosleep(&moment, NULL);
  write_bytes(request, 0);
}

static char farewell_folder[128];

/* An end that is the engine's own makes the folder that is the prompt. */
static void remember_farewell(llmb_request *request) {
  snprintf(farewell_folder, sizeof farewell_folder, "%s", (const char *)llmb_request_input(request, NULL));
  write_bytes(request, 0);
}

static int32_t leave(void) {
  if (farewell_folder[0] != 0 && mkdir(farewell_folder, 0700) != 0) abort();
  return 0;
}

/* Adds a byte to the file that counts its starts, $TMPDIR/starts, and has its server learn of nothing until it is gone.
 */
static void count_and_stop_server(void) {
  char path[512];
  snprintf(path, sizeof path, "%s/starts", getenv("TMPDIR"));
  FILE *file = fopen(path, "ae");
  if (file != NULL) fputc('x', file);
  if (file != NULL) fclose(file);
  const pid_t server = getppid();
  int ends[2];
  char none;
  if (pipe(ends) != 0) abort();
  if (fork() == 0) {
    close(ends[1]);
    (void)!read(ends[0], &none, 1);
    kill(server, SIGCONT);
    _exit(0);
  }
  kill(server, SIGSTOP);
}

static void serve_one(const char *command, llmb_request *request) {
  llmb_request_accept(request);
  if (strcmp(command, "large_piece") == 0) {
    write_large_piece(request);
  } else if (strcmp(command, "bytes") == 0) {
    write_bytes(request, 0);
  } else if (strcmp(command, "half_character") == 0) {
    write_bytes(request, 1);
  } else if (strcmp(command, "unknown_reason") == 0) {
    finish(request, 77);
  } else if (strcmp(command, "text_for_vectors") == 0) {
    write_bytes(request, 0);
  } else if (strcmp(command, "many_vectors") == 0) {
    write_vectors(request, MANY_VECTORS);
  } else if (strcmp(command, "no_vectors") == 0) {
    write_vectors(request, 0);
  } else if (strcmp(command, "zero_vector") == 0) {
    write_zero_vector(request);
  } else if (strcmp(command, "uneven_vectors") == 0) {
    write_uneven_vectors(request);
  } else if (strcmp(command, "grow") == 0) {
    grow(request);
  } else if (strcmp(command, "by_prompt") == 0) {
    obey_prompt(request);
  } else if (strcmp(command, "close_and_hang") == 0) {
    (void)close_range(3, ~0u, 0);
    for (;;) pause();
  } else if (strcmp(command, "last_words") == 0) {
    abort();
  } else if (strcmp(command, "farewell") == 0) {
    remember_farewell(request);
  } else if (strcmp(command, "replaying") == 0) {
    die_and_replay(request);
  } else if (strcmp(command, "lasting") == 0) {
    begin_and_last(request);
  } else if (strcmp(command, "early_deadline") == 0) {
    llmb_request_fail(request, LLMB_E_DEADLINE_EXCEEDED, LLMB_PHASE_PROMPT, "the time is over");
  } else if (strcmp(command, "repeat_in_error") == 0) {
    llmb_request_fail(request, LLMB_E_CONTEXT_FULL, LLMB_PHASE_PROMPT, llmb_request_input(request, NULL));
  } else {
    llmb_request_fail(request, LLMB_E_CONTEXT_FULL, LLMB_PHASE_PROMPT, "the prompt is too long for this test");
  }
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  const char *command = llmb_engine_setting(engine, "command");
  if (strcmp(command, "replaying") == 0) llmb_engine_declare(engine, LLMB_ENGINE_RESUMES);
  if (strcmp(command, "lasting") == 0) llmb_engine_declare(engine, LLMB_ENGINE_RESUMES);
  if (strcmp(command, "timed") == 0) llmb_engine_declare(engine, LLMB_ENGINE_REPEATS);
  if (strcmp(command, "by_prompt") == 0) llmb_engine_declare(engine, LLMB_ENGINE_REPEATS);
  if (strcmp(command, "ready_and_die") == 0) count_and_stop_server();
  if (llmb_engine_ready(engine, "{\"engine\":\"test\",\"answer\":42}", NULL) != LLMB_OK) return 1;
  if (strcmp(command, "ready_and_die") == 0) _exit(3);
  if (strcmp(command, "timed") == 0) return timed_serve(engine);
  for (;;) {
    llmb_request *request = NULL;
    if (llmb_engine_next(engine, LLMB_NEVER, &request) != LLMB_OK) return leave();
    if (request == NULL) continue;
    if (strcmp(command, "last_words") == 0) llmb_engine_last_words(engine, "the test wants it so");
    serve_one(command, request);
  }
}
