/* Batches that do not simply run to their end: failing items, dying engines, deadlines, cancelling, closing. */
#include "tests/bridge/batch_inputs.h"

static void item_that_fails__fails_alone_and_says_why(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  struct batch_inputs *inputs = inputs_make();
  inputs->sizes[3] = 0;                    /* empty */
  memcpy(inputs->texts[5], "bad \xff", 5); /* no UTF-8 */
  inputs->pointers[7] = NULL;
  llmb_batch *batch = batch_of(bridge, inputs, 10, NULL, LLMB_BATCH_IN_ORDER);
  for (int32_t i = 0; i < 10; i++) {
    int32_t index = -2;
    llmb_status status = LLMB_E_INTERNAL;
    llmb_error error;
    llmb_error_init(&error);
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, &error));
    const bool bad = i == 3 || i == 5 || i == 7;
    CHECK_INT(bad ? LLMB_E_INVALID_ARGUMENT : LLMB_OK, status);
    if (bad) CHECK_CONTAINS("prompt", error.message);
    CHECK_TEXT(bad ? "" : inputs->texts[i], llmb_batch_text(batch, (uint32_t)i, NULL));
  }
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void engine_that_dies__costs_the_items_it_had_begun_and_no_others(void) {
  llmb_bridge *bridge = bridge_of("sleep 20; echo", "slots", "2", "restart_limit", "1000", NULL);
  struct batch_inputs *inputs = inputs_make();
  bridge_start(bridge);
  llmb_batch *batch = batch_of(bridge, inputs, 12, NULL, LLMB_BATCH_AS_THEY_COME);
  unsigned right = 0, crashed = 0;
  for (int i = 0; i < 12; i++) {
    int32_t index = -2;
    llmb_status status = LLMB_E_INTERNAL;
    if (i == 4) process_signal(worker_pid_await(bridge), SIGKILL);
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
    right += status == LLMB_OK;
    crashed += status == LLMB_E_ENGINE_CRASHED;
  }
  CHECK_INT(12, right + crashed);
  CHECK(crashed <= 2);
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void batch__stays_while_the_deadline_of_a_look_passes(void) {
  llmb_bridge *bridge = bridge_of("sleep 50; echo", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *batch = batch_of(bridge, inputs, 2, NULL, LLMB_BATCH_IN_ORDER);
  int32_t index = 0;
  llmb_status status = LLMB_OK;
  CHECK_INT(LLMB_E_NOT_READY, llmb_batch_next(batch, 0, &index, &status, NULL));
  CHECK_INT(LLMB_E_NOT_READY, llmb_batch_next(batch, llmb_deadline_after_ms(1), &index, &status, NULL));
  CHECK_INT(0, next_right(batch, inputs));
  CHECK_INT(1, next_right(batch, inputs));
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void *cancel_soon(void *batch) {
  nap_ms(30);
  CHECK_INT(LLMB_OK, llmb_batch_cancel(batch));
  return NULL;
}

static void cancel__ends_all_that_has_not_ended(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 5", "slots", "2", NULL);
  struct batch_inputs *inputs = inputs_make();
  pthread_t thread;
  llmb_batch *batch = batch_of(bridge, inputs, 6, NULL, LLMB_BATCH_AS_THEY_COME);
  CHECK_INT(0, pthread_create(&thread, NULL, cancel_soon, batch));
  for (int i = 0; i < 6; i++) {
    int32_t index = -2;
    llmb_status status = LLMB_OK;
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
    CHECK_INT(LLMB_E_CANCELLED, status);
  }
  CHECK_INT(0, pthread_join(thread, NULL));
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void close__cancels_what_runs_and_leaves_nothing(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "2", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_batch *batch = batch_of(bridge, inputs, 50, NULL, LLMB_BATCH_AS_THEY_COME);
  int32_t index = 0;
  llmb_status status = LLMB_OK;
  CHECK_INT(LLMB_E_NOT_READY, llmb_batch_next(batch, llmb_deadline_after_ms(20), &index, &status, NULL));
  llmb_batch_close(batch);
  free(inputs);
  bridge_end(bridge);
}

static void limits_of_an_item__are_kept_while_others_have_news(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000000 1", "slots", "2", NULL);
  struct batch_inputs *inputs = inputs_make();
  llmb_settings *settings = settings_of("timeout_ms", "100", "max_tokens", "1000000", NULL);
  llmb_batch *batch = batch_of(bridge, inputs, 5, settings, LLMB_BATCH_AS_THEY_COME);
  for (int i = 0; i < 5; i++) {
    int32_t index = -2;
    llmb_status status = LLMB_OK;
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, NULL));
    CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, status);
  }
  llmb_batch_close(batch);
  llmb_settings_close(settings);
  free(inputs);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(item_that_fails__fails_alone_and_says_why),
           TEST(engine_that_dies__costs_the_items_it_had_begun_and_no_others),
           TEST(batch__stays_while_the_deadline_of_a_look_passes), TEST(cancel__ends_all_that_has_not_ended),
           TEST(close__cancels_what_runs_and_leaves_nothing), TEST(limits_of_an_item__are_kept_while_others_have_news))
