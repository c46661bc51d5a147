#include "tests/check.h"

#include "tests/seeded_random.h"
#include "core/json_check.h"
#include "core/memory_faults.h"
#include "gguf/gguf_check.h"
#include "tests/unit/gguf/gguf_builder.h"

#include <llmbridge/model.h>

static struct gguf_builder builder;
static llmb_error error;

static llmb_status check_bytes(const void *bytes, uint64_t size) {
  struct gguf_temporary file = temporary_create(bytes, size);
  llmb_error_init(&error);
  llmb_status status = gguf_check(file.path, &error);
  close(file.handle);
  return status;
}

static void gguf_check__refuses_a_file_cut_at_any_byte(void) {
  build_small(&builder);
  for (uint64_t size = 0; size < builder.size; size++) {
    CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes(builder.bytes, size));
    CHECK(error.message[0] != '\0');
  }
  CHECK_INT(LLMB_OK, check_bytes(builder.bytes, builder.size));
}

static void gguf_check__refuses_huge_values_in_every_count_and_length(void) {
  static const uint64_t values[] = {UINT64_MAX,
                                    UINT64_MAX - 7,
                                    INT64_MAX,
                                    (uint64_t)INT64_MAX + 1,
                                    UINT64_MAX / 8,
                                    UINT32_MAX,
                                    (1ull << 32) + 1,
                                    1ull << 40,
                                    1ull << 61,
                                    1000001,
                                    65537};
  build_small(&builder);
  CHECK(builder.field_count > 40);
  for (unsigned i = 0; i < builder.field_count; i++) {
    for (unsigned j = 0; j < sizeof values / sizeof values[0]; j++) {
      uint8_t kept[8];
      uint64_t value = values[j];
      memcpy(kept, builder.bytes + builder.fields[i].at, sizeof kept);
      memcpy(builder.bytes + builder.fields[i].at, &value, builder.fields[i].size);
      if (memcmp(kept, builder.bytes + builder.fields[i].at, builder.fields[i].size) != 0) {
        CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes(builder.bytes, builder.size));
      }
      memcpy(builder.bytes + builder.fields[i].at, kept, sizeof kept);
    }
  }
  CHECK_INT(LLMB_OK, check_bytes(builder.bytes, builder.size));
}

/* Damage may leave the file sound, such as another letter in a name: then its JSON must be sound too. */
static void llmb_inspect__survives_random_damage(void) {
  enum { ROUNDS = 30000 };
  struct random random = {.state = 20240229};
  unsigned accepted = 0, refused = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    build_small(&builder);
    uint64_t head_size = builder.size - SMALL_DATA_SIZE, flips = 1 + random_next(&random, 3);
    for (uint64_t i = 0; i < flips; i++) {
      builder.bytes[random_next(&random, head_size)] ^= (uint8_t)(1 + random_next(&random, 255));
    }
    struct gguf_temporary file = temporary_create(builder.bytes, builder.size);
    char *json = NULL;
    llmb_error_init(&error);
    llmb_status status = llmb_inspect(file.path, &json, &error);
    close(file.handle);
    if (status == LLMB_OK) {
      accepted++;
      CHECK_INT(LLMB_OK, json_check((const uint8_t *)json, strlen(json), NULL, NULL));
    } else {
      refused++;
      CHECK_INT(LLMB_E_MODEL_INVALID, status);
      CHECK(json == NULL);
    }
    llmb_free(json);
  }
  CHECK(accepted > 0); /* a letter of a name may change */
  CHECK(refused > ROUNDS / 2);
}

static void llmb_inspect__survives_every_failing_allocation(void) {
  build_small(&builder);
  struct gguf_temporary file = temporary_create(builder.bytes, builder.size);
  bool happened = true;
  unsigned faults = 0;
  memory_fail_after(0, false);
  for (uint64_t nth = 1; happened; nth++) {
    char *json = NULL;
    int64_t blocks = memory_blocks_live();
    llmb_error_init(&error);
    memory_fail_after(nth, false);
    llmb_status status = llmb_inspect(file.path, &json, &error);
    happened = memory_fault_happened();
    memory_fail_after(0, false);
    CHECK_INT(happened ? LLMB_E_OUT_OF_MEMORY : LLMB_OK, status);
    CHECK_INT(status, error.status);
    CHECK((json == NULL) == happened);
    llmb_free(json);
    CHECK_INT(blocks, memory_blocks_live());
    faults += happened;
  }
  CHECK(faults > 20);
  close(file.handle);
}

static void llmb_inspect__does_not_read_the_data_of_a_large_sparse_file(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 1, 1);
  build_key_text(&builder, "general.architecture", "llama");
  build_tensor(&builder, "large", (uint64_t[]){1 << 15, 1 << 15, 0}, TYPE_F32, 0);
  build_data(&builder, 32, 0);
  struct gguf_temporary file = temporary_create(builder.bytes, builder.size);
  CHECK_INT(0, ftruncate(file.handle, (off_t)(builder.size + (4ull << 30) - 1)));
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check(file.path, &error));
  CHECK_CONTAINS("beyond the file", error.message);
  CHECK_INT(0, ftruncate(file.handle, (off_t)(builder.size + (4ull << 30))));
  char *json = NULL;
  CHECK_INT(LLMB_OK, llmb_inspect(file.path, &json, &error));
  CHECK_CONTAINS("\"parameters\":1073741824,\"quantisation\":\"F32\"", json);
  llmb_free(json);
  close(file.handle);
}

/* A sparse file can promise a lot in few bytes: strings of no length, keys without end. */
static void gguf_check__is_not_kept_busy_by_a_sparse_file(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 2);
  build_key_text(&builder, "general.architecture", "llama");
  build_key_array(&builder, "test.strings", GGUF_TEXT, 500ull << 20);
  struct gguf_temporary file = temporary_create(builder.bytes, builder.size);
  CHECK_INT(0, ftruncate(file.handle, (off_t)(8ull << 30)));
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check(file.path, &error));
  CHECK_CONTAINS("at most", error.message);
  close(file.handle);

  /* 128 MiB of zeros after each other are more than a head may have. */
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 2);
  build_key_text(&builder, "general.architecture", "llama");
  build_key_array(&builder, "test.numbers", GGUF_UINT64, 16 << 20);
  file = temporary_create(builder.bytes, builder.size);
  uint64_t next = builder.size + (128ull << 20);
  builder.size = 0;
  build_key_array(&builder, "test.more", GGUF_UINT64, 16 << 20);
  CHECK_INT(builder.size, pwrite(file.handle, builder.bytes, builder.size, (off_t)next));
  CHECK_INT(1, pwrite(file.handle, "\3", 1, 16)); /* three keys, then */
  CHECK_INT(0, ftruncate(file.handle, (off_t)(8ull << 30)));
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check(file.path, &error));
  CHECK_CONTAINS("exceed 256 MiB", error.message);
  close(file.handle);
}

CHECK_MAIN(TEST(gguf_check__refuses_a_file_cut_at_any_byte),
           TEST(gguf_check__refuses_huge_values_in_every_count_and_length), TEST(llmb_inspect__survives_random_damage),
           TEST(llmb_inspect__survives_every_failing_allocation),
           TEST(llmb_inspect__does_not_read_the_data_of_a_large_sparse_file),
           TEST(gguf_check__is_not_kept_busy_by_a_sparse_file))
