/* The fake engine's script: steps split by ';', each a verb with its numbers and perhaps a moment. */
#ifndef LLMB_FAKE_SCRIPT_H
#define LLMB_FAKE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_STEPS_MAX = 64 };

enum fake_verb {
  FAKE_ECHO,
  FAKE_PIECES,
  FAKE_SLEEP,
  FAKE_HANG,
  FAKE_SIGNAL,
  FAKE_EXIT,
  FAKE_FLOOD,
  FAKE_GARBAGE,
  FAKE_WRONG_LENGTH,
  FAKE_BAD_UTF8,
  FAKE_NAN,
  FAKE_SLOW_START,
  FAKE_SAY,
  FAKE_TOOL,
  FAKE_REASON,
  FAKE_BAD_LOGPROBS,
  FAKE_VERB_COUNT
};

enum fake_moment {
  FAKE_IN_TURN,   /* one after the other, for each request */
  FAKE_AT_START,  /* before the engine says that it is ready */
  FAKE_AT_ACCEPT, /* when a request is accepted, before the steps in turn */
  FAKE_AT_PIECE   /* after a request's Nth piece */
};

struct fake_step {
  enum fake_verb verb;
  enum fake_moment moment;
  uint64_t numbers[2];
  uint64_t piece;   /* of FAKE_AT_PIECE, from 1 */
  const char *text; /* of FAKE_SAY, FAKE_TOOL, FAKE_REASON: in the script itself */
  uint64_t size;
};

struct fake_script {
  struct fake_step steps[FAKE_STEPS_MAX];
  unsigned count;
};

/* Parses a script, which is to stay where it is; NULL or empty is "echo". On failure `problem` says what is wrong. */
bool fake_script_parse(const char *text, struct fake_script *out, char *problem, size_t capacity);

#endif
