/* Right answers: many at once, long ones, streamed ones. */
#include <stdatomic.h>
#include <sys/resource.h>

#include "tests/seeded_random.h"
#include "tests/bridge/bridge_harness.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { CALLS_PER_THREAD = 40 }; /* each costs many times as much */
#else
enum { CALLS_PER_THREAD = 300 };
#endif
enum { THREADS_COUNT = 8, LARGE_SIZE = 10 << 20 };

/* UTF-8 of 1 to 4 bytes a character, `size` bytes and a NUL. */
static char *text_of(uint64_t size, uint64_t seed) {
  static const char *const characters[] = {"a", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x98\x80", "b"};
  struct random random = {seed * 2654435761u + 1};
  char *text = malloc(size + 1);
  if (text == NULL) abort();
  for (uint64_t used = 0; used < size;) {
    const char *character = characters[random_next(&random, 5)];
    const uint64_t length = strlen(character) <= size - used ? strlen(character) : 1;
    memcpy(text + used, length == 1 ? "z" : character, length);
    used += length;
  }
  text[size] = 0;
  return text;
}

static bool echoes(llmb_bridge *bridge, const char *prompt) {
  char *answer = NULL;
  uint64_t size = 0;
  llmb_error error;
  llmb_error_init(&error);
  const llmb_status status =
      llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, &size, NULL, &error);
  const bool right = status == LLMB_OK && size == strlen(prompt) && strcmp(answer, prompt) == 0;
  if (!right) fprintf(stderr, "%s: status %d: %s\n", check_name, status, error.message);
  llmb_free(answer);
  return right;
}

struct asker {
  llmb_bridge *bridge;
  unsigned number;
  unsigned wrong_count;
  pthread_t thread;
};

static void *asker_run(void *argument) {
  struct asker *asker = argument;
  for (unsigned i = 0; i < CALLS_PER_THREAD; i++) {
    /* Mostly short; now and then longer than a ring. */
    const uint64_t size = i % 50 == 7 ? 200000 : 1 + (asker->number * 131 + i * 17) % 3000;
    char *prompt = text_of(size, asker->number * 100000 + i);
    asker->wrong_count += !echoes(asker->bridge, prompt);
    free(prompt);
  }
  return NULL;
}

static void check_many_askers(llmb_bridge *bridge) {
  struct asker askers[THREADS_COUNT];
  for (unsigned i = 0; i < THREADS_COUNT; i++) {
    askers[i] = (struct asker){.bridge = bridge, .number = i};
    CHECK_INT(0, pthread_create(&askers[i].thread, NULL, asker_run, &askers[i]));
  }
  for (unsigned i = 0; i < THREADS_COUNT; i++) {
    CHECK_INT(0, pthread_join(askers[i].thread, NULL));
    CHECK_INT(0, askers[i].wrong_count);
  }
}

static void generate__gives_each_of_eight_threads_its_own_answers(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  check_many_askers(bridge);
  bridge_end(bridge);
}

static void generate__gives_right_answers_when_all_wait_for_one_slot(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "1", NULL);
  check_many_askers(bridge);
  bridge_end(bridge);
}

static void generate__gives_right_answers_from_three_workers(void) {
  llmb_bridge *bridge = bridge_of("echo", "slots", "2", "workers", "3", NULL);
  check_many_askers(bridge);
  bridge_end(bridge);
}

static void workers__share_the_load(void) {
  llmb_bridge *bridge = bridge_of("pieces 2 0; sleep 60000", "slots", "1", "workers", "3", NULL);
  llmb_call *calls[3];
  uint8_t buffer[64];
  uint64_t size = 0;
  for (int i = 0; i < 3; i++) calls[i] = call_of(bridge, "hello", NULL);
  /* With one slot each, three calls that have begun are in three processes. */
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_OK, llmb_call_read(calls[i], buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
    CHECK(size > 0);
  }
  CHECK_INT(3, process_child_count(process_parent(worker_pid(bridge))));
  for (int i = 0; i < 3; i++) llmb_call_close(calls[i]);
  bridge_end(bridge);
}

static void stream__equals_the_whole(void) {
  llmb_bridge *bridge = bridge_of("pieces 300 0; echo", NULL);
  char *prompt = text_of(50000, 5), *answer = NULL;
  uint64_t size = 0, used = 0;
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, &size, NULL, NULL));
  CHECK(size > 50000);
  llmb_call *call = call_of(bridge, prompt, NULL);
  for (unsigned turn = 0;; turn++) {
    uint8_t buffer[64];
    uint64_t piece_size = 0;
    const uint64_t capacity = 4 + turn % 60;
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, capacity, LLMB_NEVER, &piece_size, NULL));
    if (piece_size == 0 || piece_size > capacity || used + piece_size > size) break;
    /* A piece begins with a character and ends with one. */
    CHECK((buffer[0] & 0xc0) != 0x80);
    CHECK(memcmp(answer + used, buffer, piece_size) == 0);
    used += piece_size;
    CHECK(used == size || (answer[used] & 0xc0) != 0x80);
  }
  CHECK_INT(size, used);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, NULL, NULL));
  llmb_call_close(call);
  llmb_free(answer);
  free(prompt);
  bridge_end(bridge);
}

static void generate__carries_ten_megabytes_both_ways(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  char *prompt = text_of(LARGE_SIZE, 77);
  CHECK(echoes(bridge, prompt));
  CHECK(echoes(bridge, prompt));
  free(prompt);
  bridge_end(bridge);
}

