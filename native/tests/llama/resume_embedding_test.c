/* Embeddings of many texts, whose engine is killed between vectors: each vector is the one that would have been. */
#include <signal.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

enum { TEXTS = 400, DIMENSION_MAX = 1024, KILLS_MAX = 2 };

static float undisturbed[TEXTS][DIMENSION_MAX], vector[DIMENSION_MAX];
static char words[TEXTS][64];
static const uint8_t *texts[TEXTS];
static uint64_t sizes[TEXTS];
static llmb_error error;

static llmb_call *start(llmb_bridge *bridge) {
  llmb_call *call = NULL;
  for (unsigned i = 0; i < TEXTS; i++) {
    snprintf(words[i], sizeof words[i], "text number %u of a long list of texts", i);
    texts[i] = (const uint8_t *)words[i];
    sizes[i] = strlen(words[i]);
  }
  CHECK_INT(LLMB_OK, llmb_embed_start(bridge, texts, sizes, TEXTS, NULL, &call, &error));
  return call;
}

static llmb_bridge *open_bridge(void) {
  return fixture_open("random_bert_f32", "threads", "1", NULL);
}

static uint64_t read_vector(llmb_call *call, float *into) {
  uint64_t dimension = 0;
  const uint64_t deadline_ns = llmb_deadline_after_ms(FIXTURE_DEADLINE_MS);
  CHECK_INT(LLMB_OK, llmb_call_read_vector(call, into, DIMENSION_MAX, deadline_ns, &dimension, &error));
  return dimension;
}

/* The engine goes ahead of its reader by what the channel holds, so kills come as soon as there is something to read.
 */
static void embedding__survives_kills_between_its_vectors_unchanged(void) {
  llmb_bridge *bridge = open_bridge();
  llmb_call *call = start(bridge);
  uint64_t dimension = 0;
  for (unsigned i = 0; i < TEXTS; i++) dimension = read_vector(call, undisturbed[i]);
  llmb_call_close(call);
  llmb_bridge_close(bridge);

  bridge = open_bridge();
  call = start(bridge);
  int64_t killed = 0;
  unsigned kills = 0;
  for (unsigned i = 0; i < TEXTS && check_failures == 0; i++) {
    CHECK_INT(dimension, read_vector(call, vector));
    CHECK(memcmp(undisturbed[i], vector, dimension * sizeof *vector) == 0);
    int64_t pid = 0;
    CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
    if (kills == KILLS_MAX || pid <= 0 || pid == killed) continue;
    kills += kill((pid_t)pid, SIGKILL) == 0;
    killed = pid;
  }
  llmb_result result;
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &result, &error));
  CHECK_INT(1 + kills, result.attempts);
  CHECK(kills > 1); /* two without progress between would have condemned it */
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(embedding__survives_kills_between_its_vectors_unchanged))
