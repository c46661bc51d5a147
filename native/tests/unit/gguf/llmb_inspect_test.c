#include "tests/check.h"

#include "core/json_check.h"
#include "tests/unit/gguf/gguf_builder.h"

#include <llmbridge/llmbridge.h>

static struct gguf_builder builder;
static llmb_error error;

/* The JSON of what stands in the builder; to be freed. */
static char *inspect(void) {
  struct gguf_temporary file = temporary_create(builder.bytes, builder.size);
  char *json = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_inspect(file.path, &json, &error));
  close(file.handle);
  if (json == NULL) {
    fprintf(stderr, "%s\n", error.message);
    exit(1);
  }
  CHECK_INT(LLMB_OK, json_check((const uint8_t *)json, strlen(json), NULL, NULL));
  return json;
}

static void llmb_inspect__says_what_is_in_a_model(void) {
  build_small(&builder);
  char expected[512], *json = inspect();
  snprintf(expected, sizeof expected,
           "{\"architecture\":\"llama\",\"name\":\"tiny \\\"one\\\"\",\"parameters\":448,\"quantisation\":\"F16\","
           "\"context_length\":128,\"embedding_length\":64,\"block_count\":1,\"vocabulary\":3,\"tokenizer\":\"llama\","
           "\"chat_template\":false,\"tensors\":3,\"file_bytes\":%d,\"files\":1,\"alignment\":32,\"version\":3,"
           "\"metadata\":{",
           (int)builder.size);
  CHECK_INT(0, strncmp(expected, json, strlen(expected)));
  llmb_free(json);
}

static void llmb_inspect__gives_out_values_of_every_type(void) {
  build_small(&builder);
  char *json = inspect();
  CHECK_CONTAINS("\"llama.rope.freq_base\":10000,", json);
  CHECK_CONTAINS("\"llama.epsilon\":\"1e-12\",", json);
  CHECK_CONTAINS("\"test.double\":-0.125,", json);
  CHECK_CONTAINS("\"test.int8\":-128,", json);
  CHECK_CONTAINS("\"test.int16\":-2,", json);
  CHECK_CONTAINS("\"test.int64\":-9223372036854775808,", json);
  CHECK_CONTAINS("\"test.uint16\":65535,", json);
  CHECK_CONTAINS("\"tokenizer.ggml.add_bos_token\":true,", json);
  CHECK_CONTAINS("\"tokenizer.ggml.tokens\":{\"type\":\"string\",\"count\":3},", json);
  CHECK_CONTAINS("\"tokenizer.ggml.scores\":{\"type\":\"float32\",\"count\":3},", json);
  CHECK_CONTAINS("\"test.nothing\":{\"type\":\"uint16\",\"count\":0}}}", json);
  llmb_free(json);
}

static void llmb_inspect__writes_floats_so_that_they_read_back(void) {
  static const struct {
    uint32_t type;
    double value;
    const char *text;
  } floats[] = {{GGUF_FLOAT32, 1e-5, ":0.00001}"},
                {GGUF_FLOAT32, 0.1, ":0.1}"},
                {GGUF_FLOAT32, 0, ":0}"},
                {GGUF_FLOAT32, -1e-12, ":\"-1e-12\"}"},
                {GGUF_FLOAT32, 1.5e-20, ":\"1.5e-20\"}"},
                {GGUF_FLOAT64, 0.1, ":0.1}"},
                {GGUF_FLOAT64, 1e6, ":1000000}"},
                {GGUF_FLOAT64, 2.5e-10, ":\"2.5e-10\"}"},
                {GGUF_FLOAT64, __builtin_inf(), ":null}"},
                {GGUF_FLOAT64, __builtin_nan(""), ":null}"}};
  for (unsigned i = 0; i < sizeof floats / sizeof floats[0]; i++) {
    builder = (struct gguf_builder){0};
    build_header(&builder, 3, 0, 2);
    build_key_text(&builder, "general.architecture", "llama");
    build_key_number(
        &builder, "f", floats[i].type,
        floats[i].type == GGUF_FLOAT32 ? float_bits((float)floats[i].value) : double_bits(floats[i].value));
    char *json = inspect();
    CHECK_CONTAINS(floats[i].text, json);
    llmb_free(json);
  }
}

