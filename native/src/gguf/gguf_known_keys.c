/* The keys whose meaning matters before a model is loaded: what they must be, if they are there. llama.cpp reads some
 * of them without a look at their type or length, or ends its process over them. */
#include "gguf/gguf_known_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gguf/gguf_keys.h"

enum { ARCHITECTURE_SIZE_MAX = 64 };

static llmb_status refuse_type(struct gguf_reader *reader, const struct gguf_key *key, const char *expected) {
  gguf_reader_subject(reader, "key", 0, key->name);
  bool is_array = key->type == GGUF_ARRAY;
  return gguf_refuse(reader, key->position, "it is %s%s, expected %s", is_array ? "an array of " : "",
                     gguf_value_name(is_array ? key->element_type : key->type), expected);
}

static llmb_status check_alignment(struct gguf_reader *reader, struct gguf_file *file) {
  const struct gguf_key *key = gguf_key_find(file, "general.alignment");
  if (key == NULL) return LLMB_OK;
  if (key->type != GGUF_UINT32) return refuse_type(reader, key, "uint32");
  gguf_reader_subject(reader, "key", 0, key->name);
  if (key->bits < GGUF_ALIGNMENT_MIN || key->bits > GGUF_ALIGNMENT_MAX || (key->bits & (key->bits - 1)) != 0) {
    return gguf_refuse(reader, key->position, "%" PRIu64 " is not a power of two from %d to %d", key->bits,
                       GGUF_ALIGNMENT_MIN, GGUF_ALIGNMENT_MAX);
  }
  file->alignment = key->bits;
  return LLMB_OK;
}

static llmb_status read_part_number(struct gguf_reader *reader, const struct gguf_file *file, const char *name,
                                    uint64_t least, uint64_t *out) {
  const struct gguf_key *key = gguf_key_find(file, name);
  if (key == NULL) return LLMB_OK;
  if (!gguf_value_is_integer(key->type)) return refuse_type(reader, key, "a whole number");
  const int64_t number = gguf_key_integer(key);
  gguf_reader_subject(reader, "key", 0, key->name);
  if (number < (int64_t)least || number > GGUF_PARTS_MAX) {
    return gguf_refuse(reader, key->position, "%" PRId64 " is not %" PRIu64 " to %d", number, least, GGUF_PARTS_MAX);
  }
  *out = (uint64_t)number;
  return LLMB_OK;
}

/* Which file of a split model this is. Some writers put a count of 0 into a model that is whole. */
static llmb_status check_parts(struct gguf_reader *reader, struct gguf_file *file) {
  llmb_status status = read_part_number(reader, file, "split.count", 0, &file->part_count);
  if (status == LLMB_OK) status = read_part_number(reader, file, "split.no", 0, &file->part);
  if (status == LLMB_OK && file->part_count == 0) file->part_count = 1;
  if (status == LLMB_OK && file->part >= file->part_count) {
    gguf_reader_subject(reader, "key", 0, "split.no");
    return gguf_refuse(reader, reader->position, "file %" PRIu64 " of %" PRIu64, file->part + 1, file->part_count);
  }
  return status;
}

/* Only the first file of a split model says what model it is. */
static llmb_status check_architecture(struct gguf_reader *reader, const struct gguf_file *file) {
  const struct gguf_key *key = gguf_key_find(file, "general.architecture");
  if (key == NULL && file->part > 0) return LLMB_OK;
  if (key == NULL) {
    gguf_reader_subject(reader, "metadata", 0, NULL);
    return gguf_refuse(reader, reader->position, "the key \"general.architecture\" is missing");
  }
  if (key->type != GGUF_TEXT) return refuse_type(reader, key, "string");
  if (key->count == 0 || key->count > ARCHITECTURE_SIZE_MAX || strlen(key->text) != key->count) {
    gguf_reader_subject(reader, "key", 0, key->name);
    return gguf_refuse(reader, key->position, "it is no name of 1 to %d bytes", ARCHITECTURE_SIZE_MAX);
  }
  return LLMB_OK;
}

