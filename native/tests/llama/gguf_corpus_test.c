/* Model files spoilt in every way that counts, given to llmb_inspect in this process and to the llama engine, confined
 * and not by turns. The engine may refuse them or die over them; this process has a status, a message and its next
 * call. With LLMB_TEST_REPEATS each file is tried both ways, and damage at random is done that many times as often. */
#include <unistd.h>

#include <llmbridge/model.h>

#include "tests/check.h"
#include "tests/repeats.h"
#include "tests/seeded_random.h"
#include "tests/llama/gguf_corpus.h"
#include "tests/llama/llama_fixture.h"

enum { STATUS_COUNT = 32, RANDOM_ROUNDS = 20, CASE_WATCHDOG_S = 60 };

static struct corpus_model model;
static char folder[] = "/tmp/llmb-corpus-XXXXXX", path[64];
static unsigned counts[STATUS_COUNT], cases, loads;

static void corpus_begin(void) {
  if (model.bytes == NULL) {
    CHECK(corpus_read(fixture_model("chain"), &model));
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/model.gguf", folder);
  }
  memset(counts, 0, sizeof counts);
  cases = loads = 0;
}

static void corpus_end(void) {
  printf("     %u files, %u loads:", cases, loads);
  for (int s = 0; s < STATUS_COUNT; s++) {
    if (counts[s] > 0) printf(" %s %u", llmb_status_name(s), counts[s]);
  }
  printf("\n");
  unlink(path);
}

static void inspect(const char *what) {
  char *json = NULL;
  llmb_error error;
  llmb_error_init(&error);
  const llmb_status status = llmb_inspect(path, &json, &error);
  CHECK(status == LLMB_OK || status == LLMB_E_MODEL_INVALID);
  CHECK_INT(status == LLMB_OK, json != NULL);
  CHECK_INT(status == LLMB_OK, error.message[0] == 0);
  if (check_failures > 0) fprintf(stderr, "inspecting with %s\n", what);
  llmb_free(json);
}

/* Starts an engine on the file, and where it loads, asks it something. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_MB "0" /* their runtimes map terabytes */
#else
#define MEMORY_MB "1024"
#endif

static llmb_status load_and_ask(const char *sandbox, llmb_error *error) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings = NULL;
  const char *const pairs[][2] = {{"model", path},  {"sandbox", sandbox}, {"memory_mb", MEMORY_MB}, {"threads", "1"},
                                  {"retries", "0"}, {"max_tokens", "4"},  {"timeout_ms", "20000"}};
  char *answer = NULL;
  llmb_error_init(error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, error));
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    CHECK_INT(LLMB_OK, llmb_settings_set(settings, pairs[i][0], pairs[i][1], error));
  }
  llmb_status status = llmb_bridge_open(settings, &bridge, error);
  if (status == LLMB_OK) status = llmb_bridge_start(bridge, LLMB_NEVER, error);
  if (status == LLMB_OK) {
    status = llmb_generate(bridge, (const uint8_t *)"a", 1, NULL, &answer, NULL, NULL, error);
  }
  CHECK_INT(status, error->status);
  CHECK_INT(status == LLMB_OK, answer != NULL);
  CHECK_INT(status == LLMB_OK, error->message[0] == 0);
  llmb_free(answer);
  llmb_bridge_close(bridge);
  llmb_settings_close(settings);
  return status;
}

/* How often a word stands in the log. */
static unsigned log_count(const char *log_path, const char *word) {
  char line[4096];
  unsigned count = 0;
  FILE *log = fopen(log_path, "r");
  CHECK(log != NULL);
  while (log != NULL && fgets(line, sizeof line, log) != NULL) count += strstr(line, word) != NULL;
  if (log != NULL) fclose(log);
  return count;
}

/* Whoever asks is told, each time, of one try: nothing goes on behind. */
static void check_invalid_once_each(const char *word) {
  enum { TRIES = 3 };
  llmb_error error;
  llmb_bridge *bridge = NULL;
  llmb_settings *settings = NULL;
  char log_path[80];
  snprintf(log_path, sizeof log_path, "%s.log", path);
  corpus_write(&model, path, model.size);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "model", path, NULL));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "log_file", log_path, NULL));
  CHECK_INT(LLMB_OK, llmb_bridge_open(settings, &bridge, NULL));
  for (int i = 0; i < TRIES; i++) {
    llmb_error_init(&error);
    CHECK_INT(LLMB_E_MODEL_INVALID, llmb_bridge_start(bridge, LLMB_NEVER, &error));
    CHECK_CONTAINS(word, error.message);
  }
  llmb_bridge_close(bridge);
  llmb_settings_close(settings);
  CHECK_INT(TRIES, log_count(log_path, word));
  unlink(log_path);
}

