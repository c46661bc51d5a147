/* json_schema: what is delivered keeps the schema, what cannot is ended early, and an engine may be asked again. */
#include "tests/bridge/bridge_harness.h"

#define OBJECT "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"maximum\":9}},\"required\":[\"n\"]}"

/* What becomes of an answer that the fake engine is told; its message, attempts and phase are in *error. */
static llmb_status answer_of(const char *script, const char *schema, const char *retries, llmb_error *error) {
  llmb_bridge *bridge = bridge_of(script, NULL);
  llmb_settings *settings = settings_of("json_schema", schema, "schema_retries", retries, NULL);
  const llmb_status status = ask(bridge, "a number", settings, error);
  llmb_settings_close(settings);
  bridge_end(bridge);
  return status;
}

static void answer__that_keeps_its_schema_is_delivered(void) {
  llmb_error error;
  CHECK_INT(LLMB_OK, answer_of("say {\"n\":; say  7 ; say }", OBJECT, "0", &error));
}

static void answer__that_does_not_is_output_invalid_with_its_place(void) {
  llmb_error error;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, answer_of("say {\"n\":12}", OBJECT, "0", &error));
  CHECK_CONTAINS("json_schema", error.message);
  CHECK_CONTAINS("\"/n\", byte 5: the schema asks for maximum 9", error.message);
  CHECK_INT(LLMB_PHASE_VALIDATE, error.phase);
  CHECK_INT(1, error.attempts);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, answer_of("say Sure! {\"n\":1}", OBJECT, "0", &error));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, answer_of("say {}", OBJECT, "0", &error));
  CHECK_CONTAINS("required \"n\"", error.message);
}

/* The engine sleeps for an hour behind the piece that is wrong, and nobody waits for it: what the call is told it is
 * told before its own limit, which lies below the watchdog's. */
static void answer__that_is_wrong_for_good_ends_the_call_at_once(void) {
  llmb_bridge *bridge =
      bridge_of("sleep 300; say {\"n\":\"; sleep 3600000", "timeout_ms", "45000", "stall_timeout_ms", "0", NULL);
  const uint64_t limit_ns = llmb_deadline_after_ms(45000);
  llmb_settings *settings = settings_of("json_schema", OBJECT, "schema_retries", "0", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "a number", settings, &error));
  CHECK_CONTAINS("type \"integer\"", error.message);
  CHECK(llmb_clock_ns() < limit_ns);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void engine__is_asked_again_as_often_as_schema_retries_says(void) {
  llmb_error error;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, answer_of("say [", OBJECT, "3", &error));
  CHECK_INT(4, error.attempts);
}

static void stream__is_not_begun_anew_after_its_first_piece(void) {
  llmb_bridge *bridge = bridge_of("say {\"n\":; sleep 50; say \"x\"}", NULL);
  llmb_settings *settings = settings_of("json_schema", OBJECT, "schema_retries", "5", NULL);
  llmb_error error;
  char text[64];
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "a number", settings);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, read_to_end(call, text, sizeof text, &error));
  CHECK_TEXT("{\"n\":", text);
  CHECK_INT(1, error.attempts);
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void answer__that_lacks_tokens_is_truncated_and_not_asked_for_again(void) {
  llmb_bridge *bridge = bridge_of("say {\"n\":; say 1}", NULL);
  llmb_settings *settings = settings_of("json_schema", OBJECT, "schema_retries", "5", "max_tokens", "1", NULL);
  llmb_error error;
  char *details = NULL;
  llmb_error_init(&error);
  llmb_call *call = call_of(bridge, "a number", settings);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, llmb_call_finish(call, LLMB_NEVER, NULL, &error));
  CHECK_CONTAINS("truncated", error.message);
  CHECK_INT(1, error.attempts);
  CHECK_INT(LLMB_OK, llmb_call_details(call, &details));
  CHECK_CONTAINS("\"constrained\":\"none\"", details);
  CHECK_CONTAINS("\"truncated\":true", details);
  llmb_free(details);
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void schema__that_is_none_is_refused_before_anything_is_asked(void) {
  llmb_error error;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, answer_of("hang", "{\"type\":\"objekt\"}", "0", &error));
  CHECK_CONTAINS("json_schema: the schema at \"/type\"", error.message);
  CHECK_INT(LLMB_E_UNSUPPORTED, answer_of("hang", "{\"$ref\":\"http://example.com/s\"}", "0", &error));
  CHECK_CONTAINS("http://example.com/s", error.message);
}

static void keyword__that_is_unknown_is_a_fault_unless_lenient(void) {
  static const char schema[] = "{\"items\":{\"x-order\":1}}";
  llmb_error error;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, answer_of("hang", schema, "0", &error));
  CHECK_CONTAINS("\"/items/x-order\"", error.message);
  llmb_bridge *bridge = bridge_of("say []", NULL);
  llmb_settings *settings = settings_of("json_schema", schema, "schema_mode", "lenient", NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "a list", settings, &error));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void batch__looks_at_each_of_its_answers(void) {
  static const char *const prompts[] = {"{\"n\":1}", "{\"n\":\"x\"}", "{\"n\":3}"};
  const uint8_t *items[3];
  uint64_t sizes[3];
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_settings *settings = settings_of("json_schema", OBJECT, "schema_retries", "1", NULL);
  llmb_batch *batch = NULL;
  llmb_error error;
  llmb_error_init(&error);
  for (unsigned i = 0; i < 3; i++) {
    items[i] = (const uint8_t *)prompts[i];
    sizes[i] = strlen(prompts[i]);
  }
  CHECK_INT(LLMB_OK, llmb_batch_start(bridge, items, sizes, 3, settings, 0, &batch, &error));
  unsigned good = 0;
  for (unsigned i = 0; i < 3; i++) {
    int32_t index = -1;
    llmb_status status = LLMB_E_INTERNAL;
    uint64_t size = 0;
    CHECK_INT(LLMB_OK, llmb_batch_next(batch, LLMB_NEVER, &index, &status, &error));
    CHECK_INT(index == 1 ? LLMB_E_OUTPUT_INVALID : LLMB_OK, status);
    const char *text = status == LLMB_OK ? llmb_batch_text(batch, (uint32_t)index, &size) : NULL;
    good += text != NULL && size == sizes[index] && memcmp(text, prompts[index], size) == 0;
  }
  CHECK_INT(2, good);
  llmb_batch_close(batch);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(answer__that_keeps_its_schema_is_delivered),
           TEST(answer__that_does_not_is_output_invalid_with_its_place),
           TEST(answer__that_is_wrong_for_good_ends_the_call_at_once),
           TEST(engine__is_asked_again_as_often_as_schema_retries_says),
           TEST(stream__is_not_begun_anew_after_its_first_piece),
           TEST(answer__that_lacks_tokens_is_truncated_and_not_asked_for_again),
           TEST(schema__that_is_none_is_refused_before_anything_is_asked),
           TEST(keyword__that_is_unknown_is_a_fault_unless_lenient), TEST(batch__looks_at_each_of_its_answers))
