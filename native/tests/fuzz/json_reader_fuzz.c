/* json_reader on whatever json_check lets through: it stays inside the text, and what it gives out is JSON again. */
#include "core/json_check.h"
#include "core/json_reader.h"
#include "core/utf8.h"
#include "tests/fuzz/fuzz.h"

static void check_string(struct json_value string) {
  uint64_t valid_size = 0;
  char *copy = malloc(string.size);
  if (copy == NULL) exit(2);
  const uint64_t size = json_string_copy(string, copy);
  FUZZ_CHECK(size < string.size && copy[size] == 0);
  FUZZ_CHECK(utf8_check((const uint8_t *)copy, size, &valid_size) == UTF8_VALID);
  free(copy);
}

static void walk(struct json_value parent) {
  struct json_value name = {0}, value;
  uint64_t before = 0;
  for (uint64_t at = 0; json_next(parent, &at, &name, &value); before = at) {
    FUZZ_CHECK(at > before && at < parent.size);
    FUZZ_CHECK(value.text > parent.text && value.text + value.size < parent.text + parent.size);
    FUZZ_CHECK(json_check((const uint8_t *)value.text, value.size, NULL, NULL) == LLMB_OK);
    if (value.kind == JSON_STRING) check_string(value);
    if (parent.kind == JSON_OBJECT) check_string(name);
    walk(value);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { SIZE_MAX_HERE = 2048 }; /* each level is checked again */
  if (size > SIZE_MAX_HERE || json_check(data, size, NULL, NULL) != LLMB_OK) return 0;
  const struct json_value whole = json_read((const char *)data, size);
  FUZZ_CHECK(whole.kind != JSON_ABSENT && whole.size <= size);
  FUZZ_CHECK(json_check((const uint8_t *)whole.text, whole.size, NULL, NULL) == LLMB_OK);
  if (whole.kind == JSON_STRING) check_string(whole);
  walk(whole);
  return 0;
}