/* The file as it stands, cut to `size`. */
static void try_model(const char *what, uint64_t size) {
  static const char *const sandboxes[] = {"best_effort", "off"};
  llmb_error error;
  alarm(CASE_WATCHDOG_S);
  corpus_write(&model, path, size);
  inspect(what);
  for (unsigned i = 0; i < (repeats() > 1 ? 2 : 1); i++) {
    const llmb_status status = load_and_ask(sandboxes[(cases + i) % 2], &error);
    loads++;
    if (status >= 0 && status < STATUS_COUNT) counts[status]++;
    CHECK(status == LLMB_OK || status == LLMB_E_MODEL_INVALID || status == LLMB_E_ENGINE_CRASHED ||
          status == LLMB_E_OUT_OF_MEMORY || status == LLMB_E_ENGINE_ERROR || status == LLMB_E_CONTEXT_FULL);
    if (check_failures > 0) fprintf(stderr, "with %s: %d: %s\n", what, status, error.message);
  }
  cases++;
}

static void try_number(const char *what, uint64_t at, unsigned size, uint64_t value) {
  uint8_t kept[8];
  char text[160];
  memcpy(kept, model.bytes + at, size);
  memcpy(model.bytes + at, &value, size);
  snprintf(text, sizeof text, "%s of %llu", what, (unsigned long long)value);
  if (memcmp(kept, model.bytes + at, size) != 0) try_model(text, model.size);
  memcpy(model.bytes + at, kept, size);
}

static void model__that_makes_llama_cpp_abort_is_invalid_and_tried_once_a_call(void) {
  corpus_begin();
  const uint64_t blocks = corpus_key(&model, "llama.block_count")->value_at;
  const uint8_t kept = model.bytes[blocks];
  model.bytes[blocks] = 0;
  check_invalid_once_each("GGML_ASSERT");
  model.bytes[blocks] = kept;
  model.bytes[0] = 'X';
  check_invalid_once_each("not a GGUF file");
  model.bytes[0] = 'G';
}

static void model__cut_at_any_boundary_harms_no_host(void) {
  corpus_begin();
  for (unsigned i = 0; i < model.key_count; i++) {
    try_model(model.keys[i].name, model.keys[i].at);
    try_model(model.keys[i].name, model.keys[i].value_at);
  }
  for (unsigned i = 0; i < model.tensor_count; i++) {
    try_model(model.tensors[i].name, model.tensors[i].at);
    try_model(model.tensors[i].name, model.tensors[i].type_at);
    try_model(model.tensors[i].name, model.tensors[i].data_at);
  }
  try_model("all but the last byte", model.size - 1);
  CHECK_INT(loads, counts[LLMB_E_MODEL_INVALID]);
  corpus_end();
}

static void model__with_odd_numbers_harms_no_host(void) {
  static const uint64_t values[] = {0, 1, 3, 1 << 20, INT32_MAX, (uint64_t)INT32_MAX + 1, UINT32_MAX};
  corpus_begin();
  for (unsigned i = 0; i < model.key_count; i++) {
    if (model.keys[i].type != CORPUS_UINT32 && model.keys[i].type != CORPUS_FLOAT32) continue;
    for (unsigned v = 0; v < sizeof values / sizeof values[0]; v++) {
      try_number(model.keys[i].name, model.keys[i].value_at, 4, values[v]);
    }
  }
  corpus_end();
}

static void model__with_confused_types_harms_no_host(void) {
  corpus_begin();
  for (unsigned i = 0; i < model.key_count; i++) {
    const struct corpus_key *key = &model.keys[i];
    const bool is_array = key->type == CORPUS_ARRAY;
    for (uint32_t type = CORPUS_UINT32; type <= CORPUS_TEXT; type += type == CORPUS_FLOAT32 ? 2 : 1) {
      try_number(key->name, is_array ? key->value_at : key->type_at, 4, type);
    }
  }
  corpus_end();
}

static void model__with_odd_counts_and_shapes_harms_no_host(void) {
  static const uint64_t values[] = {0, 1, 5, 1 << 16, UINT32_MAX, UINT64_MAX / 8, UINT64_MAX};
  corpus_begin();
  for (unsigned v = 0; v < sizeof values / sizeof values[0]; v++) {
    try_number("tensor count", 8, 8, values[v]);
    try_number("key count", 16, 8, values[v]);
    for (unsigned i = 0; i < model.tensor_count; i += 4) {
      const struct corpus_tensor *tensor = &model.tensors[i];
      try_number("dimensions", tensor->count_at, 4, values[v]);
      try_number("first dimension", tensor->shape_at, 8, values[v]);
      try_number("tensor type", tensor->type_at, 4, values[v]);
      try_number("offset", tensor->offset_at, 8, values[v]);
      try_number("name's length", tensor->at, 8, values[v]);
    }
    try_number("array's length", corpus_key(&model, "tokenizer.ggml.tokens")->value_at + 4, 8, values[v]);
    try_number("array's length", corpus_key(&model, "tokenizer.ggml.scores")->value_at + 4, 8, values[v]);
    try_number("text's length", corpus_key(&model, "general.name")->value_at, 8, values[v]);
  }
  corpus_end();
}

