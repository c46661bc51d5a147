/* Writes JSON into a growing buffer; independent of the host's locale. After a failed allocation every call does
 * nothing and json_writer_finish reports it. */
#ifndef LLMB_CORE_JSON_WRITER_H
#define LLMB_CORE_JSON_WRITER_H

#include <stdbool.h>

#include <llmbridge/status.h>

struct json_writer {
  char *text;
  uint64_t size, capacity;
  bool failed, needs_comma, is_fixed;
};

void json_writer_begin(struct json_writer *writer);

/* The same into the caller's buffer, which json_writer_finish gives out again; too small a buffer counts as a failed
 * allocation. */
void json_writer_begin_in(struct json_writer *writer, char *buffer, uint64_t capacity);

void json_object_open(struct json_writer *writer);
void json_object_close(struct json_writer *writer);
void json_array_open(struct json_writer *writer);
void json_array_close(struct json_writer *writer);
void json_key(struct json_writer *writer, const char *key);
void json_text(struct json_writer *writer, const char *text); /* NULL writes null; invalid UTF-8 becomes U+FFFD */
void json_text_sized(struct json_writer *writer, const char *text, uint64_t size);
void json_integer(struct json_writer *writer, int64_t value);
void json_number(struct json_writer *writer, double value, unsigned decimals); /* fixed point; NaN, Inf write null */
void json_boolean(struct json_writer *writer, bool value);
void json_null(struct json_writer *writer);
void json_verbatim(struct json_writer *writer, const char *json, uint64_t size); /* good JSON; put on one line */

/* Gives out the NUL-terminated text, to be freed with llmb_free; LLMB_E_OUT_OF_MEMORY gives NULL. */
llmb_status json_writer_finish(struct json_writer *writer, char **out_text);

#endif
