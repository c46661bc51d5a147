/* Engines that lie, flood or write nonsense: the host is told and unharmed. */
#include <sys/resource.h>

#include "tests/bridge/bridge_harness.h"

/* A call that must fail as protocol_error, and cost the engine its life. */
static void check_breach(const char *home, const char *script) {
  llmb_bridge *bridge = bridge_of(script, "home", home, NULL);
  for (int i = 0; i < 2; i++) {
    llmb_error error;
    bridge_start(bridge);
    const int worker = process_open(worker_pid(bridge));
    CHECK_INT(LLMB_E_PROTOCOL_ERROR, ask(bridge, "hello", NULL, &error));
    CHECK(strlen(error.message) > 0);
    process_await_end(worker);
  }
  bridge_end(bridge);
}

static void garbage__is_a_protocol_error_and_the_end_of_the_engine(void) {
  check_breach(HARNESS_HOME, "garbage");
  check_breach(HARNESS_HOME, "pieces 1 0; garbage");
}

static void wrong_length__is_a_protocol_error_and_the_end_of_the_engine(void) {
  check_breach(HARNESS_HOME, "wrong_length");
}

static void unknown_finish_reason__is_a_protocol_error_and_the_end_of_the_engine(void) {
  check_breach(HARNESS_MODULE_HOME, "unknown_reason");
}

static void bad_utf8__is_output_invalid_and_the_engine_lives(void) {
  llmb_bridge *bridge = bridge_of("bad_utf8", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "hello", NULL, &error));
    CHECK_INT(LLMB_PHASE_VALIDATE, error.phase);
    CHECK_CONTAINS("byte 5", error.message);
  }
  CHECK_INT(pid, worker_pid(bridge));
  bridge_end(bridge);
}

static void half_a_character__at_the_end_is_output_invalid(void) {
  llmb_bridge *bridge = bridge_of("half_character", "home", HARNESS_MODULE_HOME, NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "caf\xc3\xa9", NULL, &error));
  CHECK_INT(LLMB_PHASE_VALIDATE, error.phase);
  bridge_end(bridge);
}

static void characters__cut_at_every_byte_are_put_together(void) {
  llmb_bridge *bridge = bridge_of("bytes", "home", HARNESS_MODULE_HOME, NULL);
  const char *prompt = "caf\xc3\xa9 \xe4\xb8\xad\xf0\x9f\x98\x80!";
  char text[64] = "";
  llmb_call *call = call_of(bridge, prompt, NULL);
  CHECK_INT(LLMB_OK, read_to_end(call, text, sizeof text, NULL));
  CHECK_TEXT(prompt, text);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void large_piece__comes_whole(void) {
  static const char *const sizes[] = {"16777216", "65536", "65520", "65519", "131072"};
  llmb_bridge *bridge = bridge_of("large_piece", "home", HARNESS_MODULE_HOME, NULL);
  for (int i = 0; i < 5; i++) {
    char *answer = NULL;
    uint64_t size = 0, wrong_count = 0;
    CHECK_INT(LLMB_OK,
              llmb_generate(bridge, (const uint8_t *)sizes[i], strlen(sizes[i]), NULL, &answer, &size, NULL, NULL));
    CHECK_INT(strtoull(sizes[i], NULL, 10), size);
    for (uint64_t at = 0; at < size; at++) wrong_count += answer[at] != (char)('a' + at % 26);
    CHECK_INT(0, wrong_count);
    llmb_free(answer);
  }
  bridge_end(bridge);
}

static int64_t memory_peak_kb(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : -1;
}

static void flood__is_output_too_large_in_bounded_memory(void) {
  llmb_bridge *bridge = bridge_of("flood 200000000", "output_bytes", "1000000", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge), before_kb = memory_peak_kb();
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE, ask(bridge, "hello", NULL, &error));
  CHECK_INT(LLMB_PHASE_VALIDATE, error.phase);
  CHECK_CONTAINS("output_bytes", error.message);
  CHECK(memory_peak_kb() - before_kb < 32000);
  CHECK_INT(pid, worker_pid(bridge)); /* it gives up when it is told to */
  bridge_end(bridge);
}

static void flood__of_exactly_output_bytes_is_fine(void) {
  llmb_bridge *bridge = bridge_of("flood 100000", "output_bytes", "100000", NULL);
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  llmb_settings *settings = settings_of("output_bytes", "99999", NULL);
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE, ask(bridge, "hello", settings, &error));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void answer__that_is_to_be_json_and_is_not_is_output_invalid(void) {
  static const struct {
    const char *answer;
    llmb_status status;
  } cases[] = {{"{\"a\":[1,2]}", LLMB_OK},
               {"{\"a\":[1,2", LLMB_E_OUTPUT_INVALID},
               {"maybe", LLMB_E_OUTPUT_INVALID},
               {"{} and more", LLMB_E_OUTPUT_INVALID},
               {" ", LLMB_E_OUTPUT_INVALID}};
  llmb_bridge *bridge = bridge_of("echo", "expect", "json", NULL);
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    llmb_error error;
    CHECK_INT(cases[i].status, ask(bridge, cases[i].answer, NULL, &error));
    if (cases[i].status != LLMB_OK) CHECK_INT(LLMB_PHASE_VALIDATE, error.phase);
  }
  bridge_end(bridge);
}

