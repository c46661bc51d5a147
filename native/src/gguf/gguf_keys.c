/* Keys and values: where each begins and ends, and the small ones themselves. */
#include "gguf/gguf_keys.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/utf8.h"

static llmb_status read_text_size(struct gguf_reader *reader, const char *what, uint64_t *out_size) {
  llmb_status status = gguf_read_u64(reader, what, out_size);
  if (status == LLMB_OK && *out_size > GGUF_TEXT_SIZE_MAX) {
    return gguf_refuse(reader, reader->position - 8, "%s says %" PRIu64 " bytes; at most %d are read", what, *out_size,
                       GGUF_TEXT_SIZE_MAX);
  }
  return status;
}

static llmb_status read_text(struct gguf_reader *reader, const char *what, uint64_t size, char **out) {
  llmb_status status = gguf_need(reader, what, size);
  void *text = NULL;
  if (status != LLMB_OK) return status;
  status = memory_allocate(size + 1, &text);
  if (status != LLMB_OK) return error_set(reader->error, status, LLMB_PHASE_LOAD, "model: no memory for its keys");
  *out = text;
  return gguf_read_bytes(reader, what, text, size);
}

static llmb_status read_name(struct gguf_reader *reader, struct gguf_key *key) {
  uint64_t size = 0, valid_size = 0;
  llmb_status status = read_text_size(reader, "the length of its name", &size);
  if (status != LLMB_OK) return status;
  if (size == 0 || size > GGUF_KEY_SIZE_MAX) {
    return gguf_refuse(reader, key->position, "a name of %" PRIu64 " bytes; 1 to %d are read", size, GGUF_KEY_SIZE_MAX);
  }
  status = read_text(reader, "its name", size, &key->name);
  if (status != LLMB_OK) return status;
  if (utf8_check((const uint8_t *)key->name, size, &valid_size) != UTF8_VALID || strlen(key->name) != size) {
    return gguf_refuse(reader, key->position, "its name is not plain UTF-8");
  }
  return LLMB_OK;
}

static llmb_status read_text_value(struct gguf_reader *reader, struct gguf_key *key) {
  llmb_status status = read_text_size(reader, "the length of its string", &key->count);
  if (status != LLMB_OK) return status;
  if (key->count > GGUF_TEXT_KEPT_MAX) return gguf_skip(reader, "its string", key->count);
  return read_text(reader, "its string", key->count, &key->text);
}

static llmb_status read_array(struct gguf_reader *reader, struct gguf_key *key) {
  llmb_status status = gguf_read_u32(reader, "its elements' type", &key->element_type);
  if (status != LLMB_OK) return status;
  if (gguf_value_name(key->element_type) == NULL || key->element_type == GGUF_ARRAY) {
    return gguf_refuse(reader, reader->position - 4, "an array of elements of type %" PRIu32 "%s", key->element_type,
                       key->element_type == GGUF_ARRAY ? ": arrays of arrays are not read" : ", which does not exist");
  }
  status = gguf_read_u64(reader, "its count of elements", &key->count);
  if (status != LLMB_OK) return status;
  if (key->count > GGUF_ELEMENTS_MAX) {
    return gguf_refuse(reader, reader->position - 8, "an array of %" PRIu64 " elements; at most %d are read",
                       key->count, GGUF_ELEMENTS_MAX);
  }
  if (key->element_type != GGUF_TEXT) {
    return gguf_skip(reader, "its array", key->count * gguf_value_size(key->element_type));
  }
  status = gguf_need(reader, "its array of strings", key->count * 8);
  for (uint64_t i = 0; status == LLMB_OK && i < key->count; i++) {
    uint64_t size = 0;
    status = read_text_size(reader, "the length of a string in its array", &size);
    if (status == LLMB_OK) status = gguf_skip(reader, "a string in its array", size);
  }
  return status;
}

