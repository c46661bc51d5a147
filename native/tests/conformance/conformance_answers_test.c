/* Every strategy gives the same answers to the same calls, and what it cannot is `unsupported`, as the table says. */
#include <math.h>

#include "tests/conformance/conformance_harness.h"

enum { TEXT_SIZE_MAX = 4096, TEXTS = 3, ITEMS = 12 };

static const char *const texts[TEXTS] = {"a cat", "a dog and a cat", "a cat"};

static void prompt__is_answered(void) {
  const char *prompt = "What is said twice counts twice: h\xc3\xa9!";
  llmb_bridge *bridge = bridge_behaving(ANSWERS, NULL);
  char *answer = NULL;
  uint64_t size = 0;
  llmb_result result;
  llmb_error error;
  for (int i = 0; i < 2; i++) {
    llmb_result_init(&result);
    llmb_error_init(&error);
    const llmb_status status =
        llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, &size, &result, &error);
    CHECK_INT(can("generate") ? LLMB_OK : LLMB_E_UNSUPPORTED, status);
    if (status == LLMB_OK) {
      CHECK_TEXT(strategy->answer != NULL ? strategy->answer : prompt, answer);
      CHECK_INT(strlen(answer), size);
      CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
      CHECK_INT(1, result.attempts);
      CHECK_INT(0, result.fallback);
      CHECK_TEXT(strategy->engine, result.engine);
    } else {
      CHECK(answer == NULL && error.message[0] != 0);
      CHECK_TEXT(strategy->engine, error.engine);
    }
    llmb_free(answer);
  }
  bridge_vanish(bridge);
}

static void answer__comes_piece_by_piece(void) {
  llmb_bridge *bridge = bridge_behaving(PIECES, NULL);
  llmb_settings *settings = settings_of("max_tokens", "24", NULL);
  unsigned pieces = 0;
  if (bridge == NULL) {
    llmb_settings_close(settings);
    return;
  }
  CHECK(can("stream"));
  llmb_call *call = call_of(bridge, "Tell me.", settings);
  for (uint64_t size = 1; size > 0; pieces += size > 0) {
    uint8_t buffer[TEXT_SIZE_MAX];
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  }
  CHECK(pieces > 1);
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_vanish(bridge);
}

static llmb_status embed_some(llmb_bridge *bridge, uint32_t count, float **out_vectors, uint64_t *out_dimension,
                              llmb_error *error) {
  uint64_t sizes[TEXTS];
  const uint8_t *pointers[TEXTS];
  for (uint32_t i = 0; i < count; i++) {
    pointers[i] = (const uint8_t *)texts[i];
    sizes[i] = strlen(texts[i]);
  }
  llmb_error_init(error);
  return llmb_embed_texts(bridge, pointers, sizes, count, NULL, out_vectors, out_dimension, NULL, error);
}

static void texts__become_vectors_in_their_order(void) {
  llmb_bridge *bridge = bridge_behaving(ANSWERS, NULL);
  float *alone = NULL, *many = NULL;
  uint64_t dimension = 0, dimension_of_many = 0;
  llmb_error error;
  const llmb_status wanted = can("embed") ? LLMB_OK : LLMB_E_UNSUPPORTED;
  CHECK_INT(wanted, embed_some(bridge, 1, &alone, &dimension, &error));
  CHECK_INT(wanted, embed_some(bridge, TEXTS, &many, &dimension_of_many, &error));
  if (alone != NULL && many != NULL) {
    CHECK(dimension > 0);
    CHECK_INT(dimension, dimension_of_many);
    float difference = 0;
    for (uint64_t i = 0; i < dimension; i++) {
      CHECK(isfinite(alone[i]));
      CHECK(fabsf(alone[i] - many[i]) < 1e-3f);
      CHECK(fabsf(many[i] - many[2 * dimension + i]) < 1e-3f);
      difference += fabsf(many[i] - many[dimension + i]);
    }
    if (!is_engine("llama")) CHECK(difference > 0); /* what a model of no meaning says of texts is not known */
  }
  llmb_free(alone);
  llmb_free(many);
  bridge_vanish(bridge);
}

static void tokens__are_counted(void) {
  llmb_bridge *bridge = bridge_behaving(ANSWERS, NULL);
  uint64_t few = 0, more = 0;
  const llmb_status wanted = can("tokens") ? LLMB_OK : LLMB_E_UNSUPPORTED;
  CHECK_INT(wanted, llmb_count_tokens(bridge, (const uint8_t *)"one two", 7, &few, NULL));
  CHECK_INT(wanted, llmb_count_tokens(bridge, (const uint8_t *)"one two three", 13, &more, NULL));
  CHECK_INT(can("tokens"), few > 0 && more > few);
  bridge_vanish(bridge);
}

