#include "core/settings_parse_json.h"

#include <stddef.h>
#include <string.h>

#include "core/json_check.h"
#include "core/json_depth.h"
#include "core/json_reader.h"

/* Half of a surrogate pair stands for no character, so no text has it. */
static bool is_whole_text(struct json_value string) {
  for (uint64_t i = 1; i + 1 < string.size; i++) {
    if (string.text[i] != '\\') continue;
    i++;
    if (string.text[i] == 'u' && json_is_lone_surrogate(string, &i)) return false;
  }
  return true;
}

static bool has_nul(struct json_value string) {
  for (uint64_t i = 1; i + 1 < string.size; i++) {
    if (string.text[i] != '\\') continue;
    if (string.size - i > 6 && memcmp(string.text + i, "\\u0000", 6) == 0) return true;
    i++;
  }
  return false;
}

static const char *stop_problem(const char *value, uint64_t size) {
  if (value[0] != '[' || json_check((const uint8_t *)value, size, NULL, NULL) != LLMB_OK) return NULL;
  struct json_value element;
  const struct json_value list = json_read(value, size);
  for (uint64_t at = 0; json_next(list, &at, NULL, &element);) {
    if (element.kind != JSON_STRING)
      return "is a JSON array with more than strings in it, allowed is a string or an array of them";
    if (has_nul(element)) return "has a NUL in it, allowed is a string or an array of them";
    if (!is_whole_text(element)) return "has half of a surrogate pair in it, allowed is a string or an array of them";
  }
  return NULL;
}

static const char *messages_problem(const char *value, uint64_t size) {
  struct json_value message;
  const struct json_value list = json_read(value, size);
  uint64_t at = 0;
  const bool is_empty = list.kind == JSON_ARRAY && !json_next(list, &at, NULL, &message);
  return is_empty ? "has no message in it, allowed is a JSON array of objects with role and content" : NULL;
}

const char *setting_json_problem(enum setting_id id, const char *value, uint64_t size) {
  _Static_assert(JSON_DEPTH_MAX == 512, "the message says so");
  if (json_is_deeper(value, size, JSON_DEPTH_MAX)) return "has more than 512 levels of brackets inside each other";
  if (id == SETTING_STOP) return stop_problem(value, size);
  return id == SETTING_MESSAGES ? messages_problem(value, size) : NULL;
}
