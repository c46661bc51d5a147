/* Embeddings and token counts through the bridge. */
#include <math.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

enum { TEXTS = 100, TEXT_SIZE_MAX = 64 };

static char answer[FIXTURE_ANSWER_SIZE];
static llmb_result result;
static llmb_error error;

static llmb_status embed_texts(llmb_bridge *bridge, const char *const *texts, uint32_t count, float **vectors,
                               uint64_t *dimension) {
  uint64_t sizes[TEXTS];
  const uint8_t *bytes[TEXTS];
  for (uint32_t i = 0; i < count; i++) {
    sizes[i] = strlen(texts[i]);
    bytes[i] = (const uint8_t *)texts[i];
  }
  llmb_error_init(&error);
  llmb_result_init(&result);
  return llmb_embed_texts(bridge, bytes, sizes, count, NULL, vectors, dimension, &result, &error);
}

static double distance_max(const float *a, const float *b, uint64_t dimension) {
  double largest = 0;
  for (uint64_t i = 0; i < dimension; i++) largest = fmax(largest, fabs((double)a[i] - (double)b[i]));
  return largest;
}

static void check_batch(const char *model) {
  static char texts[TEXTS][TEXT_SIZE_MAX];
  const char *pointers[TEXTS];
  for (int i = 0; i < TEXTS; i++) {
    snprintf(texts[i], sizeof texts[i], "text number %d%.*s", i, i % 40, "and more of it, and more, and some more.");
    pointers[i] = texts[i];
  }
  llmb_bridge *bridge = fixture_open(model, NULL);
  float *together = NULL, *alone = NULL;
  uint64_t dimension = 0;
  CHECK_INT(LLMB_OK, embed_texts(bridge, pointers, TEXTS, &together, &dimension));
  CHECK_INT(128, dimension);
  for (int i = 0; i < TEXTS && together != NULL; i++) {
    CHECK_INT(LLMB_OK, embed_texts(bridge, &pointers[i], 1, &alone, &dimension));
    const float *vector = together + (uint64_t)i * dimension;
    double squares = 0;
    for (uint64_t d = 0; d < dimension; d++) squares += (double)vector[d] * (double)vector[d];
    CHECK(fabs(squares - 1) < 1e-5);
    CHECK(alone != NULL && distance_max(vector, alone, dimension) < 2e-5);
    CHECK(i == 0 || distance_max(vector, together, dimension) > 1e-3);
    llmb_free(alone);
  }
  llmb_free(together);
  llmb_bridge_close(bridge);
}

static void embeddings__of_a_decoder_are_the_same_alone_and_in_a_batch(void) {
  check_batch("random_llama_f32");
}

static void embeddings__of_an_encoder_are_the_same_alone_and_in_a_batch(void) {
  check_batch("random_bert_f32");
}

static void an_encoder__embeds_but_does_not_answer(void) {
  llmb_bridge *bridge = fixture_open("random_bert_f32", NULL);
  CHECK_INT(LLMB_E_UNSUPPORTED, fixture_ask(bridge, "hello", NULL, NULL, answer, &result, &error));
  const char *text = "hello";
  float *vector = NULL;
  uint64_t dimension = 0;
  CHECK_INT(LLMB_OK, embed_texts(bridge, &text, 1, &vector, &dimension));
  llmb_free(vector);
  llmb_bridge_close(bridge);
}

static void a_text_longer_than_the_context__is_refused_by_its_number(void) {
  static const char *const models[] = {"random_llama_f32", "random_bert_f32"};
  static char long_text[2000];
  for (size_t i = 0; i + 2 < sizeof long_text; i += 2) memcpy(long_text + i, "x ", 2);
  for (int m = 0; m < 2; m++) {
    llmb_bridge *bridge = fixture_open(models[m], "context", "512", NULL);
    const char *texts[] = {"short", "also short", long_text};
    float *vectors = NULL;
    uint64_t dimension = 0;
    CHECK_INT(LLMB_E_CONTEXT_FULL, embed_texts(bridge, texts, 3, &vectors, &dimension));
    CHECK(vectors == NULL);
    CHECK_CONTAINS("text 2", error.message);
    CHECK_INT(LLMB_OK, embed_texts(bridge, texts, 2, &vectors, &dimension));
    llmb_free(vectors);
    llmb_bridge_close(bridge);
  }
}

static void answers_and_embeddings__come_from_one_worker_at_once(void) {
  llmb_bridge *bridge = fixture_open("loop", NULL);
  llmb_call *call = fixture_start(bridge, "x", "max_tokens", "1000", NULL);
  const char *text = "x";
  float *vector = NULL;
  uint64_t dimension = 0;
  for (int i = 0; i < 10; i++) {
    CHECK_INT(LLMB_OK, embed_texts(bridge, &text, 1, &vector, &dimension));
    llmb_free(vector);
  }
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_INT(1000 / 2 * strlen("again and "), strlen(answer));
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

static void token_count__is_what_a_prompt_takes_of_the_context(void) {
  llmb_bridge *bridge = fixture_open("chain", NULL);
  uint64_t count = 0;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_count_tokens(bridge, (const uint8_t *)"twelve bytes", 12, &count, &error));
  CHECK_INT(13, count);
  llmb_bridge_close(bridge);
}

static void a_small_context__embeds_and_answers(void) {
  static const char *const contexts[] = {"16", "17", "32", "63", "64"};
  for (unsigned i = 0; i < 5; i++) {
    llmb_bridge *bridge = fixture_open("random_llama_f32", "context", contexts[i], NULL);
    const uint8_t *text = (const uint8_t *)"abc";
    const uint64_t size = 3;
    float *vectors = NULL;
    uint64_t dimension = 0;
    llmb_error_init(&error);
    CHECK_INT(LLMB_OK, llmb_embed_texts(bridge, &text, &size, 1, NULL, &vectors, &dimension, NULL, &error));
    CHECK(dimension > 0);
    llmb_free(vectors);
    llmb_bridge_close(bridge);
  }
}

CHECK_MAIN(TEST(a_small_context__embeds_and_answers), TEST(embeddings__of_a_decoder_are_the_same_alone_and_in_a_batch),
           TEST(embeddings__of_an_encoder_are_the_same_alone_and_in_a_batch),
           TEST(an_encoder__embeds_but_does_not_answer), TEST(a_text_longer_than_the_context__is_refused_by_its_number),
           TEST(answers_and_embeddings__come_from_one_worker_at_once),
           TEST(token_count__is_what_a_prompt_takes_of_the_context))
