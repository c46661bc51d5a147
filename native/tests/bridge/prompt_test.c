/* What is refused before any engine hears of it, and what is not. */
#include "tests/bridge/bridge_harness.h"

enum { PROMPT_SIZE_MAX = 64 << 20, PROMPT_SIZE_LONG = 3 << 20 };

/* Larger than a ring, and different in all its parts. */
static char *long_prompt(void) {
  char *prompt = malloc(PROMPT_SIZE_LONG + 1);
  if (prompt == NULL) abort();
  for (int i = 0; i < PROMPT_SIZE_LONG; i++) prompt[i] = (char)('a' + i % 23);
  prompt[PROMPT_SIZE_LONG] = 0;
  return prompt;
}

static void check_echo(const char *answer, uint64_t size) {
  char *prompt = long_prompt();
  CHECK_INT(PROMPT_SIZE_LONG, size);
  CHECK(answer != NULL && strcmp(prompt, answer) == 0);
  free(prompt);
}

static llmb_status start(llmb_bridge *bridge, const void *prompt, uint64_t size, llmb_error *error) {
  llmb_call *call = (llmb_call *)error; /* anything but NULL */
  llmb_error_init(error);
  const llmb_status status = llmb_call_start(bridge, prompt, size, NULL, &call, error);
  CHECK_INT(status == LLMB_OK, call != NULL);
  llmb_call_close(call);
  return status;
}

static void check_refused(llmb_bridge *bridge, const void *prompt, uint64_t size, const char *what) {
  llmb_error error;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, start(bridge, prompt, size, &error));
  CHECK_INT(LLMB_PHASE_CONFIGURE, error.phase);
  CHECK_INT(1, error.retry_safe);
  CHECK_CONTAINS(what, error.message);
}

static void prompt__that_is_none_is_refused(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  check_refused(bridge, NULL, 0, "");
  check_refused(bridge, NULL, 5, "NULL");
  check_refused(bridge, "", 0, "empty");
  check_refused(bridge, "a\0b", 3, "NUL at byte 1");
  check_refused(bridge, "\0", 1, "NUL at byte 0");
  check_refused(bridge, "ab\xff", 3, "byte 2");
  check_refused(bridge, "ab\xc3", 3, "byte 2");       /* cut */
  check_refused(bridge, "\xed\xa0\x80", 3, "byte 0"); /* a surrogate */
  check_refused(bridge, "a\xc0\x80", 3, "byte 1");    /* an overlong NUL */
  check_refused(bridge, "\xf4\x90\x80\x80", 4, "byte 0");
  int64_t pid = 1;
  CHECK_INT(LLMB_OK, llmb_bridge_worker_pid(bridge, &pid));
  CHECK_INT(0, pid); /* nothing was started for any of them */
  bridge_end(bridge);
}

static void prompt__may_have_64_mib_and_no_more(void) {
  llmb_bridge *bridge = bridge_of("pieces 1 0", NULL);
  char *prompt = malloc(PROMPT_SIZE_MAX + 1);
  if (prompt == NULL) abort();
  memset(prompt, 'x', PROMPT_SIZE_MAX + 1);
  check_refused(bridge, prompt, PROMPT_SIZE_MAX + 1, "67108864");
  check_refused(bridge, prompt, UINT64_MAX, "67108864");
  prompt[PROMPT_SIZE_MAX] = 0;
  llmb_error error;
  CHECK_INT(LLMB_OK, ask(bridge, prompt, NULL, &error));
  CHECK_TEXT("", error.message);
  free(prompt);
  bridge_end(bridge);
}

