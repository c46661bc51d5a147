#include "core/json_logprobs.h"

#include <string.h>

#include "core/number_text.h"

enum { NUMBER_SIZE_MAX = 64 };

static bool is_absent_or(struct json_value value, enum json_kind kind) {
  return value.kind == JSON_ABSENT || value.kind == JSON_NULL || value.kind == kind;
}

/* Hosts have no number that is larger than all. */
static bool is_finite(struct json_value number, double *value) {
  char text[NUMBER_SIZE_MAX + 1];
  if (number.kind != JSON_NUMBER || number.size > NUMBER_SIZE_MAX) return false;
  memcpy(text, number.text, number.size);
  text[number.size] = 0;
  return number_parse(text, value) && *value - *value == 0;
}

static bool is_unicode(struct json_value string) {
  if (string.kind != JSON_STRING) return false;
  for (uint64_t at = 1; at + 1 < string.size; at++) {
    if (string.text[at] == '\\' && string.text[++at] == 'u' && json_is_lone_surrogate(string, &at)) return false;
  }
  return true;
}

static bool is_token(struct json_value token) {
  const struct json_value bytes = json_member(token, "bytes");
  struct json_value byte;
  double value = 0;
  if (!is_absent_or(bytes, JSON_ARRAY) || !is_absent_or(json_member(token, "id"), JSON_NUMBER)) return false;
  for (uint64_t at = 0; json_next(bytes, &at, NULL, &byte);) {
    if (!is_finite(byte, &value) || value > UINT8_MAX || strspn(byte.text, "0123456789") < byte.size) return false;
  }
  return is_unicode(json_member(token, "token")) && is_finite(json_member(token, "logprob"), &value);
}

bool json_is_logprobs(struct json_value list) {
  struct json_value token, other;
  if (list.kind != JSON_ARRAY) return false;
  for (uint64_t at = 0; json_next(list, &at, NULL, &token);) {
    const struct json_value others = json_member(token, "top_logprobs");
    if (!is_token(token) || others.kind != JSON_ARRAY) return false;
    for (uint64_t of = 0; json_next(others, &of, NULL, &other);) {
      if (!is_token(other)) return false;
    }
  }
  return true;
}
