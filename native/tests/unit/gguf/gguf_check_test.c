#include "../../check.h"

#include <sys/stat.h>

#include "gguf/gguf_check.h"
#include "gguf/gguf_limits.h"
#include "gguf_builder.h"

static struct gguf_builder builder;
static llmb_error error;

static llmb_status check_bytes(const void *bytes, uint64_t size) {
  struct gguf_temporary file = temporary_create(bytes, size);
  llmb_error_init(&error);
  llmb_status status = gguf_check(file.path, &error);
  close(file.handle);
  return status;
}

/* Checks what stands in the builder, whose message must hold both parts. */
static void check_refused(const char *where, const char *why) {
  CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes(builder.bytes, builder.size));
  CHECK_INT(LLMB_E_MODEL_INVALID, error.status);
  CHECK_CONTAINS(where, error.message);
  CHECK_CONTAINS(why, error.message);
}

/* A model without tensors whose only key, but for the architecture, is yet to come. */
static void begin_with_key(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 2);
  build_key_text(&builder, "general.architecture", "llama");
}

/* A model whose tensors are yet to come. */
static void begin_with_tensors(uint64_t count) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, count, 1);
  build_key_text(&builder, "general.architecture", "llama");
}

static void gguf_check__accepts_a_small_model_of_either_version(void) {
  build_small(&builder);
  CHECK_INT(LLMB_OK, check_bytes(builder.bytes, builder.size));
  CHECK_INT(LLMB_OK, error.status);
  builder.bytes[4] = 2;
  CHECK_INT(LLMB_OK, check_bytes(builder.bytes, builder.size));
}

static void gguf_check__accepts_a_model_without_tensors_or_with_bytes_after_them(void) {
  begin_with_key();
  build_key_text(&builder, "general.name", "vocabulary only");
  CHECK_INT(LLMB_OK, check_bytes(builder.bytes, builder.size));
  build_small(&builder);
  build_data(&builder, 32, 100);
  CHECK_INT(LLMB_OK, check_bytes(builder.bytes, builder.size));
}

static void gguf_check__refuses_other_versions(void) {
  const uint32_t versions[] = {0, 1, 4, 1000, UINT32_MAX};
  for (unsigned i = 0; i < sizeof versions / sizeof versions[0]; i++) {
    builder = (struct gguf_builder){0};
    build_header(&builder, versions[i], 0, 0);
    check_refused("byte 4, header", "version");
  }
}

static void gguf_check__says_that_a_file_is_big_endian(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 0x03000000, 0, 0);
  check_refused("byte 4", "big-endian");
}

static void gguf_check__refuses_what_is_no_gguf_file(void) {
  static const char text[] = "%PDF-1.7 is another kind of file";
  CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes(text, sizeof text));
  CHECK_CONTAINS("not a GGUF file", error.message);
  CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes("ggml", 4));
  CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes("GG", 2));
  CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes("", 0));
  CHECK_CONTAINS("empty", error.message);
}

static void gguf_check__refuses_what_is_no_file(void) {
  char folder[] = P_tmpdir "/gguf_check_test.XXXXXX", path[64];
  CHECK(mkdtemp(folder) != NULL);
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check(folder, &error));
  CHECK_CONTAINS("irectory", error.message);
  snprintf(path, sizeof path, "%s/fifo", folder);
  CHECK_INT(0, mkfifo(path, 0600));
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check(path, &error)); /* and does not wait for a writer */
  CHECK_CONTAINS("not a regular file", error.message);
  unlink(path);
  CHECK_INT(LLMB_E_NOT_FOUND, gguf_check(path, &error));
  CHECK_INT(LLMB_E_NOT_FOUND, error.status);
  CHECK_CONTAINS("does not exist", error.message);
  snprintf(path, sizeof path, "%s/loop", folder);
  CHECK_INT(0, symlink(path, path));
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check(path, &error));
  unlink(path);
  rmdir(folder);
  CHECK_INT(LLMB_E_NOT_FOUND, gguf_check("", &error));
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check("/dev/zero", &error));
}

static void gguf_check__takes_no_error(void) {
  CHECK_INT(LLMB_E_NOT_FOUND, gguf_check("/nowhere/at/all", NULL));
  struct gguf_temporary file = temporary_create("GGUF", 4);
  CHECK_INT(LLMB_E_MODEL_INVALID, gguf_check(file.path, NULL));
  close(file.handle);
}

