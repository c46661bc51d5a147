/* json_check against a slow checker that is written the other way: by recursion, straight from the grammar. */
#include "core/json_check.h"
#include "core/utf8.h"
#include "tests/fuzz/fuzz.h"

struct cursor {
  const uint8_t *at, *end;
};

static bool take(struct cursor *cursor, const char *allowed) {
  if (cursor->at == cursor->end || *cursor->at == 0 || strchr(allowed, *cursor->at) == NULL) return false;
  cursor->at++;
  return true;
}

static bool take_word(struct cursor *cursor, const char *word) {
  size_t size = strlen(word);
  if ((size_t)(cursor->end - cursor->at) < size || memcmp(cursor->at, word, size) != 0) return false;
  cursor->at += size;
  return true;
}

static bool take_digits(struct cursor *cursor) {
  const uint8_t *begin = cursor->at;
  while (take(cursor, "0123456789")) continue;
  return cursor->at > begin;
}

static void take_blanks(struct cursor *cursor) {
  while (take(cursor, " \t\r\n")) continue;
}

static bool take_number(struct cursor *cursor) {
  take(cursor, "-");
  if (!take(cursor, "0") && !take_digits(cursor)) return false;
  if (take(cursor, ".") && !take_digits(cursor)) return false;
  if (!take(cursor, "eE")) return true;
  take(cursor, "+-");
  return take_digits(cursor);
}

static bool take_text(struct cursor *cursor) {
  if (!take(cursor, "\"")) return false;
  while (!take(cursor, "\"")) {
    if (take(cursor, "\\")) {
      if (take(cursor, "\"\\/bfnrt")) continue;
      if (!take(cursor, "u")) return false;
      for (int i = 0; i < 4; i++) {
        if (!take(cursor, "0123456789abcdefABCDEF")) return false;
      }
    } else {
      if (cursor->at == cursor->end || *cursor->at < 0x20) return false;
      cursor->at++;
    }
  }
  return true;
}

static bool take_value(struct cursor *cursor, unsigned depth) {
  take_blanks(cursor);
  bool is_object = take(cursor, "{");
  if (is_object || take(cursor, "[")) {
    if (depth == JSON_DEPTH_MAX) return false;
    take_blanks(cursor);
    if (take(cursor, is_object ? "}" : "]")) return true;
    for (;;) {
      take_blanks(cursor);
      if (is_object && !take_text(cursor)) return false;
      take_blanks(cursor);
      if (is_object && !take(cursor, ":")) return false;
      if (!take_value(cursor, depth + 1)) return false;
      take_blanks(cursor);
      if (take(cursor, is_object ? "}" : "]")) return true;
      if (!take(cursor, ",")) return false;
    }
  }
  if (cursor->at < cursor->end && *cursor->at == '"') return take_text(cursor);
  return take_word(cursor, "true") || take_word(cursor, "false") || take_word(cursor, "null") || take_number(cursor);
}

static bool is_json(const uint8_t *data, size_t size) {
  struct cursor cursor = {data, data + size};
  uint64_t valid_size = 0;
  if (utf8_check(data, size, &valid_size) != UTF8_VALID || !take_value(&cursor, 0)) return false;
  take_blanks(&cursor);
  return cursor.at == cursor.end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint64_t offset = UINT64_MAX, other_offset = 0;
  const char *what = NULL;
  llmb_status status = json_check(data, size, &offset, &what);
  FUZZ_CHECK((status == LLMB_OK) == is_json(data, size));
  if (status == LLMB_OK) return 0;
  FUZZ_CHECK(status == LLMB_E_OUTPUT_INVALID && offset <= size && what != NULL);
  /* What follows the fault has no part in it. */
  if (offset < size) {
    FUZZ_CHECK(json_check(data, offset + 1, &other_offset, NULL) == status && other_offset <= offset + 1);
  }
  return 0;
}