static llmb_status check_texts(struct gguf_reader *reader, const struct gguf_file *file) {
  static const char *const names[] = {"general.name", "tokenizer.ggml.model", "tokenizer.ggml.pre",
                                      "tokenizer.chat_template"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const struct gguf_key *key = gguf_key_find(file, names[i]);
    if (key != NULL && key->type != GGUF_TEXT) return refuse_type(reader, key, "string");
  }
  return LLMB_OK;
}

/* Sizes of the model: whole numbers that are not negative. */
static llmb_status check_sizes(struct gguf_reader *reader, const struct gguf_file *file) {
  static const char *const suffixes[] = {"context_length", "embedding_length", "block_count", "vocab_size"};
  const struct gguf_key *named = gguf_key_find(file, "general.architecture");
  if (named == NULL) return LLMB_OK;
  const char *architecture = named->text;
  for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
    char name[ARCHITECTURE_SIZE_MAX + 32];
    snprintf(name, sizeof name, "%s.%s", architecture, suffixes[i]);
    const struct gguf_key *key = gguf_key_find(file, name);
    if (key == NULL) continue;
    if (!gguf_value_is_integer(key->type)) return refuse_type(reader, key, "a whole number");
    if (gguf_key_integer(key) < 0) {
      gguf_reader_subject(reader, "key", 0, key->name);
      return gguf_refuse(reader, key->position, "it is out of range");
    }
  }
  return LLMB_OK;
}

/* What stands beside the list of tokens must cover it. */
static llmb_status check_tokens(struct gguf_reader *reader, const struct gguf_file *file) {
  const struct gguf_key *tokens = gguf_key_find(file, "tokenizer.ggml.tokens");
  const struct gguf_key *scores = gguf_key_find(file, "tokenizer.ggml.scores");
  const struct gguf_key *types = gguf_key_find(file, "tokenizer.ggml.token_type");
  const struct gguf_key *merges = gguf_key_find(file, "tokenizer.ggml.merges");
  if (tokens != NULL && (tokens->type != GGUF_ARRAY || tokens->element_type != GGUF_TEXT)) {
    return refuse_type(reader, tokens, "an array of string");
  }
  if (merges != NULL && (merges->type != GGUF_ARRAY || merges->element_type != GGUF_TEXT)) {
    return refuse_type(reader, merges, "an array of string");
  }
  if (types != NULL && (types->type != GGUF_ARRAY || types->element_type != GGUF_INT32)) {
    return refuse_type(reader, types, "an array of int32");
  }
  if (scores != NULL &&
      (scores->type != GGUF_ARRAY || (scores->element_type != GGUF_FLOAT32 && scores->element_type != GGUF_INT32))) {
    return refuse_type(reader, scores, "an array of float32 or int32");
  }
  const struct gguf_key *beside[] = {scores, types};
  for (unsigned i = 0; i < 2 && tokens != NULL; i++) {
    if (beside[i] == NULL || beside[i]->count >= tokens->count) continue;
    gguf_reader_subject(reader, "key", 0, beside[i]->name);
    return gguf_refuse(reader, beside[i]->position, "%" PRIu64 " elements for %" PRIu64 " tokens", beside[i]->count,
                       tokens->count);
  }
  return LLMB_OK;
}

llmb_status gguf_check_keys(struct gguf_reader *reader, struct gguf_file *file) {
  llmb_status status = check_alignment(reader, file);
  if (status == LLMB_OK) status = check_parts(reader, file);
  if (status == LLMB_OK) status = check_architecture(reader, file);
  if (status == LLMB_OK) status = check_texts(reader, file);
  if (status == LLMB_OK) status = check_sizes(reader, file);
  if (status == LLMB_OK) status = check_tokens(reader, file);
  return status;
}
