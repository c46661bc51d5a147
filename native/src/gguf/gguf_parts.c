/* A model in several files is named "m-00001-of-00003.gguf" and so on. All are a stranger's, so all are checked. */
#include "gguf/gguf_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text_quote.h"
#include "gguf/gguf_keys.h"

enum { PATH_SIZE_MAX = 4096, PART_SUFFIX_SIZE = sizeof "-00001-of-00003.gguf" - 1 };

/* The path of a part, by that of the first; 0 if the first is not named as parts are. */
static bool part_path(const char *first, uint64_t part, uint64_t count, char out[PATH_SIZE_MAX]) {
  const size_t size = strlen(first);
  char suffix[64];
  if (size < PART_SUFFIX_SIZE) return false;
  snprintf(suffix, sizeof suffix, "-%05d-of-%05" PRIu64 ".gguf", 1, count);
  if (strcmp(first + size - PART_SUFFIX_SIZE, suffix) != 0) return false;
  const int written = snprintf(out, PATH_SIZE_MAX, "%.*s-%05" PRIu64 "-of-%05" PRIu64 ".gguf",
                               (int)(size - PART_SUFFIX_SIZE), first, part + 1, count);
  return written > 0 && written < PATH_SIZE_MAX;
}

static llmb_status refuse(const char *path, const char *why, uint64_t part, uint64_t count, llmb_error *error) {
  char quoted[TEXT_QUOTE_CAPACITY];
  return error_set(error, LLMB_E_MODEL_INVALID, LLMB_PHASE_LOAD, "model: %s, file %" PRIu64 " of %" PRIu64 ": %s",
                   text_quote(quoted, path), part + 1, count, why);
}

static llmb_status add_part(struct gguf_file *first, const struct gguf_file *part, const char *path, uint64_t number,
                            llmb_error *error) {
  if (part->part != number || part->part_count != first->part_count) {
    return refuse(path, "it says of itself that it is another one (split.no, split.count)", number, first->part_count,
                  error);
  }
  if (__builtin_add_overflow(first->model_elements, part->elements, &first->model_elements) ||
      first->model_elements > INT64_MAX) {
    return refuse(path, "the model has more parameters than can be counted", number, first->part_count, error);
  }
  first->model_bytes += part->file_size;
  first->model_tensor_count += part->tensor_count;
  for (uint64_t i = 0; i < part->tensor_count; i++) {
    first->elements_by_type[part->tensors[i].type] += part->tensors[i].elements;
  }
  return LLMB_OK;
}

/* llama.cpp believes this number. */
static llmb_status check_total(const char *path, const struct gguf_file *first, llmb_error *error) {
  const struct gguf_key *key = gguf_key_find(first, "split.tensors.count");
  if (key == NULL) return LLMB_OK;
  if (gguf_value_is_integer(key->type) && gguf_key_integer(key) == (int64_t)first->model_tensor_count) return LLMB_OK;
  return refuse(path, "its split.tensors.count is not the number of tensors in all files", 0, first->part_count, error);
}

static llmb_status read_others(const char *path, struct gguf_file *first, llmb_error *error) {
  char part[PATH_SIZE_MAX];
  if (first->part > 0) {
    return refuse(path, "a split model is named by its first file", first->part, first->part_count, error);
  }
  if (!part_path(path, 0, first->part_count, part)) {
    return refuse(path, "the name of a split model's first file ends in \"-00001-of-00003.gguf\", with its own count",
                  0, first->part_count, error);
  }
  llmb_status status = LLMB_OK;
  for (uint64_t i = 1; status == LLMB_OK && i < first->part_count; i++) {
    struct gguf_file other;
    part_path(path, i, first->part_count, part);
    status = gguf_file_read(part, &other, error);
    if (status == LLMB_OK) status = add_part(first, &other, part, i, error);
    gguf_file_clear(&other);
  }
  return status == LLMB_OK ? check_total(path, first, error) : status;
}

static void count_first(struct gguf_file *file) {
  file->model_bytes = file->file_size;
  file->model_elements = file->elements;
  file->model_tensor_count = file->tensor_count;
  for (uint64_t i = 0; i < file->tensor_count; i++) {
    file->elements_by_type[file->tensors[i].type] += file->tensors[i].elements;
  }
}

llmb_status gguf_model_read(const char *path, struct gguf_file *out, llmb_error *error) {
  llmb_status status = gguf_file_read(path, out, error);
  if (status != LLMB_OK) return status;
  count_first(out);
  return out->part_count > 1 ? read_others(path, out, error) : LLMB_OK;
}