static void gguf_check__refuses_types_that_do_not_exist(void) {
  const uint32_t types[] = {13, 14, 255, 1u << 31, UINT32_MAX};
  for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
    begin_with_key();
    build_key(&builder, "test.type", types[i]);
    build_number(&builder, 0, 8);
    check_refused("key \"test.type\"", "no type");
    begin_with_key();
    build_key_array(&builder, "test.array", types[i], 0);
    check_refused("key \"test.array\"", "which does not exist");
  }
}

static void gguf_check__refuses_arrays_of_arrays(void) {
  begin_with_key();
  build_key_array(&builder, "test.nested", GGUF_ARRAY, 1);
  build_number(&builder, GGUF_UINT8, 4);
  build_number(&builder, 0, 8);
  check_refused("key \"test.nested\"", "arrays of arrays");
}

static void gguf_check__refuses_keys_without_a_proper_name(void) {
  const struct {
    const char *name;
    uint64_t size;
    const char *why;
  } names[] = {{"", 0, "a name of 0 bytes"}, {"a\0b", 3, "UTF-8"}, {"a\xFF", 2, "UTF-8"}};
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
    begin_with_key();
    build_sized_text(&builder, names[i].name, names[i].size);
    build_number(&builder, GGUF_UINT8, 4);
    build_number(&builder, 0, 1);
    check_refused("key 2", names[i].why);
  }
  char long_name[GGUF_KEY_SIZE_MAX + 1];
  memset(long_name, 'k', sizeof long_name);
  begin_with_key();
  build_sized_text(&builder, long_name, sizeof long_name);
  check_refused("key 2", "a name of 1025 bytes");
}

static void gguf_check__refuses_a_key_given_twice(void) {
  begin_with_key();
  build_key_text(&builder, "general.architecture", "bert");
  check_refused("key \"general.architecture\"", "twice");
}

static void gguf_check__refuses_a_bool_of_2(void) {
  begin_with_key();
  build_key_number(&builder, "test.bool", GGUF_BOOL, 2);
  check_refused("key \"test.bool\"", "2 is no bool");
}

static void gguf_check__refuses_a_bad_alignment(void) {
  const uint64_t alignments[] = {0, 1, 4, 24, 33, 3 << 20, 4 << 20, 1u << 31, UINT32_MAX};
  for (unsigned i = 0; i < sizeof alignments / sizeof alignments[0]; i++) {
    begin_with_key();
    build_key_number(&builder, "general.alignment", GGUF_UINT32, alignments[i]);
    check_refused("key \"general.alignment\"", "power of two");
  }
  begin_with_key();
  build_key_number(&builder, "general.alignment", GGUF_UINT64, 32);
  check_refused("key \"general.alignment\"", "it is uint64, expected uint32");
}

static void gguf_check__wants_an_architecture(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 0);
  check_refused("metadata", "\"general.architecture\" is missing");
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 1);
  build_key_text(&builder, "general.architecture", "");
  check_refused("key \"general.architecture\"", "no name");
}

static void gguf_check__refuses_known_keys_of_another_type(void) {
  static const struct {
    const char *name;
    uint32_t type;
    const char *why;
  } keys[] = {{"general.name", GGUF_UINT32, "expected string"},
              {"tokenizer.chat_template", GGUF_BOOL, "expected string"},
              {"tokenizer.ggml.model", GGUF_FLOAT64, "expected string"},
              {"tokenizer.ggml.tokens", GGUF_UINT32, "expected an array of string"},
              {"tokenizer.ggml.merges", GGUF_INT8, "expected an array of string"},
              {"tokenizer.ggml.scores", GGUF_FLOAT32, "expected an array of float32"},
              {"tokenizer.ggml.token_type", GGUF_INT32, "expected an array of int32"},
              {"llama.context_length", GGUF_FLOAT32, "expected a whole number"},
              {"llama.block_count", GGUF_BOOL, "expected a whole number"}};
  for (unsigned i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    begin_with_key();
    build_key_number(&builder, keys[i].name, keys[i].type, 0);
    check_refused(keys[i].name, keys[i].why);
  }
  begin_with_key();
  build_key_array(&builder, "tokenizer.ggml.tokens", GGUF_UINT8, 0);
  check_refused("tokenizer.ggml.tokens", "an array of uint8, expected an array of string");
  begin_with_key();
  build_key_array(&builder, "general.name", GGUF_TEXT, 0);
  check_refused("general.name", "an array of string, expected string");
}

