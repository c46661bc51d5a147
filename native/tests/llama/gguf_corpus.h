/* Where things stand in a sound GGUF file, so that a test can spoil them one by one. */
#ifndef LLMB_TESTS_GGUF_CORPUS_H
#define LLMB_TESTS_GGUF_CORPUS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

enum { CORPUS_KEYS_MAX = 64, CORPUS_TENSORS_MAX = 64, CORPUS_NAME_SIZE = 64, CORPUS_HEAD_SIZE = 24 };
enum { CORPUS_UINT32 = 4, CORPUS_INT32 = 5, CORPUS_FLOAT32 = 6, CORPUS_TEXT = 8, CORPUS_ARRAY = 9 };

struct corpus_key {
  char name[CORPUS_NAME_SIZE];
  uint64_t at, type_at, value_at, end;
  uint32_t type;
};

struct corpus_tensor {
  char name[CORPUS_NAME_SIZE];
  uint64_t at, count_at, shape_at, type_at, offset_at, end, data_at;
  uint32_t dimension_count;
};

struct corpus_model {
  uint8_t *bytes;
  uint64_t size;
  struct corpus_key keys[CORPUS_KEYS_MAX];
  struct corpus_tensor tensors[CORPUS_TENSORS_MAX];
  unsigned key_count, tensor_count;
};

static inline uint64_t corpus_number(const struct corpus_model *model, uint64_t at, unsigned size) {
  uint64_t number = 0;
  memcpy(&number, model->bytes + at, size);
  return number;
}

static inline uint64_t corpus_text_end(const struct corpus_model *model, uint64_t at, char *name) {
  const uint64_t size = corpus_number(model, at, 8);
  if (name != NULL) snprintf(name, CORPUS_NAME_SIZE, "%.*s", (int)size, (const char *)model->bytes + at + 8);
  return at + 8 + size;
}

static inline uint64_t corpus_value_end(const struct corpus_model *model, uint32_t type, uint64_t at) {
  static const uint8_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  if (type == CORPUS_TEXT) return corpus_text_end(model, at, NULL);
  if (type != CORPUS_ARRAY) return at + sizes[type];
  const uint32_t element = (uint32_t)corpus_number(model, at, 4);
  const uint64_t count = corpus_number(model, at + 4, 8);
  at += 12;
  if (element != CORPUS_TEXT) return at + count * sizes[element];
  for (uint64_t i = 0; i < count; i++) at = corpus_text_end(model, at, NULL);
  return at;
}

static inline uint64_t corpus_read_key(const struct corpus_model *model, uint64_t at, struct corpus_key *key) {
  key->at = at;
  key->type_at = corpus_text_end(model, at, key->name);
  key->type = (uint32_t)corpus_number(model, key->type_at, 4);
  key->value_at = key->type_at + 4;
  return key->end = corpus_value_end(model, key->type, key->value_at);
}

static inline uint64_t corpus_read_tensor(const struct corpus_model *model, uint64_t at, struct corpus_tensor *tensor) {
  tensor->at = at;
  tensor->count_at = corpus_text_end(model, at, tensor->name);
  tensor->dimension_count = (uint32_t)corpus_number(model, tensor->count_at, 4);
  tensor->shape_at = tensor->count_at + 4;
  tensor->type_at = tensor->shape_at + 8 * tensor->dimension_count;
  tensor->offset_at = tensor->type_at + 4;
  return tensor->end = tensor->offset_at + 8;
}

/* Reads a file that is known to be sound. */
static inline bool corpus_read(const char *path, struct corpus_model *model) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) return false;
  memset(model, 0, sizeof *model);
  model->size = (uint64_t)ftell(file);
  model->bytes = malloc(model->size);
  rewind(file);
  const bool read = model->bytes != NULL && fread(model->bytes, 1, model->size, file) == model->size;
  fclose(file);
  if (!read) return false;
  model->tensor_count = (unsigned)corpus_number(model, 8, 8);
  model->key_count = (unsigned)corpus_number(model, 16, 8);
  if (model->tensor_count > CORPUS_TENSORS_MAX || model->key_count > CORPUS_KEYS_MAX) return false;
  uint64_t at = CORPUS_HEAD_SIZE;
  for (unsigned i = 0; i < model->key_count; i++) at = corpus_read_key(model, at, &model->keys[i]);
  for (unsigned i = 0; i < model->tensor_count; i++) at = corpus_read_tensor(model, at, &model->tensors[i]);
  const uint64_t data = (at + 31) / 32 * 32;
  for (unsigned i = 0; i < model->tensor_count; i++) {
    model->tensors[i].data_at = data + corpus_number(model, model->tensors[i].offset_at, 8);
  }
  return true;
}

static inline const struct corpus_key *corpus_key(const struct corpus_model *model, const char *name) {
  for (unsigned i = 0; i < model->key_count; i++) {
    if (strcmp(model->keys[i].name, name) == 0) return &model->keys[i];
  }
  fprintf(stderr, "the test model has no key %s\n", name);
  exit(1);
}

/* The file as it stands, cut to `size`. */
static inline void corpus_write(const struct corpus_model *model, const char *path, uint64_t size) {
  FILE *file = fopen(path, "wb");
  CHECK(file != NULL && fwrite(model->bytes, 1, size, file) == size);
  if (file != NULL) fclose(file);
}

#endif