static void prompt__that_is_long_is_the_callers_again_once_its_call_has_started(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  char *prompt = long_prompt(), *answer = malloc(PROMPT_SIZE_LONG + 1);
  if (answer == NULL) abort();
  llmb_call *call = call_of(bridge, prompt, NULL);
  memset(prompt, 0xff, PROMPT_SIZE_LONG);
  free(prompt);
  CHECK_INT(LLMB_OK, read_to_end(call, answer, PROMPT_SIZE_LONG + 1, NULL));
  check_echo(answer, strlen(answer));
  free(answer);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void *ask_long(void *argument) {
  char *prompt = long_prompt(), *answer = NULL;
  uint64_t size = 0;
  CHECK_INT(LLMB_OK,
            llmb_generate(argument, (const uint8_t *)prompt, PROMPT_SIZE_LONG, NULL, &answer, &size, NULL, NULL));
  check_echo(answer, size);
  llmb_free(answer);
  free(prompt);
  return NULL;
}

static void prompt__that_is_long_goes_whole_to_the_next_engine_when_one_dies_over_it(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  pthread_t asking;
  bridge_start(bridge);
  const int64_t pid = worker_pid(bridge);
  const int worker = process_open(pid);
  process_signal(pid, SIGSTOP); /* so that it takes no more than fits into the ring */
  CHECK_INT(0, pthread_create(&asking, NULL, ask_long, bridge));
  nap_ms(20);
  process_signal(pid, SIGKILL);
  process_await_end(worker);
  CHECK_INT(0, pthread_join(asking, NULL));
  bridge_end(bridge);
}

static void arguments__that_are_missing_are_refused(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL), *none = NULL;
  const uint8_t *prompt = (const uint8_t *)"x";
  uint8_t buffer[8];
  uint64_t size = 0;
  uint32_t count = 0;
  char *answer = NULL;
  llmb_call *call = NULL;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_open(NULL, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_start(bridge, prompt, 1, NULL, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_start(none, prompt, 1, NULL, &call, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_generate(bridge, prompt, 1, NULL, NULL, NULL, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_generate(none, prompt, 1, NULL, &answer, NULL, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_start(none, 0, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_info(bridge, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_read(NULL, buffer, sizeof buffer, 0, &size, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_poll(NULL, 0, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_finish(NULL, 0, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_cancel(NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_watch(NULL, 1, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_pump_wait(bridge, NULL, 1, 0, &count, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_pump_wait(bridge, &size, 0, 0, &count, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_worker_pid(bridge, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_bridge_load_progress(bridge, NULL));
  call = call_of(bridge, "x", NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_read(call, NULL, sizeof buffer, 0, &size, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_read(call, buffer, sizeof buffer, 0, NULL, NULL));
  CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, NULL));
  llmb_call_close(call);
  bridge_end(bridge);
}

static void call_setting__of_the_bridge_is_refused(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  llmb_settings *settings = settings_of("workers", "2", NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "hello", settings, &error));
  CHECK_CONTAINS("workers", error.message);
  llmb_settings_close(settings);
  settings = settings_of("temperature", "0.5", NULL); /* the prompt and the settings are copied */
  llmb_call *call = call_of(bridge, "hello", settings);
  llmb_settings_close(settings);
  CHECK_INT(LLMB_OK, read_to_end(call, NULL, 0, NULL));
  llmb_call_close(call);
  bridge_end(bridge);
}

static void structs__of_another_size_are_written_as_far_as_they_go(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_error error;
  llmb_result result;
  char *answer = NULL;
  memset(&result, 0x55, sizeof result);
  result.struct_size = 16; /* an older caller's */
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)"x", 1, NULL, &answer, NULL, &result, NULL));
  CHECK_INT(16, result.struct_size);
  CHECK_INT(LLMB_FINISH_STOP, result.finish_reason);
  CHECK_INT(0x5555555555555555, result.prompt_tokens);
  llmb_free(answer);
  memset(&error, 0x55, sizeof error);
  error.struct_size = 8;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_generate(bridge, NULL, 0, NULL, &answer, NULL, NULL, &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, error.status);
  CHECK_INT(0x55555555, error.os_code);
  bridge_end(bridge);
}

static void prompt__beside_messages_is_refused(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_settings *settings = settings_of("messages", "[{\"role\":\"user\",\"content\":\"hello\"}]", NULL);
  llmb_error error;
  llmb_call *call = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_start(bridge, (const uint8_t *)"hello", 5, settings, &call, &error));
  CHECK_CONTAINS("prompt and messages", error.message);
  CHECK_INT(LLMB_OK, llmb_call_start(bridge, NULL, 0, settings, &call, &error));
  llmb_call_close(call);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void texts__that_cannot_be_embedded_are_named_by_number(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  const uint8_t *texts[] = {(const uint8_t *)"one", (const uint8_t *)"", (const uint8_t *)"a\xff"};
  const uint64_t sizes[] = {3, 0, 2};
  llmb_error error;
  llmb_call *call = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_embed_start(bridge, texts, sizes, 3, NULL, &call, &error));
  CHECK_TEXT("text 1: it is empty", error.message);
  const uint8_t *more[] = {texts[0], texts[0], texts[2]};
  const uint64_t more_sizes[] = {3, 3, 2};
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_embed_start(bridge, more, more_sizes, 3, NULL, &call, &error));
  CHECK_CONTAINS("text 2: it is not UTF-8 from byte 1 on", error.message);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(prompt__beside_messages_is_refused), TEST(texts__that_cannot_be_embedded_are_named_by_number),
           TEST(prompt__that_is_none_is_refused), TEST(prompt__may_have_64_mib_and_no_more),
           TEST(prompt__that_is_long_is_the_callers_again_once_its_call_has_started),
           TEST(prompt__that_is_long_goes_whole_to_the_next_engine_when_one_dies_over_it),
           TEST(arguments__that_are_missing_are_refused), TEST(call_setting__of_the_bridge_is_refused),
           TEST(structs__of_another_size_are_written_as_far_as_they_go))
