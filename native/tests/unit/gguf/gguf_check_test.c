#include <sys/stat.h>

#include "tests/unit/gguf/gguf_refusal.h"

/* A model without tensors whose only key, but for the architecture, is yet to come. */
static void begin_with_key(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 2);
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

CHECK_MAIN(TEST(gguf_check__accepts_a_small_model_of_either_version),
           TEST(gguf_check__accepts_a_model_without_tensors_or_with_bytes_after_them),
           TEST(gguf_check__refuses_other_versions), TEST(gguf_check__says_that_a_file_is_big_endian),
           TEST(gguf_check__refuses_what_is_no_gguf_file), TEST(gguf_check__refuses_what_is_no_file),
           TEST(gguf_check__takes_no_error), TEST(gguf_check__refuses_types_that_do_not_exist),
           TEST(gguf_check__refuses_arrays_of_arrays), TEST(gguf_check__refuses_keys_without_a_proper_name),
           TEST(gguf_check__refuses_a_key_given_twice), TEST(gguf_check__refuses_a_bool_of_2),
           TEST(gguf_check__refuses_a_bad_alignment), TEST(gguf_check__wants_an_architecture),
           TEST(gguf_check__refuses_known_keys_of_another_type), TEST(gguf_check__refuses_negative_sizes),
           TEST(gguf_check__refuses_scores_for_fewer_tokens))
