/* The characters and escapes of a pattern, one after the other. */
#ifndef LLMB_SCHEMA_REGEX_READER_H
#define LLMB_SCHEMA_REGEX_READER_H

#include <stdbool.h>

#include <llmbridge/status.h>

struct regex_reader {
  const char *pattern, *what; /* `what`: a static text that says what is wrong at `at` */
  uint64_t size, at;
  uint32_t depth; /* groups that are open */
};

/* Notes what is wrong and returns the status. */
llmb_status regex_fail(struct regex_reader *reader, llmb_status status, const char *what);

/* A byte that comes; 0 behind the end. */
char regex_peek(const struct regex_reader *reader, uint64_t ahead);

bool regex_is_at_end(const struct regex_reader *reader);

/* Goes past the text if it comes next. */
bool regex_take(struct regex_reader *reader, const char *text);

/* One character of the pattern, which is UTF-8. */
uint32_t regex_take_character(struct regex_reader *reader);

/* An escape that stands for one character, from behind its backslash. */
llmb_status regex_read_escape(struct regex_reader *reader, uint32_t *out);

#endif
