#include "gguf/gguf_types.h"

#include <stddef.h>

struct value_type {
  const char *name;
  uint32_t size;
};

static const struct value_type value_types[GGUF_VALUE_TYPE_COUNT] = {
    [GGUF_UINT8] = {"uint8", 1},     [GGUF_INT8] = {"int8", 1},       [GGUF_UINT16] = {"uint16", 2},
    [GGUF_INT16] = {"int16", 2},     [GGUF_UINT32] = {"uint32", 4},   [GGUF_INT32] = {"int32", 4},
    [GGUF_BOOL] = {"bool", 1},       [GGUF_FLOAT32] = {"float32", 4}, [GGUF_TEXT] = {"string", 0},
    [GGUF_ARRAY] = {"array", 0},     [GGUF_UINT64] = {"uint64", 8},   [GGUF_INT64] = {"int64", 8},
    [GGUF_FLOAT64] = {"float64", 8},
};

/* A test compares these with ggml's own. */
static const struct gguf_tensor_type tensor_types[GGUF_TENSOR_TYPE_COUNT] = {
    [0] = {"F32", 1, 4},         [1] = {"F16", 1, 2},         [2] = {"Q4_0", 32, 18},      [3] = {"Q4_1", 32, 20},
    [6] = {"Q5_0", 32, 22},      [7] = {"Q5_1", 32, 24},      [8] = {"Q8_0", 32, 34},      [9] = {"Q8_1", 32, 36},
    [10] = {"Q2_K", 256, 84},    [11] = {"Q3_K", 256, 110},   [12] = {"Q4_K", 256, 144},   [13] = {"Q5_K", 256, 176},
    [14] = {"Q6_K", 256, 210},   [15] = {"Q8_K", 256, 292},   [16] = {"IQ2_XXS", 256, 66}, [17] = {"IQ2_XS", 256, 74},
    [18] = {"IQ3_XXS", 256, 98}, [19] = {"IQ1_S", 256, 50},   [20] = {"IQ4_NL", 32, 18},   [21] = {"IQ3_S", 256, 110},
    [22] = {"IQ2_S", 256, 82},   [23] = {"IQ4_XS", 256, 136}, [24] = {"I8", 1, 1},         [25] = {"I16", 1, 2},
    [26] = {"I32", 1, 4},        [27] = {"I64", 1, 8},        [28] = {"F64", 1, 8},        [29] = {"IQ1_M", 256, 56},
    [30] = {"BF16", 1, 2},       [34] = {"TQ1_0", 256, 54},   [35] = {"TQ2_0", 256, 66},   [39] = {"MXFP4", 32, 17},
    [40] = {"NVFP4", 64, 36},    [41] = {"Q1_0", 128, 18},    [42] = {"Q2_0", 64, 18},
};

const char *gguf_value_name(uint32_t type) {
  return type < GGUF_VALUE_TYPE_COUNT ? value_types[type].name : NULL;
}

uint32_t gguf_value_size(uint32_t type) {
  return type < GGUF_VALUE_TYPE_COUNT ? value_types[type].size : 0;
}

bool gguf_value_is_integer(uint32_t type) {
  return gguf_value_size(type) > 0 && type != GGUF_FLOAT32 && type != GGUF_FLOAT64 && type != GGUF_BOOL;
}

const struct gguf_tensor_type *gguf_tensor_type_of(uint32_t type) {
  return type < GGUF_TENSOR_TYPE_COUNT && tensor_types[type].name != NULL ? &tensor_types[type] : NULL;
}
