/* Once it has made its first calls, the library allocates nothing more but what the caller is given: neither the host's
 * side nor the engine SDK, which here works in a thread of this process. */
#include <stdatomic.h>

#include "tests/hostile/workout.h"

enum { CALLS_BEFORE = 20, CALLS = 1000 };

static const char question[] = "[\"a question\"]"; /* and, as the engine echoes it, an answer that is JSON */
static atomic_bool counting;
static _Atomic uint64_t allocations;

/* The C library's own, by the names under which it lets others stand in for it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

/* Exported, or only this program itself would use them. */
static void note(void) {
  if (atomic_load_explicit(&counting, memory_order_relaxed)) atomic_fetch_add(&allocations, 1);
}

LLMB_API void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

LLMB_API void *calloc(size_t count, size_t size) {
  note();
  return __libc_calloc(count, size);
}

LLMB_API void *realloc(void *block, size_t size) {
  note();
  return __libc_realloc(block, size);
}

/* How often something was allocated in CALLS further calls. */
static uint64_t allocations_of(void (*call)(llmb_bridge *bridge, const llmb_settings *settings), llmb_bridge *bridge,
                               const llmb_settings *settings) {
  for (int i = 0; i < CALLS_BEFORE; i++) call(bridge, settings);
  atomic_store(&allocations, 0);
  atomic_store(&counting, true);
  for (int i = 0; i < CALLS; i++) call(bridge, settings);
  atomic_store(&counting, false);
  return atomic_load(&allocations);
}

static void ask_into_buffer(llmb_bridge *bridge, const llmb_settings *settings) {
  char text[64];
  llmb_call *call = call_of(bridge, question, settings);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT(question, text);
  llmb_call_close(call);
}

static void ask_for_text(llmb_bridge *bridge, const llmb_settings *settings) {
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, question, settings, &error));
}

static void embed_into_buffer(llmb_bridge *bridge, const llmb_settings *settings) {
  const uint8_t *text = (const uint8_t *)"a text";
  const uint64_t size = 6;
  uint64_t dimension = 0;
  float vector[64];
  llmb_call *call = NULL;
  CHECK_INT(LLMB_OK, llmb_embed_start(bridge, &text, &size, 1, settings, &call, NULL));
  CHECK_INT(LLMB_OK, llmb_call_read_vector(call, vector, 64, LLMB_NEVER, &dimension, NULL));
  CHECK(dimension > 0);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, NULL, NULL));
  llmb_call_close(call);
}

static void count_tokens(llmb_bridge *bridge, const llmb_settings *settings) {
  uint64_t count = 0;
  (void)settings;
  CHECK_INT(LLMB_OK, llmb_count_tokens(bridge, (const uint8_t *)"a text", 6, &count, NULL));
}

static void ask_a_batch(llmb_bridge *bridge, const llmb_settings *settings) {
  enum { ITEMS = 30 };
  const uint8_t *prompts[ITEMS];
  uint64_t sizes[ITEMS];
  for (int i = 0; i < ITEMS; i++) {
    prompts[i] = (const uint8_t *)question;
    sizes[i] = sizeof question - 1;
  }
  llmb_batch *batch = NULL;
  int32_t index = 0;
  llmb_status status = LLMB_OK;
  CHECK_INT(LLMB_OK, llmb_batch_start(bridge, prompts, sizes, ITEMS, settings, 0, &batch, NULL));
  while (llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL) == LLMB_OK && index != LLMB_BATCH_END) {
    CHECK_TEXT(question, llmb_batch_text(batch, (uint32_t)index, NULL));
  }
  llmb_batch_close(batch);
}

static void check_allocations(uint64_t expected, void (*call)(llmb_bridge *bridge, const llmb_settings *settings)) {
  llmb_bridge *bridge = bridge_of("echo", "isolation", "inproc", NULL);
  CHECK_INT(expected, allocations_of(call, bridge, NULL));
  bridge_end(bridge);
}

HOSTILE_TEST(a_call__allocates_nothing) {
  check_allocations(0, ask_into_buffer);
}

HOSTILE_TEST(a_call_with_settings__allocates_nothing) {
  llmb_bridge *bridge = bridge_of("echo", "isolation", "inproc", "max_tokens", "50", NULL);
  llmb_settings *settings = settings_of("stop", "END", "timeout_ms", "60000", NULL);
  CHECK_INT(0, allocations_of(ask_into_buffer, bridge, NULL));
  CHECK_INT(0, allocations_of(ask_into_buffer, bridge, settings));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

HOSTILE_TEST(a_call_whose_answer_is_checked__allocates_nothing) {
  llmb_bridge *bridge = bridge_of("echo", "isolation", "inproc", NULL);
  llmb_settings *settings = settings_of("expect", "json", NULL);
  CHECK_INT(0, allocations_of(ask_into_buffer, bridge, settings));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

HOSTILE_TEST(an_answer__is_the_one_thing_allocated) {
  check_allocations(CALLS, ask_for_text);
}

HOSTILE_TEST(an_embedding__allocates_nothing) {
  check_allocations(0, embed_into_buffer);
}

HOSTILE_TEST(a_count_of_tokens__allocates_nothing) {
  check_allocations(0, count_tokens);
}

HOSTILE_TEST(a_batch__allocates_nothing) {
  check_allocations(0, ask_a_batch);
}

CHECK_MAIN(TEST(a_call__allocates_nothing), TEST(a_batch__allocates_nothing),
           TEST(a_call_with_settings__allocates_nothing), TEST(a_call_whose_answer_is_checked__allocates_nothing),
           TEST(an_answer__is_the_one_thing_allocated), TEST(an_embedding__allocates_nothing),
           TEST(a_count_of_tokens__allocates_nothing))
