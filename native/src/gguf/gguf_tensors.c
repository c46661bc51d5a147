/* The list of tensors: shapes and types, and where their data lies. The data itself is never read. */
#include "gguf/gguf_tensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/text_quote.h"
#include "core/utf8.h"

static llmb_status read_tensor_name(struct gguf_reader *reader, struct gguf_tensor *tensor) {
  uint64_t size = 0, valid_size = 0;
  llmb_status status = gguf_read_u64(reader, "the length of its name", &size);
  if (status != LLMB_OK) return status;
  if (size == 0 || size > GGUF_TENSOR_NAME_SIZE_MAX) {
    return gguf_refuse(reader, tensor->position, "a name of %" PRIu64 " bytes; 1 to %d are read", size,
                       GGUF_TENSOR_NAME_SIZE_MAX);
  }
  status = gguf_read_bytes(reader, "its name", tensor->name, size);
  if (status != LLMB_OK) return status;
  if (utf8_check((const uint8_t *)tensor->name, size, &valid_size) != UTF8_VALID || strlen(tensor->name) != size) {
    return gguf_refuse(reader, tensor->position, "its name is not plain UTF-8");
  }
  return LLMB_OK;
}

static llmb_status read_shape(struct gguf_reader *reader, struct gguf_tensor *tensor) {
  uint32_t count = 0;
  llmb_status status = gguf_read_u32(reader, "its count of dimensions", &count);
  if (status != LLMB_OK) return status;
  if (count > GGUF_DIMENSIONS_MAX) {
    return gguf_refuse(reader, reader->position - 4, "%" PRIu32 " dimensions; at most %d are read", count,
                       GGUF_DIMENSIONS_MAX);
  }
  tensor->elements = tensor->row = 1; /* without a dimension it is a single number */
  for (uint32_t i = 0; i < count; i++) {
    uint64_t size = 0;
    status = gguf_read_u64(reader, "a dimension", &size);
    if (status != LLMB_OK) return status;
    if (size == 0) return gguf_refuse(reader, reader->position - 8, "dimension %" PRIu32 " is 0", i + 1);
    if (__builtin_mul_overflow(tensor->elements, size, &tensor->elements) || tensor->elements >= INT64_MAX) {
      return gguf_refuse(reader, reader->position - 8,
                         "with %" PRIu64 " in dimension %" PRIu32 " it has more elements than can be counted", size,
                         i + 1);
    }
    if (i == 0) tensor->row = size;
  }
  return LLMB_OK;
}

static llmb_status read_tensor_type(struct gguf_reader *reader, struct gguf_tensor *tensor) {
  llmb_status status = gguf_read_u32(reader, "its type", &tensor->type);
  if (status != LLMB_OK) return status;
  const struct gguf_tensor_type *type = gguf_tensor_type_of(tensor->type);
  if (type == NULL) {
    return gguf_refuse(reader, reader->position - 4, "llama.cpp 0.5.0 reads no type %" PRIu32, tensor->type);
  }
  if (tensor->row % type->block_elements != 0) {
    return gguf_refuse(reader, reader->position - 4, "rows of %" PRIu64 " elements, but %s has blocks of %" PRIu32,
                       tensor->row, type->name, type->block_elements);
  }
  if (__builtin_mul_overflow(tensor->elements / type->block_elements, type->block_bytes, &tensor->bytes)) {
    return gguf_refuse(reader, reader->position - 4, "it has more bytes than can be counted");
  }
  return LLMB_OK;
}

static llmb_status read_tensor(struct gguf_reader *reader, struct gguf_file *file, struct gguf_tensor *tensor) {
  tensor->position = reader->position;
  llmb_status status = read_tensor_name(reader, tensor);
  if (status != LLMB_OK) return status;
  gguf_reader_subject(reader, "tensor", 0, tensor->name);
  status = read_shape(reader, tensor);
  if (status == LLMB_OK) status = read_tensor_type(reader, tensor);
  if (status == LLMB_OK) status = gguf_read_u64(reader, "its offset", &tensor->offset);
  if (status != LLMB_OK) return status;
  if (tensor->offset % file->alignment != 0) {
    return gguf_refuse(reader, reader->position - 8, "offset %" PRIu64 " is no multiple of the alignment, %" PRIu64,
                       tensor->offset, file->alignment);
  }
  if (__builtin_add_overflow(file->elements, tensor->elements, &file->elements) || file->elements > INT64_MAX) {
    return gguf_refuse(reader, tensor->position, "the model has more parameters than can be counted");
  }
  return LLMB_OK;
}

llmb_status gguf_read_tensors(struct gguf_reader *reader, struct gguf_file *file) {
  for (uint64_t i = 0; i < file->tensor_count; i++) {
    gguf_reader_subject(reader, "tensor", i + 1, NULL);
    llmb_status status = read_tensor(reader, file, &file->tensors[i]);
    if (status != LLMB_OK) return status;
  }
  return LLMB_OK;
}

