/* Reads JSON text that json_check has found good: value by value, without building a tree and without allocating. */
#ifndef LLMB_CORE_JSON_READER_H
#define LLMB_CORE_JSON_READER_H

#include <stdbool.h>
#include <stdint.h>

enum json_kind { JSON_ABSENT, JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A value inside the text it was read from: the text of a string has its quotes, an object its braces. */
struct json_value {
  enum json_kind kind;
  const char *text;
  uint64_t size;
};

/* The one value of a whole text. */
struct json_value json_read(const char *text, uint64_t size);

/* Walks an array's elements or an object's members: start with *at = 0; false after the last. `out_name`, of an
 * object's member, is a JSON_STRING; it may be NULL. */
bool json_next(struct json_value parent, uint64_t *at, struct json_value *out_name, struct json_value *out_value);

/* The member of this name (the last, if there are more); JSON_ABSENT if there is none or `object` is none. */
struct json_value json_member(struct json_value object, const char *name);

/* Whether a string is this text. */
bool json_string_is(struct json_value string, const char *text);

/* Whether the escape whose 'u' stands at *at is half of a surrogate pair; moves *at to the escape's last byte. */
bool json_is_lone_surrogate(struct json_value string, uint64_t *at);

/* Writes the string's characters into `out`, which has room for value.size bytes, and a NUL; returns how many bytes
 * there are without it. A lone surrogate becomes U+FFFD. */
uint64_t json_string_copy(struct json_value string, char *out);

#endif
