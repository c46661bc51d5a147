/* Whether a text is one whole JSON value, and nothing else: a reader of the tests' own, so that the writer is not
 * judged by itself. */
#ifndef LLMB_TESTS_JSON_EXPECT_H
#define LLMB_TESTS_JSON_EXPECT_H

#include <stdbool.h>
#include <string.h>

static const char *json_skip_value(const char *at);

static const char *json_skip_text(const char *at) {
  if (*at++ != '"') return NULL;
  for (; *at != '"'; at++) {
    if ((unsigned char)*at < 0x20) return NULL; /* the NUL too */
    if (*at != '\\') continue;
    at++;
    if (*at == 'u') {
      for (int i = 0; i < 4; i++) {
        at++;
        if (*at == '\0' || strchr("0123456789abcdefABCDEF", *at) == NULL) return NULL;
      }
    } else if (*at == '\0' || strchr("\"\\/bfnrt", *at) == NULL) {
      return NULL;
    }
  }
  return at + 1;
}

static const char *json_skip_number(const char *at) {
  if (*at == '-') at++;
  size_t digits = strspn(at, "0123456789");
  if (digits == 0 || (digits > 1 && *at == '0')) return NULL;
  at += digits;
  if (*at != '.') return at;
  digits = strspn(at + 1, "0123456789");
  return digits == 0 ? NULL : at + 1 + digits;
}

/* Skips the members of an object or array after its opening bracket. */
static const char *json_skip_members(const char *at, char end, bool with_keys) {
  if (*at == end) return at + 1;
  for (;;) {
    if (with_keys) {
      at = json_skip_text(at);
      if (at == NULL || *at++ != ':') return NULL;
    }
    at = json_skip_value(at);
    if (at == NULL) return NULL;
    if (*at == end) return at + 1;
    if (*at++ != ',') return NULL;
  }
}

static const char *json_skip_value(const char *at) {
  if (*at == '{') return json_skip_members(at + 1, '}', true);
  if (*at == '[') return json_skip_members(at + 1, ']', false);
  if (*at == '"') return json_skip_text(at);
  if (strncmp(at, "true", 4) == 0 || strncmp(at, "null", 4) == 0) return at + 4;
  if (strncmp(at, "false", 5) == 0) return at + 5;
  return json_skip_number(at);
}

static inline bool json_is_whole(const char *text) {
  const char *end = text == NULL ? NULL : json_skip_value(text);
  return end != NULL && *end == '\0';
}

#endif
