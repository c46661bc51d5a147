/* Sound models whose headers say odd things: data aligned less than 32, and no context length. They load and answer as
 * the model they are made of. */
#include <unistd.h>

#include <llmbridge/model.h>

#include "tests/check.h"
#include "tests/llama/gguf_corpus.h"
#include "tests/llama/llama_fixture.h"

enum { USUAL_ALIGNMENT = 32, KEY_FIXED_SIZE = 8 + 4, NAME_MAX_SIZE = 64 };

static struct corpus_model model;
static char path[] = "/tmp/llmb-header-XXXXXX";

static uint64_t append(uint8_t *bytes, uint64_t at, const void *data, uint64_t size) {
  memcpy(bytes + at, data, size);
  return at + size;
}

static uint64_t append_number(uint8_t *bytes, uint64_t at, const char *name, uint32_t value) {
  const uint64_t size = strlen(name);
  const uint32_t type = CORPUS_UINT32;
  at = append(bytes, at, &size, sizeof size);
  at = append(bytes, at, name, size);
  at = append(bytes, at, &type, sizeof type);
  return append(bytes, at, &value, sizeof value);
}

static uint64_t key_size(const char *name) {
  return KEY_FIXED_SIZE + strlen(name) + 4;
}

/* Writes the model with this alignment, its data at a multiple of it and of no larger power of two. */
static void write_aligned(uint32_t alignment) {
  static const char key[] = "general.alignment";
  const uint64_t head_end = model.tensors[model.tensor_count - 1].end;
  const uint64_t data = (head_end + USUAL_ALIGNMENT - 1) / USUAL_ALIGNMENT * USUAL_ALIGNMENT;
  char filler[NAME_MAX_SIZE] = "test.filler";
  while ((head_end + key_size(key) + key_size(filler)) % USUAL_ALIGNMENT != alignment) strcat(filler, "x");
  const uint64_t longer = key_size(key) + key_size(filler);
  struct corpus_model other = {.size = head_end + longer + model.size - data};
  other.bytes = malloc(other.size);
  uint64_t at = append(other.bytes, 0, model.bytes, CORPUS_HEAD_SIZE);
  other.bytes[16] += 2; /* keys */
  at = append_number(other.bytes, at, key, alignment);
  at = append_number(other.bytes, at, filler, 0);
  at = append(other.bytes, at, model.bytes + CORPUS_HEAD_SIZE, head_end - CORPUS_HEAD_SIZE);
  CHECK_INT(alignment, at % USUAL_ALIGNMENT);
  append(other.bytes, at, model.bytes + data, model.size - data);
  corpus_write(&other, path, other.size);
  free(other.bytes);
}

static void begin(void) {
  CHECK(corpus_read(fixture_model("chain"), &model));
  const int file = mkstemp(path);
  CHECK(file >= 0);
  close(file);
}

static void end(void) {
  unlink(path);
  strcpy(path + strlen(path) - 6, "XXXXXX");
  free(model.bytes);
}

/* Confined as a bridge is by default: what checks and maps the file takes part. */
static void check_answers(const char *told) {
  char *json = NULL, answer[FIXTURE_ANSWER_SIZE];
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_inspect(path, &json, &error));
  CHECK_CONTAINS(told, json != NULL ? json : error.message);
  llmb_free(json);
  llmb_settings *settings = NULL;
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "model", path, &error));
  llmb_bridge *bridge = NULL;
  CHECK_INT(LLMB_OK, llmb_bridge_open(settings, &bridge, &error));
  llmb_settings_close(settings);
  llmb_call *call = fixture_start(bridge, "Who are you?", NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_TEXT(FIXTURE_CHAIN_TEXT, answer);
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

static void model__aligned_to_less_than_32_bytes_answers(void) {
  static const uint32_t alignments[] = {8, 16};
  for (unsigned i = 0; i < sizeof alignments / sizeof alignments[0]; i++) {
    char told[32];
    snprintf(told, sizeof told, "\"alignment\":%u,", alignments[i]);
    begin();
    write_aligned(alignments[i]);
    check_answers(told);
    end();
  }
}

static void model__whose_context_length_says_nothing_answers(void) {
  static const uint32_t lengths[] = {0, UINT32_MAX};
  for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    char told[32];
    snprintf(told, sizeof told, "\"context_length\":%u,", lengths[i]);
    begin();
    memcpy(model.bytes + corpus_key(&model, "llama.context_length")->value_at, &lengths[i], sizeof lengths[i]);
    corpus_write(&model, path, model.size);
    check_answers(told);
    end();
  }
}

CHECK_MAIN(TEST(model__aligned_to_less_than_32_bytes_answers), TEST(model__whose_context_length_says_nothing_answers))
