/* Large requests and answers through small rings, while the engine floods its stderr, and sizes around every border of
 * a ring: all arrive as they were sent, and nobody waits for ever. */
#include "tests/seeded_random.h"
#include "channel/channel_limits.h"
#include "channel/frame.h"
#include "tests/faults/faults_harness.h"

enum {
  LARGE_SIZE = CHANNEL_INPUT_SIZE_MAX,
  BORDER_WIDTH = 24,
  THREADS_COUNT = 3,
  RANDOM_ROUNDS = 300,
  SIZE_LARGEST = 3 * CHANNEL_REQUEST_RING_SIZE,
  ORDER_SIZE = 32
};

/* Text of this size that differs at every place, beginning with an order for the module, or with "x". */
static char *make_prompt(const char *order, size_t size, uint64_t seed) {
  char *prompt = malloc(size + 1);
  if (prompt == NULL) abort();
  const size_t order_size = strlen(order);
  memcpy(prompt, order, order_size < size ? order_size : size);
  for (size_t i = order_size; i < size; i++) prompt[i] = (char)('!' + (i * 31 + i / 251 + seed) % 90);
  prompt[size] = 0;
  return prompt;
}

/* Sends the prompt; what comes back is the prompt without its order. */
static void check_echo(llmb_bridge *bridge, const char *prompt, size_t size, size_t order_size) {
  char *answer = NULL;
  uint64_t answer_size = 0;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)prompt, size, NULL, &answer, &answer_size, NULL, &error));
  CHECK_TEXT("", error.message);
  CHECK_INT(size - order_size, answer_size);
  CHECK(answer != NULL && answer_size == size - order_size && memcmp(prompt + order_size, answer, answer_size) == 0);
  llmb_free(answer);
}

/* One who sends and compares, on a thread of its own. */
struct sender {
  pthread_t thread;
  llmb_bridge *bridge;
  const char *prompt;
  size_t size, order_size;
  uint64_t seed;
};

static void *send_large(void *argument) {
  const struct sender *sender = argument;
  check_echo(sender->bridge, sender->prompt, sender->size, sender->order_size);
  return NULL;
}

static void largest_prompt__goes_both_ways_beside_a_noisy_stderr(void) {
  struct faults faults;
  struct sender senders[2];
  faults_open(&faults, "output_bytes", "134217728", "timeout_ms", "100000", "stall_timeout_ms", "60000", NULL);
  for (unsigned i = 0; i < 2; i++) {
    char order[ORDER_SIZE];
    const int order_size = snprintf(order, sizeof order, "%u noisy_echo ", ++faults.asked);
    senders[i] = (struct sender){.bridge = faults.bridge,
                                 .prompt = make_prompt(order, LARGE_SIZE, i),
                                 .size = LARGE_SIZE,
                                 .order_size = (size_t)order_size};
    CHECK_INT(0, pthread_create(&senders[i].thread, NULL, send_large, &senders[i]));
  }
  for (unsigned i = 0; i < 2; i++) {
    CHECK_INT(0, pthread_join(senders[i].thread, NULL));
    union {
      const char *given;
      void *taken;
    } prompt = {.given = senders[i].prompt};
    free(prompt.taken);
  }
  faults_close(&faults);
}

/* Every size around the borders: of a ring, of a ring less the heads of a request or an answer, of two, of a backlog.
 */
static void sizes__around_every_border_arrive(void) {
  static const size_t borders[] = {BORDER_WIDTH + 1,
                                   32 << 10,
                                   CHANNEL_BACKLOG_SIZE_MAX + CHANNEL_RESPONSE_RING_SIZE,
                                   CHANNEL_REQUEST_RING_SIZE - sizeof(struct frame_head) - sizeof(struct frame_submit),
                                   CHANNEL_RESPONSE_RING_SIZE - sizeof(struct frame_head),
                                   CHANNEL_REQUEST_RING_SIZE,
                                   2 * CHANNEL_REQUEST_RING_SIZE};
  llmb_bridge *bridge = bridge_of("echo", NULL);
  char *prompt = make_prompt("x", SIZE_LARGEST, 0);
  for (size_t border = 0; border < sizeof borders / sizeof *borders; border++) {
    for (size_t size = borders[border] - BORDER_WIDTH; size <= borders[border] + BORDER_WIDTH; size++) {
      check_echo(bridge, prompt + (SIZE_LARGEST - size), size, 0);
    }
  }
  free(prompt);
  bridge_end(bridge);
}

static void *send_random(void *argument) {
  const struct sender *sender = argument;
  struct random random = {sender->seed};
  for (unsigned long round = 0; round < RANDOM_ROUNDS * repeats(); round++) {
    /* Most about as large as a ring, many far smaller. */
    size_t size = 1 + (size_t)random_next(&random, 200);
    if (round % 2 == 0) size = CHANNEL_REQUEST_RING_SIZE - 200 + (size_t)random_next(&random, 300);
    if (round % 16 == 0) size = 1 + (size_t)random_next(&random, SIZE_LARGEST);
    check_echo(sender->bridge, sender->prompt + (SIZE_LARGEST - size), size, 0);
    if (round % RANDOM_ROUNDS == 0) faults_go_on();
  }
  return NULL;
}

static void sizes__of_many_threads_at_once_arrive(void) {
  struct sender senders[THREADS_COUNT];
  llmb_bridge *bridge = bridge_of("echo", NULL);
  char *prompt = make_prompt("x", SIZE_LARGEST, 0);
  for (unsigned i = 0; i < THREADS_COUNT; i++) {
    senders[i] = (struct sender){.bridge = bridge, .prompt = prompt, .seed = i + 1};
    CHECK_INT(0, pthread_create(&senders[i].thread, NULL, send_random, &senders[i]));
  }
  for (unsigned i = 0; i < THREADS_COUNT; i++) CHECK_INT(0, pthread_join(senders[i].thread, NULL));
  free(prompt);
  bridge_end(bridge);
}

/* Whoever reads an answer slowly, or not at all, holds up nobody else. */
static void reader__that_stands_still_holds_up_no_other(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  char *prompt = make_prompt("x", SIZE_LARGEST, 0);
  llmb_call *still = call_of(bridge, prompt, NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(still, LLMB_NEVER, NULL));
  for (int i = 0; i < 50; i++) check_echo(bridge, prompt + i, SIZE_LARGEST - (size_t)i, 0);
  char *text = malloc(SIZE_LARGEST + 1);
  CHECK_INT(LLMB_OK, read_to_end(still, text, SIZE_LARGEST + 1, NULL));
  CHECK(strcmp(prompt, text) == 0);
  free(text);
  free(prompt);
  llmb_call_close(still);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(largest_prompt__goes_both_ways_beside_a_noisy_stderr), TEST(sizes__around_every_border_arrive),
           TEST(sizes__of_many_threads_at_once_arrive), TEST(reader__that_stands_still_holds_up_no_other))
