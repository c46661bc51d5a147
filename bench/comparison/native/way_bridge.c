/* This library: an engine in a process of its own. */
#include <stdio.h>
#include <string.h>

#include <llmbridge/llmbridge.h>

#include "comparison_way.h"

static llmb_bridge *bridge;

static bool finish(llmb_status status, const llmb_error *error, struct way_answer *answer) {
  return status == LLMB_OK || way_fail(answer, "%s: %s", llmb_status_name(status), error->message);
}

static bool open_bridge(const struct way_options *options, struct way_answer *answer) {
  const char *const pairs[][2] = {
      {"engine", "llama"},           {"model", options->model},     {"slots", WAY_STREAMS_MAX_TEXT},
      {"threads", options->threads}, {"context", WAY_CONTEXT_TEXT}, {"prompt_format", "raw"},
      {"timeout_ms", "600000"}, /* it is measured, not limited */
      {"restart_limit", "1000"},
  };
  llmb_settings *settings = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (bridge != NULL) return true;
  llmb_status status = llmb_settings_create(&settings, &error);
  for (size_t i = 0; status == LLMB_OK && i < sizeof pairs / sizeof *pairs; i++) {
    status = llmb_settings_set(settings, pairs[i][0], pairs[i][1], &error);
  }
  if (status == LLMB_OK) status = llmb_bridge_open(settings, &bridge, &error);
  llmb_settings_close(settings);
  return finish(status, &error, answer);
}

static llmb_status generate_one(const char *prompt, const llmb_settings *settings, struct way_answer *answer,
                                llmb_error *error) {
  char *text = NULL;
  llmb_result result;
  llmb_result_init(&result);
  llmb_status status =
      llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), settings, &text, NULL, &result, error);
  if (status == LLMB_OK) snprintf(answer->text, sizeof answer->text, "%s", text);
  answer->tokens = result.completion_tokens;
  llmb_free(text);
  return status;
}

static llmb_status take_item(llmb_batch *batch, uint32_t item, struct way_answer *answer) {
  llmb_result result;
  llmb_result_init(&result);
  const llmb_status status = llmb_batch_result(batch, item, &result);
  answer->tokens += result.completion_tokens;
  if (item == 0) snprintf(answer->text, sizeof answer->text, "%s", llmb_batch_text(batch, item, NULL));
  return status;
}

static llmb_status generate_batch(const char *prompt, unsigned streams, const llmb_settings *settings,
                                  struct way_answer *answer, llmb_error *error) {
  const uint8_t *prompts[WAY_STREAMS_MAX];
  uint64_t sizes[WAY_STREAMS_MAX];
  llmb_batch *batch = NULL;
  for (unsigned i = 0; i < streams; i++) {
    prompts[i] = (const uint8_t *)prompt;
    sizes[i] = strlen(prompt);
  }
  llmb_status status =
      llmb_batch_start(bridge, prompts, sizes, streams, settings, LLMB_BATCH_AS_THEY_COME, &batch, error);
  for (unsigned told = 0; status == LLMB_OK && told < streams; told++) {
    int32_t item = 0;
    llmb_status outcome = LLMB_OK;
    status = llmb_batch_next(batch, LLMB_NEVER, &item, &outcome, error);
    if (status == LLMB_OK) status = outcome;
    if (status == LLMB_OK) status = take_item(batch, (uint32_t)item, answer);
  }
  llmb_batch_close(batch);
  return status;
}

static bool generate(const struct way_options *options, const char *prompt, unsigned streams, unsigned tokens,
                     struct way_answer *answer) {
  llmb_settings *settings = NULL;
  llmb_error error;
  char number[16];
  llmb_error_init(&error);
  if (!open_bridge(options, answer)) return false;
  snprintf(number, sizeof number, "%u", tokens);
  llmb_status status = llmb_settings_create(&settings, &error);
  if (status == LLMB_OK) status = llmb_settings_set(settings, "max_tokens", number, &error);
  if (status == LLMB_OK) {
    status = streams == 1 ? generate_one(prompt, settings, answer, &error)
                          : generate_batch(prompt, streams, settings, answer, &error);
  }
  llmb_settings_close(settings);
  return finish(status, &error, answer);
}

static bool embed_texts(const struct way_options *options, const char *const *texts, unsigned count,
                        struct way_answer *answer) {
  uint64_t sizes[WAY_TEXTS_MAX];
  float *vectors = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (!open_bridge(options, answer)) return false;
  for (unsigned i = 0; i < count; i++) sizes[i] = strlen(texts[i]);
  const llmb_status status = llmb_embed_texts(bridge, (const uint8_t *const *)texts, sizes, count, NULL, &vectors,
                                              &answer->dimension, NULL, &error);
  const bool fits = answer->dimension <= WAY_DIMENSION_MAX;
  if (vectors != NULL && fits) memcpy(answer->vectors, vectors, count * answer->dimension * sizeof *vectors);
  llmb_free(vectors);
  return finish(status, &error, answer) &&
         (fits || way_fail(answer, "vectors of more than %d numbers", WAY_DIMENSION_MAX));
}

static int engine_number(void) {
  int64_t number = 0;
  if (bridge != NULL) llmb_bridge_worker_pid(bridge, &number);
  return (int)number;
}

static void close_bridge(void) {
  llmb_bridge_close(bridge);
}

const struct way way_bridge = {
    .name = "bridge", .generate = generate, .embed = embed_texts, .helper = engine_number, .close = close_bridge};
