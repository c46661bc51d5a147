#include "tests/check.h"

#include "core/memory.h"
#include "core/memory_faults.h"
#include "core/settings_resolve.h"
#include "core/settings_set.h"
#include "core/settings_pairs.h"

static llmb_error error;

static void memory_allocate__gives_zeroed_memory(void) {
  void *block;
  for (uint64_t size = 0; size < 100; size += 33) {
    CHECK_INT(LLMB_OK, memory_allocate(size, &block));
    CHECK(block != NULL);
    for (uint64_t i = 0; i < size; i++) CHECK_INT(0, ((char *)block)[i]);
    memset(block, 0xFF, size);
    block = memory_release(block);
    CHECK(block == NULL);
  }
  CHECK(memory_release(NULL) == NULL);
}

static void memory__refuses_a_wild_size_and_keeps_the_block(void) {
  void *block;
  char *text;
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, memory_allocate(UINT64_MAX, &block));
  CHECK(block == NULL);
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, memory_copy_text("x", UINT64_MAX, &text));
  CHECK(text == NULL);
  CHECK_INT(LLMB_OK, memory_copy_text("hello", 4, &text));
  CHECK_TEXT("hell", text);
  block = text;
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, memory_resize(&block, UINT64_MAX));
  CHECK(block == text);
  CHECK_INT(LLMB_OK, memory_resize(&block, 100));
  CHECK_TEXT("hell", (char *)block);
  memory_release(block);
}

static void memory_fail_after__fails_the_one_or_all_from_it_on(void) {
  void *blocks[4];
  memory_fail_after(2, false);
  CHECK(!memory_fault_happened());
  CHECK_INT(LLMB_OK, memory_allocate(1, &blocks[0]));
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, memory_allocate(1, &blocks[1]));
  CHECK(memory_fault_happened());
  CHECK_INT(LLMB_OK, memory_allocate(1, &blocks[2]));
  CHECK_INT(2, memory_blocks_live());
  memory_fail_after(1, true);
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, memory_allocate(1, &blocks[1]));
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, memory_resize(&blocks[0], 2));
  memory_fail_after(0, false);
  CHECK_INT(LLMB_OK, memory_resize(&blocks[0], 2));
  memory_release(blocks[0]);
  memory_release(blocks[2]);
  CHECK_INT(0, memory_blocks_live());
}

/* The whole life of settings: made, resolved, sent, received. */
static llmb_status settings_live(void) {
  llmb_settings *given = NULL, *given_to_call = NULL;
  llmb_settings bridge = {0}, call = {0}, received = {0};
  char *pairs = NULL;
  uint64_t size;
  llmb_status status = llmb_settings_create(&given, &error);
  if (status != LLMB_OK) goto finish;
  status = llmb_settings_set(given, "model", "m.gguf", &error);
  if (status != LLMB_OK) goto finish;
  status = llmb_settings_set(given, "model", "n.gguf", &error);
  if (status != LLMB_OK) goto finish;
  status = settings_resolve_bridge(given, &bridge, &error);
  if (status != LLMB_OK) goto finish;
  status = llmb_settings_create(&given_to_call, &error);
  if (status != LLMB_OK) goto finish;
  status = llmb_settings_set(given_to_call, "stop", "END", &error);
  if (status != LLMB_OK) goto finish;
  status = settings_resolve_call(&bridge, given_to_call, &call, &error);
  if (status != LLMB_OK) goto finish;
  status = settings_encode(&call, SETTING_OF_CALL, &pairs, &size);
  if (status != LLMB_OK) goto finish;
  status = settings_decode(pairs, size, &received, &error);

finish:
  settings_clear(&received);
  memory_release(pairs);
  settings_clear(&call);
  llmb_settings_close(given_to_call);
  settings_clear(&bridge);
  llmb_settings_close(given);
  return status;
}

static void settings__survive_every_allocation_that_can_fail(void) {
  setenv("LLMBRIDGE_SEED", "5", 1);
  setenv("LLMBRIDGE_ENGINE", "llama", 1);
  for (int persistent = 0; persistent < 2; persistent++) {
    uint64_t nth = 1;
    for (bool failed = true; failed; nth++) {
      llmb_error_init(&error);
      memory_fail_after(nth, persistent);
      llmb_status status = settings_live();
      failed = memory_fault_happened();
      CHECK_INT(failed ? LLMB_E_OUT_OF_MEMORY : LLMB_OK, status);
      CHECK(error.status == status || error.status == LLMB_OK); /* settings_encode takes no error */
      memory_fail_after(0, false);
      CHECK_INT(0, memory_blocks_live());
    }
    CHECK(nth > 10);
  }
  unsetenv("LLMBRIDGE_SEED");
  unsetenv("LLMBRIDGE_ENGINE");
}

static void settings_set__keeps_the_old_value_without_memory_for_the_new(void) {
  llmb_settings *settings;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "stop", "old", &error));
  memory_fail_after(1, false);
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, llmb_settings_set(settings, "stop", "new", &error));
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, error.status);
  memory_fail_after(0, false);
  CHECK_TEXT("old", settings->values[SETTING_STOP].text);
  llmb_settings_close(settings);
}

CHECK_MAIN(TEST(memory_allocate__gives_zeroed_memory), TEST(memory__refuses_a_wild_size_and_keeps_the_block),
           TEST(memory_fail_after__fails_the_one_or_all_from_it_on),
           TEST(settings__survive_every_allocation_that_can_fail),
           TEST(settings_set__keeps_the_old_value_without_memory_for_the_new))