static int compare_names(const void *left, const void *right) {
  const struct gguf_tensor *const *left_tensor = left, *const *right_tensor = right;
  return strcmp((*left_tensor)->name, (*right_tensor)->name);
}

static int compare_offsets(const void *left, const void *right) {
  const struct gguf_tensor *const *left_tensor = left, *const *right_tensor = right;
  return ((*left_tensor)->offset > (*right_tensor)->offset) - ((*left_tensor)->offset < (*right_tensor)->offset);
}

static llmb_status refuse_same_names(struct gguf_reader *reader, const struct gguf_tensor **sorted, uint64_t count) {
  qsort(sorted, count, sizeof(const struct gguf_tensor *), compare_names);
  for (uint64_t i = 1; i < count; i++) {
    if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0) continue;
    gguf_reader_subject(reader, "tensor", 0, sorted[i]->name);
    uint64_t first = sorted[i - 1]->position, second = sorted[i]->position;
    return gguf_refuse(reader, first > second ? first : second, "it stands in the file twice");
  }
  return LLMB_OK;
}

/* Each tensor's data has been found to lie in the file, so that no sum here or below can overflow. */
static llmb_status refuse_overlaps(struct gguf_reader *reader, const struct gguf_tensor **sorted, uint64_t count) {
  qsort(sorted, count, sizeof(const struct gguf_tensor *), compare_offsets);
  for (uint64_t i = 1; i < count; i++) {
    const struct gguf_tensor *before = sorted[i - 1], *tensor = sorted[i];
    if (before->offset + before->bytes <= tensor->offset) continue;
    char quoted[TEXT_QUOTE_CAPACITY];
    gguf_reader_subject(reader, "tensor", 0, tensor->name);
    return gguf_refuse(reader, tensor->position, "its data overlaps that of %s", text_quote(quoted, before->name));
  }
  return LLMB_OK;
}

/* GGUF would allow gaps and any order; llama.cpp takes the data only as its own writer puts it. */
static llmb_status refuse_gaps(struct gguf_reader *reader, const struct gguf_file *file) {
  uint64_t expected = 0;
  for (uint64_t i = 0; i < file->tensor_count; i++) {
    const struct gguf_tensor *tensor = &file->tensors[i];
    if (tensor->offset != expected) {
      gguf_reader_subject(reader, "tensor", 0, tensor->name);
      return gguf_refuse(reader, tensor->position,
                         "its data is at offset %" PRIu64
                         ", but llama.cpp reads it only right behind that of the "
                         "tensor before, at %" PRIu64,
                         tensor->offset, expected);
    }
    expected += tensor->bytes;
    if (expected % file->alignment != 0) expected += file->alignment - expected % file->alignment;
  }
  return LLMB_OK;
}

static llmb_status refuse_outside(struct gguf_reader *reader, const struct gguf_file *file) {
  uint64_t data_size = file->file_size - file->data_begin;
  for (uint64_t i = 0; i < file->tensor_count; i++) {
    const struct gguf_tensor *tensor = &file->tensors[i];
    if (tensor->offset <= data_size && tensor->bytes <= data_size - tensor->offset) continue;
    gguf_reader_subject(reader, "tensor", 0, tensor->name);
    return gguf_refuse(reader, tensor->position,
                       "its %" PRIu64 " bytes at offset %" PRIu64 " end beyond the file, which has %" PRIu64
                       " bytes of data",
                       tensor->bytes, tensor->offset, data_size);
  }
  return LLMB_OK;
}

llmb_status gguf_place_tensors(struct gguf_reader *reader, struct gguf_file *file) {
  file->data_begin = reader->position;
  if (file->tensor_count == 0) return LLMB_OK;
  uint64_t past = reader->position % file->alignment;
  if (past > 0) file->data_begin += file->alignment - past; /* small: positions end at GGUF_HEAD_SIZE_MAX */
  if (file->data_begin > file->file_size) {
    gguf_reader_subject(reader, "tensor data", 0, NULL);
    return gguf_refuse(reader, reader->position, "the file ends before the data begins at byte %" PRIu64,
                       file->data_begin);
  }
  llmb_status status = refuse_outside(reader, file);
  if (status != LLMB_OK) return status;

  void *block = NULL;
  status = memory_allocate(file->tensor_count * sizeof(struct gguf_tensor *), &block);
  if (status != LLMB_OK) return error_set(reader->error, status, LLMB_PHASE_LOAD, "model: no memory for its tensors");
  const struct gguf_tensor **sorted = block;
  for (uint64_t i = 0; i < file->tensor_count; i++) sorted[i] = &file->tensors[i];
  status = refuse_same_names(reader, sorted, file->tensor_count);
  if (status == LLMB_OK) status = refuse_overlaps(reader, sorted, file->tensor_count);
  if (status == LLMB_OK) status = refuse_gaps(reader, file);
  memory_release(block);
  return status;
}
