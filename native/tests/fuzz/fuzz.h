/* What all fuzz targets share: libFuzzer's entry point, and checks that end the run where it stands. */
#ifndef LLMB_TESTS_FUZZ_H
#define LLMB_TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                   \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                                  \
    }                                                                           \
  } while (0)

/* Takes bytes off the front of the input; zeros when it is used up. */
struct fuzz_input {
  const uint8_t *bytes;
  size_t size;
};

static inline uint8_t fuzz_byte(struct fuzz_input *input) {
  if (input->size == 0) return 0;
  input->size--;
  return *input->bytes++;
}

static inline uint64_t fuzz_number(struct fuzz_input *input, unsigned size) {
  uint64_t number = 0;
  for (unsigned i = 0; i < size; i++) number = number << 8 | fuzz_byte(input);
  return number;
}

/* A NUL-terminated copy of the bytes, to be freed; nothing may be read behind it. */
static inline char *fuzz_copy(const uint8_t *bytes, size_t size) {
  char *copy = (char *)malloc(size + 1);
  if (copy == NULL) exit(2);
  if (size > 0) memcpy(copy, bytes, size);
  copy[size] = '\0';
  return copy;
}

#endif
