/* Our table of types against ggml's own. */
#include "tests/check.h"

#include <ctype.h>
#include <ggml.h>
#include <gguf.h>

#include "gguf/gguf_types.h"

static void gguf_tensor_type_of__agrees_with_ggml(void) {
  CHECK_INT(GGML_TYPE_COUNT, GGUF_TENSOR_TYPE_COUNT);
  for (int i = 0; i < GGML_TYPE_COUNT; i++) {
    const struct gguf_tensor_type *ours = gguf_tensor_type_of((uint32_t)i);
    CHECK_INT(ggml_blck_size((enum ggml_type)i) > 0, ours != NULL);
    if (ours == NULL) continue;
    CHECK_INT(ggml_blck_size((enum ggml_type)i), ours->block_elements);
    CHECK_INT(ggml_type_size((enum ggml_type)i), ours->block_bytes);
    char name[16] = {0};
    for (int j = 0; j < 15 && ours->name[j] != '\0'; j++) name[j] = (char)tolower(ours->name[j]);
    char theirs[16] = {0};
    snprintf(theirs, sizeof theirs, "%s", ggml_type_name((enum ggml_type)i));
    for (int j = 0; theirs[j] != '\0'; j++) theirs[j] = (char)tolower(theirs[j]);
    CHECK_TEXT(theirs, name);
  }
  CHECK(gguf_tensor_type_of(GGML_TYPE_COUNT) == NULL);
  CHECK(gguf_tensor_type_of(UINT32_MAX) == NULL);
}

static void gguf_value_size__agrees_with_ggml(void) {
  CHECK_INT(GGUF_TYPE_COUNT, GGUF_VALUE_TYPE_COUNT);
  CHECK_INT(GGUF_TYPE_ARRAY, GGUF_ARRAY);
  CHECK_INT(GGUF_TYPE_STRING, GGUF_TEXT);
  for (uint32_t i = 0; i < GGUF_VALUE_TYPE_COUNT; i++) CHECK(gguf_value_name(i) != NULL);
  static const uint32_t sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  for (uint32_t i = 0; i < GGUF_VALUE_TYPE_COUNT; i++) CHECK_INT(sizes[i], gguf_value_size(i));
  CHECK(gguf_value_name(GGUF_VALUE_TYPE_COUNT) == NULL);
  CHECK_INT(0, gguf_value_size(UINT32_MAX));
}

CHECK_MAIN(TEST(gguf_tensor_type_of__agrees_with_ggml), TEST(gguf_value_size__agrees_with_ggml))
