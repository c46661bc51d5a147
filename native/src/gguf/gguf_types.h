/* The types of values and tensors in a model file, numbered as in GGUF and in ggml 0.5.0. */
#ifndef LLMB_GGUF_TYPES_H
#define LLMB_GGUF_TYPES_H

#include <stdbool.h>
#include <stdint.h>

enum gguf_value_type {
  GGUF_UINT8 = 0,
  GGUF_INT8 = 1,
  GGUF_UINT16 = 2,
  GGUF_INT16 = 3,
  GGUF_UINT32 = 4,
  GGUF_INT32 = 5,
  GGUF_FLOAT32 = 6,
  GGUF_BOOL = 7,
  GGUF_TEXT = 8,
  GGUF_ARRAY = 9,
  GGUF_UINT64 = 10,
  GGUF_INT64 = 11,
  GGUF_FLOAT64 = 12,
  GGUF_VALUE_TYPE_COUNT = 13
};

/* The name of a value type, such as "uint32"; NULL for a number that is none. */
const char *gguf_value_name(uint32_t type);

/* Bytes of one value of a fixed size; 0 for texts, arrays and numbers that are no type. */
uint32_t gguf_value_size(uint32_t type);

bool gguf_value_is_integer(uint32_t type);

enum { GGUF_TENSOR_TYPE_COUNT = 43 };

/* How a tensor's elements lie in the file: in blocks along the first dimension. */
struct gguf_tensor_type {
  const char *name; /* NULL: there is no such type, or llama.cpp reads it no longer */
  uint32_t block_elements;
  uint32_t block_bytes;
};

/* NULL for a number that is no type, or no longer. */
const struct gguf_tensor_type *gguf_tensor_type_of(uint32_t type);

#endif