static void method__is_invoked(void) {
  const char *parameters = "{\"of\": [1, 2, \"drei\"]}";
  llmb_bridge *bridge = bridge_behaving(ANSWERS, NULL);
  char *json = NULL;
  CHECK_INT(
      can("invoke") ? LLMB_OK : LLMB_E_UNSUPPORTED,
      llmb_invoke(bridge, "echo", (const uint8_t *)parameters, strlen(parameters), NULL, &json, NULL, NULL, NULL));
  if (json != NULL) CHECK_CONTAINS("drei", json);
  llmb_free(json);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT,
            llmb_invoke(bridge, "echo", (const uint8_t *)"{", 1, NULL, &json, NULL, NULL, NULL));
  bridge_vanish(bridge);
}

static void batch__gives_each_item_its_own_outcome(void) {
  llmb_bridge *bridge = bridge_behaving(ANSWERS, NULL);
  const uint8_t *pointers[ITEMS];
  uint64_t sizes[ITEMS];
  llmb_batch *batch = NULL;
  for (int i = 0; i < ITEMS; i++) {
    pointers[i] = (const uint8_t *)(i == 5 ? "bad \xff" : "a cat");
    sizes[i] = 5;
  }
  const bool generates = can("generate");
  CHECK_INT(LLMB_OK,
            generates
                ? llmb_batch_start(bridge, pointers, sizes, ITEMS, NULL, LLMB_BATCH_IN_ORDER, &batch, NULL)
                : llmb_batch_start_embed(bridge, pointers, sizes, ITEMS, NULL, LLMB_BATCH_IN_ORDER, &batch, NULL));
  for (int32_t i = 0; i < ITEMS; i++) {
    int32_t index = -2;
    uint64_t dimension = 0;
    llmb_status status = LLMB_E_INTERNAL;
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
    CHECK_INT(i, index);
    CHECK_INT(i == 5 ? LLMB_E_INVALID_ARGUMENT : LLMB_OK, status);
    if (i == 5) continue;
    if (generates) {
      CHECK_TEXT(strategy->answer != NULL ? strategy->answer : "a cat", llmb_batch_text(batch, (uint32_t)i, NULL));
    } else {
      CHECK(llmb_batch_vector(batch, (uint32_t)i, &dimension) != NULL && dimension > 0);
    }
  }
  llmb_batch_close(batch);
  bridge_vanish(bridge);
}

static void bad_input__is_refused_before_any_engine_is_started(void) {
  llmb_bridge *bridge = bridge_behaving(ANSWERS, NULL);
  llmb_call *call = NULL;
  const struct {
    const char *text;
    uint64_t size;
  } bad[] = {{"", 0}, {"a\0b", 3}, {"\xc3", 1}, {"\xed\xa0\x80", 3}};
  for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT,
              llmb_call_start(bridge, (const uint8_t *)bad[i].text, bad[i].size, NULL, &call, NULL));
    CHECK(call == NULL);
  }
  CHECK_INT(0, worker_pid(bridge));
  bridge_vanish(bridge);
}

static void check_open(const char *name, const char *value, llmb_status wanted) {
  llmb_bridge *bridge = NULL;
  llmb_error error;
  llmb_error_init(&error);
  llmb_settings *settings = strategy_settings(strategy, ANSWERS);
  settings_put(settings, name, value);
  const llmb_status status = llmb_bridge_open(settings, &bridge, &error);
  CHECK_INT(wanted, status);
  if (status != LLMB_OK) CHECK_CONTAINS(name, error.message);
  llmb_bridge_close(bridge);
  llmb_settings_close(settings);
}

static void settings_that_the_engine_cannot_keep__are_refused_at_the_opening(void) {
  if (is_inproc()) {
    check_open("sandbox", "required", LLMB_E_UNSUPPORTED);
    check_open("workers", "2", LLMB_E_UNSUPPORTED);
    return;
  }
  check_open("sandbox", "required", can("sandbox") ? LLMB_OK : LLMB_E_UNSUPPORTED);
  check_open("workers", "0", can("per_call") ? LLMB_OK : LLMB_E_INVALID_ARGUMENT);
  if (strcmp(strategy->workers, "1") == 0)
    check_open("isolation", "inproc", can("inproc") ? LLMB_OK : LLMB_E_UNSUPPORTED);
}

CONFORMANCE_MAIN(TEST(prompt__is_answered), TEST(answer__comes_piece_by_piece),
                 TEST(texts__become_vectors_in_their_order), TEST(tokens__are_counted), TEST(method__is_invoked),
                 TEST(batch__gives_each_item_its_own_outcome), TEST(bad_input__is_refused_before_any_engine_is_started),
                 TEST(settings_that_the_engine_cannot_keep__are_refused_at_the_opening))