static llmb_status read_fixed(struct gguf_reader *reader, struct gguf_key *key) {
  uint8_t bytes[8] = {0};
  llmb_status status = gguf_read_bytes(reader, "its value", bytes, gguf_value_size(key->type));
  if (status != LLMB_OK) return status;
  for (unsigned i = 8; i > 0; i--) key->bits = key->bits << 8 | bytes[i - 1];
  if (key->type == GGUF_BOOL && key->bits > 1) {
    return gguf_refuse(reader, reader->position - 1, "%" PRIu64 " is no bool", key->bits);
  }
  return LLMB_OK;
}

static llmb_status read_key(struct gguf_reader *reader, struct gguf_key *key) {
  key->position = reader->position;
  llmb_status status = read_name(reader, key);
  if (status != LLMB_OK) return status;
  gguf_reader_subject(reader, "key", 0, key->name);
  status = gguf_read_u32(reader, "its type", &key->type);
  if (status != LLMB_OK) return status;
  if (key->type == GGUF_TEXT) return read_text_value(reader, key);
  if (key->type == GGUF_ARRAY) return read_array(reader, key);
  if (gguf_value_size(key->type) > 0) return read_fixed(reader, key);
  return gguf_refuse(reader, reader->position - 4, "there is no type %" PRIu32, key->type);
}

static int compare_names(const void *left, const void *right) {
  const struct gguf_key *const *left_key = left, *const *right_key = right;
  return strcmp((*left_key)->name, (*right_key)->name);
}

static llmb_status refuse_duplicates(struct gguf_reader *reader, const struct gguf_file *file) {
  void *block = NULL;
  llmb_status status = memory_allocate(file->key_count * sizeof(struct gguf_key *), &block);
  if (status != LLMB_OK) return error_set(reader->error, status, LLMB_PHASE_LOAD, "model: no memory for its keys");
  const struct gguf_key **sorted = block;
  for (uint64_t i = 0; i < file->key_count; i++) sorted[i] = &file->keys[i];
  // NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are sorted, not what they point to
  qsort(block, file->key_count, sizeof *sorted, compare_names);
  for (uint64_t i = 1; status == LLMB_OK && i < file->key_count; i++) {
    if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0) continue;
    gguf_reader_subject(reader, "key", 0, sorted[i]->name);
    uint64_t first = sorted[i - 1]->position, second = sorted[i]->position;
    status = gguf_refuse(reader, first > second ? first : second, "it stands in the file twice");
  }
  memory_release(block);
  return status;
}

llmb_status gguf_read_keys(struct gguf_reader *reader, struct gguf_file *file) {
  for (uint64_t i = 0; i < file->key_count; i++) {
    gguf_reader_subject(reader, "key", i + 1, NULL);
    llmb_status status = read_key(reader, &file->keys[i]);
    if (status != LLMB_OK) return status;
  }
  return file->key_count > 1 ? refuse_duplicates(reader, file) : LLMB_OK;
}

const struct gguf_key *gguf_key_find(const struct gguf_file *file, const char *name) {
  for (uint64_t i = 0; i < file->key_count; i++) {
    if (strcmp(file->keys[i].name, name) == 0) return &file->keys[i];
  }
  return NULL;
}

int64_t gguf_key_integer(const struct gguf_key *key) {
  bool is_signed = key->type == GGUF_INT8 || key->type == GGUF_INT16 || key->type == GGUF_INT32;
  unsigned unused = 64 - 8 * gguf_value_size(key->type);
  return is_signed ? (int64_t)(key->bits << unused) >> unused : (int64_t)key->bits;
}

double gguf_key_float(const struct gguf_key *key) {
  double value = 0;
  if (key->type == GGUF_FLOAT32) {
    uint32_t bits = (uint32_t)key->bits;
    float narrow;
    memcpy(&narrow, &bits, sizeof narrow);
    value = (double)narrow;
  } else {
    memcpy(&value, &key->bits, sizeof value);
  }
  return value;
}