static void slow_reader__does_not_disturb_others(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  char *prompt = text_of(LARGE_SIZE, 3), *answer = malloc(LARGE_SIZE + 1);
  if (answer == NULL) abort();
  answer[0] = 0;
  llmb_call *slow = call_of(bridge, prompt, NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(slow, LLMB_NEVER, NULL)); /* sent whole, and the answer begins to wait */
  for (int i = 0; i < 200; i++) CHECK(echoes(bridge, "quick"));
  CHECK_INT(LLMB_OK, read_to_end(slow, answer, LARGE_SIZE + 1, NULL));
  CHECK(strcmp(prompt, answer) == 0);
  llmb_call_close(slow);
  free(answer);
  free(prompt);
  bridge_end(bridge);
}

static void slow_reader__does_not_make_the_engine_grow(void) {
  /* The engine is always ahead of this reader, and may be so by some hundred KiB, not by the whole answer. */
  enum { TOTAL = 40 << 20, READ_SIZE = 64 << 10 };
  llmb_bridge *bridge = bridge_of("flood 41943040", "output_bytes", "100000000", NULL);
  uint8_t *buffer = malloc(READ_SIZE);
  if (buffer == NULL) abort();
  bridge_start(bridge);
  const int64_t before_kb = process_status(worker_pid(bridge), "VmHWM");
  llmb_call *call = call_of(bridge, "hello", NULL);
  uint64_t total = 0, size = 1;
  while (size > 0) {
    usleep(100);
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, READ_SIZE, LLMB_NEVER, &size, NULL));
    total += size;
  }
  CHECK_INT(TOTAL, total);
  CHECK(process_status(worker_pid(bridge), "VmHWM") - before_kb < 16000);
  llmb_call_close(call);
  free(buffer);
  bridge_end(bridge);
}

static void result__says_what_is_known_of_the_call(void) {
  llmb_bridge *bridge = bridge_of("pieces 1000 1", NULL);
  llmb_settings *settings = settings_of("max_tokens", "3", NULL);
  llmb_result result;
  char *answer = NULL;
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)"two words", 9, settings, &answer, NULL, &result, NULL));
  CHECK_TEXT("piece 1\npiece 2\npiece 3\n", answer);
  CHECK_INT(LLMB_FINISH_LENGTH, result.finish_reason);
  CHECK_TEXT("length", llmb_finish_reason_name(result.finish_reason));
  CHECK_INT(1, result.attempts);
  CHECK_INT(0, result.fallback);
  CHECK_INT(2, result.prompt_tokens);
  CHECK_INT(3, result.completion_tokens);
  CHECK_TEXT("fake", result.engine);
  CHECK(result.start_ms > 0 && result.start_ms <= result.queue_ms);
  CHECK(result.queue_ms <= result.first_token_ms && result.first_token_ms <= result.total_ms);
  CHECK(result.total_ms >= 2); /* two pauses of a millisecond */
  llmb_free(answer);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static long waits_of_this_thread(void) {
  struct rusage usage;
  CHECK_INT(0, getrusage(RUSAGE_THREAD, &usage));
  return usage.ru_nvcsw;
}

/* Blocking calls in each way there is: none is woken by pieces, and each knows when the first came. */
static void waiting_for_the_end__is_not_disturbed_by_pieces(void) {
  enum { PIECES = 40 };
  llmb_bridge *bridge = bridge_of("pieces 40 4", NULL);
  bridge_start(bridge);
  for (int finishes = 0; finishes <= 1; finishes++) {
    llmb_result result;
    char *answer = NULL;
    llmb_result_init(&result);
    const long waits = waits_of_this_thread();
    if (finishes) {
      llmb_call *call = call_of(bridge, "hello", NULL);
      CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, &result, NULL));
      llmb_call_close(call);
    } else {
      CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &answer, NULL, &result, NULL));
    }
    CHECK(waits_of_this_thread() - waits < PIECES / 2);
    CHECK_INT(PIECES, result.completion_tokens);
    CHECK(result.first_token_ms > 0);
    CHECK(result.total_ms - result.first_token_ms >= (PIECES - 1) * 4);
    llmb_free(answer);
  }
  bridge_end(bridge);
}

static void read__says_not_ready_and_ends_again_and_again(void) {
  llmb_bridge *bridge = bridge_of("sleep 100; pieces 1 0", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  uint8_t buffer[64];
  uint64_t size = 1;
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_read(call, buffer, sizeof buffer, 0, &size, NULL));
  CHECK_INT(0, size);
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_poll(call, llmb_deadline_after_ms(1), NULL));
  CHECK_INT(LLMB_E_NOT_READY, llmb_call_finish(call, 0, NULL, NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_call_read(call, buffer, 3, LLMB_NEVER, &size, NULL));
  CHECK_INT(LLMB_OK, llmb_call_poll(call, LLMB_NEVER, NULL));
  CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, 0, &size, NULL));
  CHECK_INT(8, size);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
    CHECK_INT(0, size);
    CHECK_INT(LLMB_OK, llmb_call_poll(call, 0, NULL));
    CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, NULL, NULL));
  }
  llmb_call_close(call);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(generate__gives_each_of_eight_threads_its_own_answers),
           TEST(generate__gives_right_answers_when_all_wait_for_one_slot),
           TEST(generate__gives_right_answers_from_three_workers), TEST(workers__share_the_load),
           TEST(stream__equals_the_whole), TEST(generate__carries_ten_megabytes_both_ways),
           TEST(slow_reader__does_not_disturb_others), TEST(slow_reader__does_not_make_the_engine_grow),
           TEST(result__says_what_is_known_of_the_call), TEST(waiting_for_the_end__is_not_disturbed_by_pieces),
           TEST(read__says_not_ready_and_ends_again_and_again))