static void llmb_inspect__says_null_for_what_the_file_does_not_say(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 2, 0, 2);
  build_key_text(&builder, "general.architecture", "bert");
  build_key_number(&builder, "bert.vocab_size", GGUF_UINT32, 77);
  char *json = inspect();
  CHECK_CONTAINS(
      "{\"architecture\":\"bert\",\"name\":null,\"parameters\":0,\"quantisation\":null,"
      "\"context_length\":null,\"embedding_length\":null,\"block_count\":null,\"vocabulary\":77,"
      "\"tokenizer\":null,\"chat_template\":false,\"tensors\":0,",
      json);
  CHECK_CONTAINS("\"alignment\":32,\"version\":2,", json);
  llmb_free(json);
}

static void llmb_inspect__shows_only_the_size_of_long_texts(void) {
  char template[300];
  memset(template, 'x', sizeof template);
  template[299] = '\0';
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 3);
  build_key_text(&builder, "general.architecture", "llama");
  build_key_text(&builder, "general.name", template);
  build_key_text(&builder, "tokenizer.chat_template", template);
  char *json = inspect();
  CHECK_CONTAINS("\"name\":null", json);
  CHECK_CONTAINS("\"chat_template\":true", json);
  CHECK_CONTAINS("\"tokenizer.chat_template\":{\"type\":\"string\",\"bytes\":299}", json);
  CHECK(strstr(json, "xxx") == NULL);
  llmb_free(json);
}

static void llmb_inspect__survives_texts_that_are_not_utf8(void) {
  builder = (struct gguf_builder){0};
  build_header(&builder, 3, 0, 2);
  build_key_text(&builder, "general.architecture", "llama");
  build_key(&builder, "general.name", GGUF_TEXT);
  build_sized_text(&builder, "a\xFF\0b\x01", 5);
  char *json = inspect();
  CHECK_CONTAINS("\"name\":\"a\xEF\xBF\xBD\\u0000b\\u0001\"", json);
  llmb_free(json);
}

static void llmb_inspect__only_checks_without_a_place_for_json(void) {
  build_small(&builder);
  struct gguf_temporary file = temporary_create(builder.bytes, builder.size);
  CHECK_INT(LLMB_OK, llmb_inspect(file.path, NULL, NULL));
  CHECK_INT(0, ftruncate(file.handle, 100));
  CHECK_INT(LLMB_E_MODEL_INVALID, llmb_inspect(file.path, NULL, NULL));
  close(file.handle);
}

static void llmb_inspect__refuses_no_path(void) {
  char *json = (char *)&builder;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_inspect(NULL, &json, &error));
  CHECK(json == NULL);
  CHECK_INT(LLMB_PHASE_CONFIGURE, error.phase);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_inspect("", &json, &error));
  CHECK_INT(LLMB_E_NOT_FOUND, llmb_inspect("/nowhere/model.gguf", &json, &error));
  CHECK_CONTAINS("/nowhere/model.gguf", error.message);
  CHECK_INT(LLMB_PHASE_LOAD, error.phase);
}

CHECK_MAIN(TEST(llmb_inspect__says_what_is_in_a_model), TEST(llmb_inspect__gives_out_values_of_every_type),
           TEST(llmb_inspect__writes_floats_so_that_they_read_back),
           TEST(llmb_inspect__says_null_for_what_the_file_does_not_say),
           TEST(llmb_inspect__shows_only_the_size_of_long_texts), TEST(llmb_inspect__survives_texts_that_are_not_utf8),
           TEST(llmb_inspect__only_checks_without_a_place_for_json), TEST(llmb_inspect__refuses_no_path))
