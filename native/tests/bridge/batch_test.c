/* Batches: every item has its own outcome, in either order. */
#include "tests/bridge/batch_inputs.h"

static void batch__tells_every_item_once(void) {
  llmb_bridge *bridge = bridge_of("echo", "workers", "2", "slots", "3", "queue", "0", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *batch = batch_of(bridge, inputs, ITEMS, NULL, LLMB_BATCH_AS_THEY_COME);
  bool told[ITEMS] = {false};
  for (int i = 0; i < ITEMS; i++) {
    const int32_t index = next_right(batch, inputs);
    CHECK(index >= 0 && !told[index]);
    if (index >= 0) told[index] = true;
  }
  CHECK_INT(LLMB_BATCH_END, next_right(batch, inputs));
  CHECK_INT(LLMB_BATCH_END, next_right(batch, inputs)); /* and stays so */
  llmb_result result;
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, llmb_batch_result(batch, 7, &result));
  CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
  CHECK_TEXT("fake", result.engine);
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void batch_in_order__tells_items_as_they_were_given(void) {
  llmb_bridge *bridge = bridge_of("pieces 3 1", "slots", "4", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *batch = batch_of(bridge, inputs, 20, NULL, LLMB_BATCH_IN_ORDER);
  for (int32_t i = 0; i < 20; i++) {
    int32_t index = -2;
    llmb_status status = LLMB_E_INTERNAL;
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
    CHECK_INT(i, index);
    CHECK_INT(LLMB_OK, status);
    CHECK_CONTAINS("piece", llmb_batch_text(batch, (uint32_t)i, NULL));
  }
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void settings_of_a_batch__hold_for_each_item(void) {
  llmb_bridge *bridge = bridge_of("pieces 10 0", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_settings *settings = settings_of("max_tokens", "2", NULL);
  llmb_batch *batch = batch_of(bridge, inputs, 30, settings, LLMB_BATCH_IN_ORDER);
  llmb_settings_close(settings); /* it was copied */
  for (int32_t i = 0; i < 30; i++) {
    int32_t index = -2;
    llmb_status status = LLMB_E_INTERNAL;
    llmb_result result;
    llmb_result_init(&result);
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
    CHECK_INT(LLMB_OK, llmb_batch_result(batch, (uint32_t)i, &result));
    CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
    CHECK_INT(2, result.completion_tokens);
  }
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void batch_of_texts__gives_a_vector_for_each(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "3", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *batch = NULL;
  inputs->sizes[2] = 0;
  CHECK_INT(LLMB_OK, llmb_batch_start_embed(bridge, inputs->pointers, inputs->sizes, 10, NULL, LLMB_BATCH_IN_ORDER,
                                            &batch, NULL));
  for (uint32_t i = 0; i < 10; i++) {
    int32_t index = -2;
    uint64_t dimension = 99;
    llmb_status status = LLMB_E_INTERNAL;
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
    CHECK_INT(i == 2 ? LLMB_E_INVALID_ARGUMENT : LLMB_OK, status);
    const float *vector = llmb_batch_vector(batch, i, &dimension);
    CHECK_INT(i != 2, vector != NULL);
    CHECK_INT(i != 2 ? 8 : 0, dimension);
  }
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void batch__shares_the_slots_with_other_calls(void) {
  llmb_bridge *bridge = bridge_of("sleep 5; echo", "slots", "2", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *batch = batch_of(bridge, inputs, 20, NULL, LLMB_BATCH_IN_ORDER);
  llmb_call *call = call_of(bridge, "between", NULL);
  char text[64];
  for (int32_t i = 0; i < 20; i++) CHECK_INT(i, next_right(batch, inputs));
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT("between", text);
  llmb_call_close(call);
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void answers__are_whole_whatever_their_size(void) {
  enum { COUNT = 40, STEP = 700 };
  llmb_bridge *bridge = bridge_of("echo", "slots", "4", NULL);
  static char text[COUNT * STEP];
  const uint8_t *pointers[COUNT];
  uint64_t sizes[COUNT];
  for (int i = 0; i < (int)sizeof text; i++) text[i] = (char)('a' + i % 23);
  for (int i = 0; i < COUNT; i++) {
    pointers[i] = (const uint8_t *)text;
    sizes[i] = (uint64_t)(i * STEP + 1);
  }
  for (int round = 0; round < 2; round++) {
    llmb_batch *batch = NULL;
    int32_t index = 0;
    llmb_status status = LLMB_OK;
    CHECK_INT(LLMB_OK, llmb_batch_start(bridge, pointers, sizes, COUNT, NULL, LLMB_BATCH_AS_THEY_COME, &batch, NULL));
    while (llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL) == LLMB_OK && index != LLMB_BATCH_END) {
      CHECK_INT(LLMB_OK, status);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
      uint64_t size = 0;
      const char *answer = llmb_batch_text(batch, i, &size);
      CHECK_INT(sizes[i], size);
      CHECK(memcmp(text, answer, size) == 0 && answer[size] == 0);
    }
    llmb_batch_close(batch);
  }
  bridge_end(bridge);
}

static void batch__has_nothing_of_the_one_before(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "3", NULL);
  struct batch_inputs *inputs = inputs_make();
  int32_t index = 0;
  llmb_status status = LLMB_OK;
  llmb_batch *batch = batch_of(bridge, inputs, 30, NULL, LLMB_BATCH_IN_ORDER);
  CHECK_INT(0, next_right(batch, inputs));
  CHECK_INT(LLMB_OK, llmb_batch_cancel(batch));
  llmb_batch_close(batch);
  batch = NULL;
  CHECK_INT(LLMB_OK, llmb_batch_start_embed(bridge, inputs->pointers, inputs->sizes, 20, NULL, LLMB_BATCH_IN_ORDER,
                                            &batch, NULL));
  CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
  CHECK_INT(LLMB_OK, status);
  CHECK(llmb_batch_vector(batch, 0, NULL) != NULL);
  CHECK_TEXT("", llmb_batch_text(batch, 0, NULL));
  CHECK_TEXT("", llmb_batch_text(batch, 19, NULL)); /* has not been told yet */
  llmb_batch_close(batch);
  batch = batch_of(bridge, inputs, ITEMS, NULL, LLMB_BATCH_IN_ORDER);
  for (int32_t i = 0; i < ITEMS; i++) CHECK_INT(i, next_right(batch, inputs));
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void batches_at_once__have_answers_of_their_own(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "2", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *first = batch_of(bridge, inputs, 20, NULL, LLMB_BATCH_IN_ORDER);
  llmb_batch *second = batch_of(bridge, inputs, ITEMS, NULL, LLMB_BATCH_IN_ORDER);
  for (int32_t i = 0; i < 20; i++) {
    CHECK_INT(i, next_right(first, inputs));
    CHECK_INT(i, next_right(second, inputs));
  }
  llmb_batch_close(first);
  for (int32_t i = 20; i < ITEMS; i++) CHECK_INT(i, next_right(second, inputs));
  CHECK_TEXT(inputs->texts[0], llmb_batch_text(second, 0, NULL));
  llmb_batch_close(second);
  free(inputs);
  bridge_end(bridge);
}

static void start__names_what_is_wrong_with_a_batch(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *batch = NULL;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT,
            llmb_batch_start(bridge, inputs->pointers, inputs->sizes, 0, NULL, 0, &batch, &error));
  CHECK_CONTAINS("65536", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_batch_start(bridge, NULL, inputs->sizes, 1, NULL, 0, &batch, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT,
            llmb_batch_start(bridge, inputs->pointers, inputs->sizes, 1, NULL, 2, &batch, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_batch_start(bridge, inputs->pointers, inputs->sizes, 1, NULL, 0, NULL, NULL));
  CHECK(batch == NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_batch_next(NULL, 0, NULL, NULL, NULL));
  CHECK_TEXT("", llmb_batch_text(NULL, 0, NULL));
  llmb_batch_close(NULL);
  free(inputs);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(batch__tells_every_item_once), TEST(batch_in_order__tells_items_as_they_were_given),
           TEST(settings_of_a_batch__hold_for_each_item), TEST(batch_of_texts__gives_a_vector_for_each),
           TEST(batch__shares_the_slots_with_other_calls), TEST(answers__are_whole_whatever_their_size),
           TEST(batch__has_nothing_of_the_one_before), TEST(batches_at_once__have_answers_of_their_own),
           TEST(start__names_what_is_wrong_with_a_batch))