static void gguf_check__refuses_negative_sizes(void) {
  begin_with_key();
  build_key_number(&builder, "llama.context_length", GGUF_INT32, UINT32_MAX);
  check_refused("llama.context_length", "out of range");
  begin_with_key();
  build_key_number(&builder, "llama.vocab_size", GGUF_UINT64, UINT64_MAX);
  check_refused("llama.vocab_size", "out of range");
}

static void gguf_check__refuses_scores_for_fewer_tokens(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 3);
  build_key_text(&builder, "general.architecture", "llama");
  build_key_array(&builder, "tokenizer.ggml.tokens", GGUF_TEXT, 2);
  build_text(&builder, "a");
  build_text(&builder, "b");
  build_key_array(&builder, "tokenizer.ggml.scores", GGUF_FLOAT32, 1);
  build_number(&builder, 0, 4);
  check_refused("tokenizer.ggml.scores", "1 elements for 2 tokens");
}

static void gguf_check__refuses_tensors_of_no_type(void) {
  const uint32_t types[] = {4, 5, 31, 32, 33, 36, 37, 38, 43, 1000, UINT32_MAX};
  for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
    begin_with_tensors(1);
    build_tensor(&builder, "blk.0.weight", (uint64_t[]){32, 0}, types[i], 0);
    build_data(&builder, 32, 4096);
    check_refused("tensor \"blk.0.weight\"", "reads no type");
  }
}

static void gguf_check__refuses_rows_that_are_no_whole_blocks(void) {
  begin_with_tensors(1);
  build_tensor(&builder, "t", (uint64_t[]){48, 2, 0}, TYPE_Q8_0, 0);
  build_data(&builder, 32, 4096);
  check_refused("tensor \"t\"", "blocks of 32");
}

static void gguf_check__refuses_a_tensor_given_twice(void) {
  begin_with_tensors(2);
  build_tensor(&builder, "same", (uint64_t[]){8, 0}, TYPE_F32, 0);
  build_tensor(&builder, "same", (uint64_t[]){8, 0}, TYPE_F32, 32);
  build_data(&builder, 32, 64);
  check_refused("tensor \"same\"", "twice");
}

static void gguf_check__refuses_overlapping_tensors_in_any_order(void) {
  for (int swapped = 0; swapped < 2; swapped++) {
    begin_with_tensors(2);
    build_tensor(&builder, "a", (uint64_t[]){16, 0}, TYPE_F32, swapped ? 32 : 0);
    build_tensor(&builder, "b", (uint64_t[]){16, 0}, TYPE_F32, swapped ? 0 : 32);
    build_data(&builder, 32, 128);
    check_refused(swapped ? "tensor \"a\"" : "tensor \"b\"", "overlaps");
  }
}

static void gguf_check__refuses_gaps_and_another_order_as_llama_cpp_does(void) {
  begin_with_tensors(2);
  build_tensor(&builder, "a", (uint64_t[]){8, 0}, TYPE_F32, 0);
  build_tensor(&builder, "b", (uint64_t[]){8, 0}, TYPE_F32, 64);
  build_data(&builder, 32, 96);
  check_refused("tensor \"b\"", "offset 64");
  begin_with_tensors(2);
  build_tensor(&builder, "a", (uint64_t[]){8, 0}, TYPE_F32, 32);
  build_tensor(&builder, "b", (uint64_t[]){8, 0}, TYPE_F32, 0);
  build_data(&builder, 32, 64);
  check_refused("tensor \"a\"", "offset 32");
}

static void gguf_check__refuses_an_offset_off_the_alignment(void) {
  begin_with_tensors(1);
  build_tensor(&builder, "a", (uint64_t[]){8, 0}, TYPE_F32, 16);
  build_data(&builder, 32, 128);
  check_refused("tensor \"a\"", "no multiple of the alignment, 32");
}