static void model__with_an_odd_vocabulary_harms_no_host(void) {
  corpus_begin();
  const uint64_t tokens = corpus_key(&model, "tokenizer.ggml.tokens")->value_at + 12;
  uint64_t last = tokens;
  for (int i = 0; i < 300; i++) last = corpus_text_end(&model, last, NULL);
  try_number("a token that is no UTF-8", tokens + 8, 1, 0xff);
  try_number("a token with a NUL", tokens + 8, 1, 0);
  try_number("the first character of a token", last + 8, 1, 'a'); /* the same as another's */
  const uint64_t scores = corpus_key(&model, "tokenizer.ggml.scores")->value_at + 12;
  try_number("score, a NaN,", scores + 4 * 40, 4, 0x7fc00000);
  try_number("score, infinite,", scores + 4 * 40, 4, 0x7f800000);
  const uint64_t types = corpus_key(&model, "tokenizer.ggml.token_type")->value_at + 12;
  for (uint64_t type = 0; type < 8; type++) try_number("token type", types + 4 * 40, 4, type);
  try_number("token type", types + 4 * 40, 4, UINT32_MAX);
  const uint64_t tokenizer = corpus_key(&model, "tokenizer.ggml.model")->value_at + 8;
  uint64_t name = 0;
  memcpy(&name, "gemma", 5);
  try_number("tokenizer", tokenizer, 5, name);
  const uint64_t architecture = corpus_key(&model, "general.architecture")->value_at + 8;
  static const char *const architectures[] = {"qwen2", "bloom", "mamba", "olmo2", "nosun"};
  for (unsigned i = 0; i < sizeof architectures / sizeof architectures[0]; i++) {
    memcpy(&name, architectures[i], 5);
    try_number("architecture", architecture, 5, name);
  }
  corpus_end();
}

/* An alignment moves all data; one that is no power of two, or of gigabytes, is a lie. */
static void model__with_odd_alignments_harms_no_host(void) {
  static const uint32_t values[] = {0, 1, 3, 16, 48, 64, 1 << 20, 1u << 31, UINT32_MAX};
  corpus_begin();
  const uint64_t unit = 8 + strlen("general.alignment") + 4 + 4;
  uint8_t *kept = model.bytes, *longer = malloc(model.size + unit);
  for (unsigned v = 0; v < sizeof values / sizeof values[0]; v++) {
    const uint64_t name_size = strlen("general.alignment");
    const uint32_t type = CORPUS_UINT32;
    memcpy(longer, kept, CORPUS_HEAD_SIZE);
    longer[16]++; /* one key more */
    memcpy(longer + CORPUS_HEAD_SIZE, &name_size, 8);
    memcpy(longer + CORPUS_HEAD_SIZE + 8, "general.alignment", name_size);
    memcpy(longer + CORPUS_HEAD_SIZE + 8 + name_size, &type, 4);
    memcpy(longer + CORPUS_HEAD_SIZE + 12 + name_size, &values[v], 4);
    memcpy(longer + CORPUS_HEAD_SIZE + unit, kept + CORPUS_HEAD_SIZE, model.size - CORPUS_HEAD_SIZE);
    model.bytes = longer;
    model.size += unit;
    try_model("an alignment", model.size);
    model.bytes = kept;
    model.size -= unit;
  }
  free(longer);
  corpus_end();
}

static void model__damaged_at_random_harms_no_host(void) {
  struct random random = {.state = 20261121};
  corpus_begin();
  const uint64_t head_size = model.tensors[model.tensor_count - 1].end;
  uint8_t *kept = model.bytes, *copy = malloc(model.size);
  model.bytes = copy;
  for (unsigned round = 0; round < RANDOM_ROUNDS * repeats(); round++) {
    memcpy(copy, kept, model.size);
    for (uint64_t flips = 1 + random_next(&random, 3); flips > 0; flips--) {
      copy[random_next(&random, head_size)] ^= (uint8_t)(1 + random_next(&random, 255));
    }
    try_model("random damage", model.size);
  }
  model.bytes = kept;
  free(copy);
  corpus_end();
  rmdir(folder);
}

CHECK_MAIN(TEST(model__that_makes_llama_cpp_abort_is_invalid_and_tried_once_a_call),
           TEST(model__cut_at_any_boundary_harms_no_host), TEST(model__with_odd_numbers_harms_no_host),
           TEST(model__with_confused_types_harms_no_host), TEST(model__with_odd_counts_and_shapes_harms_no_host),
           TEST(model__with_an_odd_vocabulary_harms_no_host), TEST(model__with_odd_alignments_harms_no_host),
           TEST(model__damaged_at_random_harms_no_host))
