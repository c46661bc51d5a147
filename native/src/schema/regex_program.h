/* A pattern as it is run: states, each of which takes a character or leads on. */
#ifndef LLMB_SCHEMA_REGEX_PROGRAM_H
#define LLMB_SCHEMA_REGEX_PROGRAM_H

#include "schema/regex_class.h"

enum regex_op {
  REGEX_OP_RANGE,    /* a character from a to b, then the next state */
  REGEX_OP_CLASS,    /* a character of the b ranges from a on */
  REGEX_OP_SPLIT,    /* both a and b */
  REGEX_OP_JUMP,     /* a */
  REGEX_OP_START,    /* only at the text's begin */
  REGEX_OP_END,      /* only at its end */
  REGEX_OP_WORD,     /* only where a word begins or ends */
  REGEX_OP_NOT_WORD, /* only elsewhere */
  REGEX_OP_MATCH
};

struct regex_state {
  uint32_t op, a, b;
};

struct regex {
  struct regex_state *states;
  struct regex_range *ranges;
  uint32_t state_count, state_capacity, range_count, range_capacity;
  bool is_anchored; /* nothing can begin later than at the text's begin */
};

#endif
