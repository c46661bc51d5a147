#include <stdio.h>

#include <llmbridge/model.h>

#include "core/error.h"
#include "core/json_writer.h"
#include "gguf/gguf_file.h"
#include "gguf/gguf_parts.h"
#include "gguf/gguf_keys.h"
#include "gguf/gguf_value_json.h"

static void write_text_of(struct json_writer *writer, const struct gguf_file *file, const char *name) {
  const struct gguf_key *key = gguf_key_find(file, name);
  if (key == NULL || key->text == NULL) {
    json_null(writer);
  } else {
    json_text_sized(writer, key->text, key->count);
  }
}

/* Writes ARCHITECTURE.suffix, which has been checked to be an integer. */
static void write_size(struct json_writer *writer, const struct gguf_file *file, const char *suffix) {
  char name[128]; /* an architecture has at most 64 bytes */
  snprintf(name, sizeof name, "%s.%s", gguf_key_find(file, "general.architecture")->text, suffix);
  const struct gguf_key *key = gguf_key_find(file, name);
  if (key == NULL) {
    json_null(writer);
  } else {
    json_integer(writer, gguf_key_integer(key));
  }
}

static void write_vocabulary(struct json_writer *writer, const struct gguf_file *file) {
  const struct gguf_key *tokens = gguf_key_find(file, "tokenizer.ggml.tokens");
  if (tokens != NULL) {
    json_integer(writer, (int64_t)tokens->count);
  } else {
    write_size(writer, file, "vocab_size");
  }
}

/* The tensor type that most parameters have; NULL without tensors. */
static const char *dominant_type(const struct gguf_file *file) {
  const uint64_t *elements = file->elements_by_type;
  uint32_t dominant = 0;
  for (uint32_t type = 1; type < GGUF_TENSOR_TYPE_COUNT; type++) {
    if (elements[type] > elements[dominant]) dominant = type;
  }
  return elements[dominant] > 0 ? gguf_tensor_type_of(dominant)->name : NULL;
}

static void write_file(struct json_writer *writer, const struct gguf_file *file) {
  json_object_open(writer);
  json_key(writer, "architecture");
  write_text_of(writer, file, "general.architecture");
  json_key(writer, "name");
  write_text_of(writer, file, "general.name");
  json_key(writer, "parameters");
  json_integer(writer, (int64_t)file->model_elements);
  json_key(writer, "quantisation");
  json_text(writer, dominant_type(file));
  json_key(writer, "context_length");
  write_size(writer, file, "context_length");
  json_key(writer, "embedding_length");
  write_size(writer, file, "embedding_length");
  json_key(writer, "block_count");
  write_size(writer, file, "block_count");
  json_key(writer, "vocabulary");
  write_vocabulary(writer, file);
  json_key(writer, "tokenizer");
  write_text_of(writer, file, "tokenizer.ggml.model");
  json_key(writer, "chat_template");
  json_boolean(writer, gguf_key_find(file, "tokenizer.chat_template") != NULL);
  json_key(writer, "tensors");
  json_integer(writer, (int64_t)file->model_tensor_count);
  json_key(writer, "file_bytes");
  json_integer(writer, (int64_t)file->model_bytes);
  json_key(writer, "files");
  json_integer(writer, (int64_t)file->part_count);
  json_key(writer, "alignment");
  json_integer(writer, (int64_t)file->alignment);
  json_key(writer, "version");
  json_integer(writer, file->version);
  json_key(writer, "metadata");
  json_object_open(writer);
  for (uint64_t i = 0; i < file->key_count; i++) {
    json_key(writer, file->keys[i].name);
    gguf_value_write_json(writer, &file->keys[i]);
  }
  json_object_close(writer);
  json_object_close(writer);
}

LLMB_API llmb_status llmb_inspect(const char *path, char **out_json, llmb_error *out_error) {
  if (out_json != NULL) *out_json = NULL;
  if (path == NULL || path[0] == '\0') {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "path is %s, expected a model file",
                     path == NULL ? "NULL" : "empty");
  }
  struct gguf_file file;
  struct json_writer writer;
  llmb_status status = gguf_model_read(path, &file, out_error);
  if (status != LLMB_OK || out_json == NULL) goto finish;
  json_writer_begin(&writer);
  write_file(&writer, &file);
  status = json_writer_finish(&writer, out_json);
  if (status != LLMB_OK) error_set(out_error, status, LLMB_PHASE_LOAD, "model: no memory to describe it");

finish:
  gguf_file_clear(&file);
  return status;
}
