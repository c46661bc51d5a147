/* Looks for a pattern in a text. */
#ifndef LLMB_SCHEMA_REGEX_RUN_H
#define LLMB_SCHEMA_REGEX_RUN_H

#include <stdbool.h>

#include "schema/regex.h"

/* The search for a match anywhere in a text that comes character by character. */
struct regex_run {
  const struct regex *regex;
  uint32_t *block, *now, *next, *stack, *seen; /* four rows of states */
  uint32_t capacity, now_count, mark, before;  /* `before`: the last character, if there is one */
  uint64_t steps;                              /* states that were looked at so far */
  bool is_matched;
};

/* Makes room for patterns of up to so many states. */
llmb_status regex_run_open(struct regex_run *run, uint32_t state_count);
void regex_run_close(struct regex_run *run);

/* Begins a text. */
void regex_run_begin(struct regex_run *run, const struct regex *regex);

/* Takes a character; false if no text that goes on like this can match. */
bool regex_run_take(struct regex_run *run, uint32_t character);

/* Whether the text, which ends here, has matched. */
bool regex_run_end(struct regex_run *run);

/* Whether there is a match in the text, in UTF-8. */
bool regex_run_text(struct regex_run *run, const struct regex *regex, const char *text, uint64_t size);

#endif