static void engine_error__keeps_status_phase_and_message(void) {
  llmb_bridge *bridge = bridge_of("fail", "home", HARNESS_MODULE_HOME, NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_CONTEXT_FULL, ask(bridge, "hello", NULL, &error));
  CHECK_INT(LLMB_PHASE_PROMPT, error.phase);
  CHECK_CONTAINS("too long for this test", error.message);
  CHECK_INT(1, error.retry_safe);
  bridge_end(bridge);
}

static void engine_error__that_claims_a_deadline_too_early_is_the_engines(void) {
  llmb_bridge *bridge = bridge_of("early_deadline", "home", HARNESS_MODULE_HOME, "timeout_ms", "60000", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "hello", NULL, &error));
  CHECK_CONTAINS("the time is over", error.message);
  bridge_end(bridge);
}

/* Texts are embedded; the outcome. */
static llmb_status embed_texts(llmb_bridge *bridge, uint32_t count, llmb_error *error) {
  const uint8_t *const texts[] = {(const uint8_t *)"abc", (const uint8_t *)"abd"};
  const uint64_t sizes[] = {3, 3};
  float *vectors = NULL;
  uint64_t dimension = 0;
  llmb_error_init(error);
  const llmb_status status = llmb_embed_texts(bridge, texts, sizes, count, NULL, &vectors, &dimension, NULL, error);
  CHECK_INT(status == LLMB_OK, vectors != NULL);
  llmb_free(vectors);
  return status;
}

static void vectors__of_a_wrong_number_or_kind_are_refused(void) {
  static const char *const commands[] = {"many_vectors", "no_vectors", "text_for_vectors"};
  llmb_error error;
  for (int i = 0; i < 3; i++) {
    llmb_bridge *bridge = bridge_of(commands[i], "home", HARNESS_MODULE_HOME, NULL);
    CHECK_INT(LLMB_E_PROTOCOL_ERROR, embed_texts(bridge, 1, &error));
    bridge_end(bridge);
  }
}

static void vectors__that_are_no_direction_or_no_list_are_output_invalid(void) {
  static const struct {
    const char *home, *command, *said;
  } cases[] = {{HARNESS_HOME, "nan", "a NaN"},
               {HARNESS_MODULE_HOME, "zero_vector", "zero everywhere"},
               {HARNESS_MODULE_HOME, "uneven_vectors", "vector 1 has dimension 3, those before it 4"}};
  for (int i = 0; i < 3; i++) {
    llmb_bridge *bridge = bridge_of(cases[i].command, "home", cases[i].home, NULL);
    llmb_error error;
    CHECK_INT(LLMB_E_OUTPUT_INVALID, embed_texts(bridge, i < 2 ? 1 : 2, &error));
    CHECK_CONTAINS(cases[i].said, error.message);
    bridge_end(bridge);
  }
}

static void vectors__for_a_text_call_are_refused(void) {
  check_breach(HARNESS_MODULE_HOME, "many_vectors");
}

static void vector__stays_to_be_read_when_the_buffer_was_too_small(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  const uint8_t *text = (const uint8_t *)"abcab";
  const uint64_t size = 5;
  float vector[64];
  uint64_t dimension = 0;
  llmb_call *call = NULL;
  CHECK_INT(LLMB_OK, llmb_embed_start(bridge, &text, &size, 1, NULL, &call, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_read_vector(call, NULL, 0, LLMB_NEVER, &dimension, NULL));
  CHECK(dimension > 0 && dimension <= 64);
  nap_ms(20); /* so that the end of the answer has come too */
  CHECK_INT(LLMB_OK, llmb_call_poll(call, 0, NULL));
  CHECK_INT(LLMB_OK, llmb_call_read_vector(call, vector, 64, 0, &dimension, NULL));
  CHECK(vector[0] == 2 && vector[1] == 2 && vector[2] == 1);
  CHECK_INT(LLMB_OK, llmb_call_read_vector(call, vector, 64, LLMB_NEVER, &dimension, NULL));
  CHECK_INT(0, dimension);
  llmb_call_close(call);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(garbage__is_a_protocol_error_and_the_end_of_the_engine),
           TEST(wrong_length__is_a_protocol_error_and_the_end_of_the_engine),
           TEST(unknown_finish_reason__is_a_protocol_error_and_the_end_of_the_engine),
           TEST(bad_utf8__is_output_invalid_and_the_engine_lives), TEST(half_a_character__at_the_end_is_output_invalid),
           TEST(characters__cut_at_every_byte_are_put_together), TEST(large_piece__comes_whole),
           TEST(flood__is_output_too_large_in_bounded_memory), TEST(flood__of_exactly_output_bytes_is_fine),
           TEST(answer__that_is_to_be_json_and_is_not_is_output_invalid),
           TEST(engine_error__keeps_status_phase_and_message),
           TEST(engine_error__that_claims_a_deadline_too_early_is_the_engines),
           TEST(vectors__of_a_wrong_number_or_kind_are_refused),
           TEST(vectors__that_are_no_direction_or_no_list_are_output_invalid),
           TEST(vectors__for_a_text_call_are_refused), TEST(vector__stays_to_be_read_when_the_buffer_was_too_small))
