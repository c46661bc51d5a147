/* What stands before the tensors' data in a model file, read and checked. */
#ifndef LLMB_GGUF_FILE_H
#define LLMB_GGUF_FILE_H

#include "gguf/gguf_limits.h"
#include "gguf/gguf_reader.h"
#include "gguf/gguf_types.h"

struct gguf_key {
  char *name;
  char *text;            /* a text of at most GGUF_TEXT_KEPT_MAX bytes, NUL-terminated; else NULL */
  uint64_t position;     /* of its entry in the file */
  uint64_t count;        /* elements of an array, bytes of a text */
  uint64_t bits;         /* a value of a fixed size, as it stands in the file */
  uint32_t type;         /* enum gguf_value_type */
  uint32_t element_type; /* the same, of an array's elements */
};

struct gguf_tensor {
  char name[GGUF_TENSOR_NAME_SIZE_MAX + 1];
  uint64_t position; /* of its entry in the file */
  uint64_t elements;
  uint64_t offset, bytes; /* of its data; from the beginning of the data, not of the file */
  uint64_t row;           /* elements of its first dimension */
  uint32_t type;
};

struct gguf_file {
  uint32_t version;
  uint64_t file_size, alignment, data_begin;
  uint64_t elements; /* of all tensors */
  struct gguf_key *keys;
  uint64_t key_count;
  struct gguf_tensor *tensors;
  uint64_t tensor_count;
  uint64_t part, part_count;                         /* of a split model, counted from 0; else 0 of 1 */
  uint64_t elements_by_type[GGUF_TENSOR_TYPE_COUNT]; /* with those of the parts that follow, as the sums are: */
  uint64_t model_bytes, model_elements, model_tensor_count;
};

/* Reads and checks one file. *out is cleared by
 * gguf_file_clear, also after a failure. */
llmb_status gguf_file_read(const char *path, struct gguf_file *out, llmb_error *error);
void gguf_file_clear(struct gguf_file *file);

#endif
