/* Texts that the checker is to accept, and what it says of others. */
#ifndef LLMB_JSON_TEXTS_H
#define LLMB_JSON_TEXTS_H

#include <stdbool.h>

#include "tests/check.h"
#include "core/json_check.h"

/* The checker sees an exact copy in memory of its own, so that AddressSanitizer sees a read past the end. */
static inline llmb_status check_copy(const char *text, uint64_t size, uint64_t *offset, const char **what) {
  uint8_t *copy = malloc(size + 1);
  memcpy(copy + 1, text, size); /* unaligned on purpose */
  llmb_status status = json_check(copy + 1, size, offset, what);
  free(copy);
  return status;
}

struct text {
  const char *bytes;
  uint64_t size;
};
#define T(literal) \
  { literal, sizeof(literal) - 1 }

static inline void check_accepted(const struct text *texts, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t offset = 12345;
    const char *what = "untouched";
    llmb_status status = check_copy(texts[i].bytes, texts[i].size, &offset, &what);
    CHECK_INT(LLMB_OK, status);
    CHECK_INT(12345, offset);
    CHECK_TEXT("untouched", what);
    if (status != LLMB_OK) fprintf(stderr, "  %s: expected %s at %d\n", texts[i].bytes, what, (int)offset);
  }
}
#define CHECK_ACCEPTED(texts) check_accepted(texts, sizeof texts / sizeof texts[0])

struct refusal {
  const char *bytes;
  uint64_t size, offset;
  const char *what; /* a part of it */
};
#define R(literal, offset, what) \
  { literal, sizeof(literal) - 1, offset, what }

static inline void check_refused(const struct refusal *refusals, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t offset = 12345;
    const char *what = NULL;
    int before = check_failures;
    CHECK_INT(LLMB_E_OUTPUT_INVALID, check_copy(refusals[i].bytes, refusals[i].size, &offset, &what));
    CHECK_INT(refusals[i].offset, offset);
    CHECK_CONTAINS(refusals[i].what, what);
    if (check_failures != before) fprintf(stderr, "  in %zu: %s\n", i, refusals[i].bytes);
  }
}
#define CHECK_REFUSED(refusals) check_refused(refusals, sizeof refusals / sizeof refusals[0])

#endif
