/* Writes model files piece by piece, right or wrong, into memory; notes where the counts and lengths stand. */
#ifndef LLMB_TESTS_GGUF_BUILDER_H
#define LLMB_TESTS_GGUF_BUILDER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gguf/gguf_types.h"

enum { BUILDER_CAPACITY = 64 << 10, BUILDER_FIELDS_MAX = 128 };

struct gguf_builder {
  uint8_t bytes[BUILDER_CAPACITY];
  uint64_t size;
  struct {
    uint64_t at;
    unsigned size;
  } fields[BUILDER_FIELDS_MAX]; /* counts and lengths */
  unsigned field_count;
};

static inline void build_bytes(struct gguf_builder *builder, const void *bytes, uint64_t size) {
  if (size > BUILDER_CAPACITY - builder->size) {
    fprintf(stderr, "gguf_builder: too much for %d bytes\n", BUILDER_CAPACITY);
    exit(2);
  }
  memcpy(builder->bytes + builder->size, bytes, size);
  builder->size += size;
}

static inline void build_number(struct gguf_builder *builder, uint64_t value, unsigned size) {
  uint8_t bytes[8];
  for (unsigned i = 0; i < size; i++) bytes[i] = (uint8_t)(value >> 8 * i);
  build_bytes(builder, bytes, size);
}

static inline void build_count(struct gguf_builder *builder, uint64_t value, unsigned size) {
  builder->fields[builder->field_count].at = builder->size;
  builder->fields[builder->field_count++].size = size;
  build_number(builder, value, size);
}

static inline void build_sized_text(struct gguf_builder *builder, const char *text, uint64_t size) {
  build_count(builder, size, 8);
  build_bytes(builder, text, size);
}

static inline void build_text(struct gguf_builder *builder, const char *text) {
  build_sized_text(builder, text, strlen(text));
}

static inline void build_header(struct gguf_builder *builder, uint32_t version, uint64_t tensors, uint64_t keys) {
  build_bytes(builder, "GGUF", 4);
  build_number(builder, version, 4);
  build_count(builder, tensors, 8);
  build_count(builder, keys, 8);
}

/* A key up to its value. */
static inline void build_key(struct gguf_builder *builder, const char *name, uint32_t type) {
  build_text(builder, name);
  build_number(builder, type, 4);
}

static inline void build_key_text(struct gguf_builder *builder, const char *name, const char *text) {
  build_key(builder, name, GGUF_TEXT);
  build_text(builder, text);
}

static inline void build_key_number(struct gguf_builder *builder, const char *name, uint32_t type, uint64_t bits) {
  build_key(builder, name, type);
  build_number(builder, bits, gguf_value_size(type));
}

static inline uint64_t float_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline uint64_t double_bits(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* An array up to its elements. */
static inline void build_key_array(struct gguf_builder *builder, const char *name, uint32_t type, uint64_t count) {
  build_key(builder, name, GGUF_ARRAY);
  build_number(builder, type, 4);
  build_count(builder, count, 8);
}

/* A tensor's entry; dimensions end with a 0. */
static inline void build_tensor(struct gguf_builder *builder, const char *name, const uint64_t *dimensions,
                                uint32_t type, uint64_t offset) {
  uint32_t count = 0;
  while (count < 4 && dimensions[count] != 0) count++;
  build_text(builder, name);
  build_count(builder, count, 4);
  for (uint32_t i = 0; i < count; i++) build_count(builder, dimensions[i], 8);
  build_number(builder, type, 4);
  build_count(builder, offset, 8);
}

/* Zeros up to a multiple of the alignment, then `size` bytes of data. */
static inline void build_data(struct gguf_builder *builder, uint64_t alignment, uint64_t size) {
  uint64_t zero = 0;
  while (builder->size % alignment != 0) build_bytes(builder, &zero, 1);
  for (; size > 0; size--) build_bytes(builder, "\x5A", 1);
}

enum { TYPE_F32 = 0, TYPE_F16 = 1, TYPE_Q8_0 = 8 };

/* Three tensors as every test here needs them: 204 bytes Q8_0, 256 bytes F32, 384 bytes F16, aligned to 32. */
enum { SMALL_TENSORS = 3, SMALL_DATA_SIZE = 480 + 384 };

static inline void build_small_tensors(struct gguf_builder *builder) {
  build_tensor(builder, "token_embd.weight", (uint64_t[]){64, 3, 0}, TYPE_Q8_0, 0);
  build_tensor(builder, "output_norm.weight", (uint64_t[]){64, 0}, TYPE_F32, 224);
  build_tensor(builder, "output.weight", (uint64_t[]){64, 3, 0}, TYPE_F16, 480);
  build_data(builder, 32, SMALL_DATA_SIZE);
}

/* A whole small model with a key of each kind. */
static inline void build_small(struct gguf_builder *builder) {
  *builder = (struct gguf_builder){0};
  build_header(builder, 3, SMALL_TENSORS, 19);
  build_key_text(builder, "general.architecture", "llama");
  build_key_text(builder, "general.name", "tiny \"one\"");
  build_key_number(builder, "general.alignment", GGUF_UINT32, 32);
  build_key_number(builder, "llama.context_length", GGUF_UINT32, 128);
  build_key_number(builder, "llama.embedding_length", GGUF_UINT64, 64);
  build_key_number(builder, "llama.block_count", GGUF_UINT8, 1);
  build_key_number(builder, "llama.rope.freq_base", GGUF_FLOAT32, float_bits(10000.0f));
  build_key_number(builder, "llama.epsilon", GGUF_FLOAT32, float_bits(1e-12f));
  build_key_number(builder, "test.double", GGUF_FLOAT64, double_bits(-0.125));
  build_key_number(builder, "test.int8", GGUF_INT8, 0x80);
  build_key_number(builder, "test.int16", GGUF_INT16, 0xFFFE);
  build_key_number(builder, "test.int64", GGUF_INT64, (uint64_t)INT64_MIN);
  build_key_number(builder, "test.uint16", GGUF_UINT16, 65535);
  build_key_number(builder, "tokenizer.ggml.add_bos_token", GGUF_BOOL, 1);
  build_key_text(builder, "tokenizer.ggml.model", "llama");
  build_key_array(builder, "tokenizer.ggml.tokens", GGUF_TEXT, 3);
  build_text(builder, "<unk>");
  build_text(builder, "");
  build_text(builder, "b");
  build_key_array(builder, "tokenizer.ggml.scores", GGUF_FLOAT32, 3);
  for (int i = 0; i < 3; i++) build_number(builder, float_bits(-1.0f), 4);
  build_key_array(builder, "tokenizer.ggml.token_type", GGUF_INT32, 3);
  for (int i = 0; i < 3; i++) build_number(builder, 1, 4);
  build_key_array(builder, "test.nothing", GGUF_UINT16, 0);
  build_small_tensors(builder);
}

/* A file without a name; the path is good until the descriptor is closed. */
struct gguf_temporary {
  int handle;
  char path[32];
};

static inline struct gguf_temporary temporary_create(const void *bytes, uint64_t size) {
  struct gguf_temporary file;
  file.handle = memfd_create("gguf_test", MFD_CLOEXEC);
  if (file.handle < 0 || write(file.handle, bytes, size) != (ssize_t)size) {
    perror("gguf_builder");
    exit(2);
  }
  snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.handle);
  return file;
}

#endif