static void gguf_check__refuses_data_beyond_the_file(void) {
  const uint64_t offsets[] = {128, 96, 1 << 20, UINT64_MAX - 31, INT64_MAX - 31};
  for (unsigned i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
    begin_with_tensors(1);
    build_tensor(&builder, "a", (uint64_t[]){16, 0}, TYPE_F32, offsets[i]);
    build_data(&builder, 32, 128);
    check_refused("tensor \"a\"", "beyond the file");
  }
}

static void gguf_check__refuses_shapes_that_overflow(void) {
  static const uint64_t shapes[][5] = {{UINT64_MAX, 0},
                                       {1ull << 32, 1ull << 31, 0},
                                       {1ull << 32, 1ull << 32, 0},
                                       {3, 1ull << 62, 0},
                                       {1ull << 16, 1ull << 16, 1ull << 16, 1ull << 16, 0}};
  for (unsigned i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    begin_with_tensors(1);
    build_tensor(&builder, "a", shapes[i], TYPE_F32, 0);
    build_data(&builder, 32, 128);
    check_refused("tensor \"a\"", "more elements than can be counted");
  }
  begin_with_tensors(1);
  build_tensor(&builder, "a", (uint64_t[]){1ull << 62, 0}, 28 /* F64 */, 0);
  build_data(&builder, 32, 128);
  check_refused("tensor \"a\"", "more bytes than can be counted");
}

static void gguf_check__refuses_dimensions_of_0_and_too_many(void) {
  begin_with_tensors(1);
  build_text(&builder, "a");
  build_number(&builder, 1, 4);
  build_number(&builder, 0, 8);
  check_refused("tensor \"a\"", "dimension 1 is 0");
  begin_with_tensors(1);
  build_text(&builder, "a");
  build_number(&builder, 5, 4);
  check_refused("tensor \"a\"", "5 dimensions");
}

static void gguf_check__refuses_tensors_without_a_proper_name(void) {
  begin_with_tensors(1);
  build_tensor(&builder, "", (uint64_t[]){8, 0}, TYPE_F32, 0);
  check_refused("tensor 1", "a name of 0 bytes");
  begin_with_tensors(1);
  char name[65] = {0};
  memset(name, 'n', 64);
  build_tensor(&builder, name, (uint64_t[]){8, 0}, TYPE_F32, 0);
  check_refused("tensor 1", "a name of 64 bytes");
  begin_with_tensors(1);
  build_tensor(&builder, "\xC3(", (uint64_t[]){8, 0}, TYPE_F32, 0);
  check_refused("tensor 1", "UTF-8");
}

CHECK_MAIN(TEST(gguf_check__accepts_a_small_model_of_either_version),
           TEST(gguf_check__accepts_a_model_without_tensors_or_with_bytes_after_them),
           TEST(gguf_check__refuses_other_versions), TEST(gguf_check__says_that_a_file_is_big_endian),
           TEST(gguf_check__refuses_what_is_no_gguf_file), TEST(gguf_check__refuses_what_is_no_file),
           TEST(gguf_check__takes_no_error), TEST(gguf_check__refuses_types_that_do_not_exist),
           TEST(gguf_check__refuses_arrays_of_arrays), TEST(gguf_check__refuses_keys_without_a_proper_name),
           TEST(gguf_check__refuses_a_key_given_twice), TEST(gguf_check__refuses_a_bool_of_2),
           TEST(gguf_check__refuses_a_bad_alignment), TEST(gguf_check__wants_an_architecture),
           TEST(gguf_check__refuses_known_keys_of_another_type), TEST(gguf_check__refuses_negative_sizes),
           TEST(gguf_check__refuses_scores_for_fewer_tokens), TEST(gguf_check__refuses_tensors_of_no_type),
           TEST(gguf_check__refuses_rows_that_are_no_whole_blocks), TEST(gguf_check__refuses_a_tensor_given_twice),
           TEST(gguf_check__refuses_overlapping_tensors_in_any_order),
           TEST(gguf_check__refuses_gaps_and_another_order_as_llama_cpp_does),
           TEST(gguf_check__refuses_an_offset_off_the_alignment), TEST(gguf_check__refuses_data_beyond_the_file),
           TEST(gguf_check__refuses_shapes_that_overflow), TEST(gguf_check__refuses_dimensions_of_0_and_too_many),
           TEST(gguf_check__refuses_tensors_without_a_proper_name))
