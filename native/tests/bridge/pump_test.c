/* One thread that waits for many calls. */
#include "tests/bridge/bridge_harness.h"

enum { CALLS_COUNT = 24, TOKENS_MAX = 8, BUFFER_SIZE = 4096 };

/* A call as an event loop has it. */
struct watched {
  llmb_call *call;
  char prompt[32], text[64];
  size_t size;
  unsigned reports_count;
  bool armed, ended;
  llmb_status status;
};

static void watch(struct watched *watched, uint64_t token) {
  CHECK_INT(LLMB_OK, llmb_call_watch(watched->call, token, NULL));
  watched->armed = true;
}

/* Reads what is there without waiting, and watches again when there is more to come. */
static void take_report(struct watched *watched, uint64_t token) {
  CHECK(watched->armed); /* reported once for each watch */
  watched->armed = false;
  watched->reports_count++;
  for (bool first = true;; first = false) {
    uint8_t buffer[BUFFER_SIZE];
    uint64_t size = 0;
    watched->status = llmb_call_read(watched->call, buffer, sizeof buffer, 0, &size, NULL);
    if (watched->status == LLMB_E_NOT_READY) {
      CHECK(!first); /* a report without news would make a loop spin */
      watch(watched, token);
      return;
    }
    if (watched->status != LLMB_OK || size == 0) {
      watched->ended = true;
      return;
    }
    if (watched->size + size >= sizeof watched->text) size = sizeof watched->text - 1 - watched->size;
    memcpy(watched->text + watched->size, buffer, size);
    watched->size += size;
  }
}

/* Runs the pump until all have ended. */
static void pump_all(llmb_bridge *bridge, struct watched *all, unsigned count) {
  for (unsigned left = count; left > 0;) {
    uint64_t tokens[TOKENS_MAX];
    uint32_t reported = 0;
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, tokens, TOKENS_MAX, LLMB_NEVER, &reported, NULL));
    CHECK(reported > 0 && reported <= TOKENS_MAX);
    for (uint32_t i = 0; i < reported; i++) {
      CHECK(tokens[i] >= 100 && tokens[i] < 100 + count);
      struct watched *watched = &all[tokens[i] - 100];
      take_report(watched, tokens[i]);
      left -= watched->ended;
    }
  }
}

static void start_all(llmb_bridge *bridge, struct watched *all, unsigned count) {
  memset(all, 0, count * sizeof *all);
  for (unsigned i = 0; i < count; i++) {
    snprintf(all[i].prompt, sizeof all[i].prompt, "prompt number %u", i);
    all[i].call = call_of(bridge, all[i].prompt, NULL);
    watch(&all[i], 100 + i);
  }
}

static void close_all(struct watched *all, unsigned count) {
  for (unsigned i = 0; i < count; i++) llmb_call_close(all[i].call);
}

static void pump__brings_many_calls_to_their_ends(void) {
  static const char *const scripts[] = {"echo", "sleep 5; echo", "slow_start 100; echo"};
  for (unsigned s = 0; s < 3; s++) {
    /* More calls than slots: some are watched in the queue, and placed by the pump. */
    llmb_bridge *bridge = bridge_of(scripts[s], "workers", s == 1 ? "2" : "1", NULL);
    struct watched all[CALLS_COUNT];
    start_all(bridge, all, CALLS_COUNT);
    pump_all(bridge, all, CALLS_COUNT);
    for (unsigned i = 0; i < CALLS_COUNT; i++) {
      CHECK_INT(LLMB_OK, all[i].status);
      CHECK_TEXT(all[i].prompt, all[i].text);
    }
    close_all(all, CALLS_COUNT);
    bridge_end(bridge);
  }
}

static void pump__brings_streams_to_their_ends(void) {
  llmb_bridge *bridge = bridge_of("pieces 5 3", NULL);
  struct watched all[4];
  start_all(bridge, all, 4);
  pump_all(bridge, all, 4);
  for (unsigned i = 0; i < 4; i++) {
    CHECK_INT(LLMB_OK, all[i].status);
    CHECK_TEXT("piece 1\npiece 2\npiece 3\npiece 4\npiece 5\n", all[i].text);
  }
  close_all(all, 4);
  bridge_end(bridge);
}

/* Each answer goes on for longer than the test: what is reported cannot be its end. */
static void pump__reports_a_piece_before_the_answer_ends(void) {
  llmb_bridge *bridge = bridge_of("pieces 1 0; sleep 60000", "timeout_ms", "60000", NULL);
  struct watched all[4];
  unsigned reports_count = 0;
  start_all(bridge, all, 4);
  while (reports_count < 4) {
    uint64_t tokens[TOKENS_MAX];
    uint32_t reported = 0;
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, tokens, TOKENS_MAX, LLMB_NEVER, &reported, NULL));
    for (uint32_t i = 0; i < reported; i++) take_report(&all[tokens[i] - 100], tokens[i]);
    reports_count += reported;
  }
  for (unsigned i = 0; i < 4; i++) {
    CHECK(!all[i].ended);
    CHECK_INT(1, all[i].reports_count);
    CHECK_TEXT("piece 1\n", all[i].text);
  }
  close_all(all, 4);
  bridge_end(bridge);
}

static void pump__sends_long_prompts_and_takes_long_answers(void) {
  enum { SIZE = 2 << 20 };
  llmb_bridge *bridge = bridge_of("echo", NULL);
  char *prompt = malloc(SIZE + 1);
  if (prompt == NULL) abort();
  memset(prompt, 'p', SIZE);
  prompt[SIZE] = 0;
  llmb_call *call = call_of(bridge, prompt, NULL);
  uint64_t total = 0;
  for (bool ended = false; !ended;) {
    uint64_t token = 0, size = 0;
    uint32_t reported = 0;
    uint8_t buffer[BUFFER_SIZE];
    CHECK_INT(LLMB_OK, llmb_call_watch(call, 1, NULL));
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, LLMB_NEVER, &reported, NULL));
    CHECK_INT(1, reported);
    const llmb_status status = llmb_call_read(call, buffer, sizeof buffer, 0, &size, NULL);
    CHECK_INT(LLMB_OK, status);
    ended = size == 0 || status != LLMB_OK;
    total += size;
  }
  CHECK_INT(SIZE, total);
  llmb_call_close(call);
  free(prompt);
  bridge_end(bridge);
}

static void pump__reports_a_watch_once(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  uint64_t token = 0;
  uint32_t reported = 0;
  CHECK_INT(LLMB_OK, llmb_call_watch(call, 7, NULL));
  CHECK_INT(LLMB_OK, llmb_call_watch(call, 8, NULL)); /* the later token counts */
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, LLMB_NEVER, &reported, NULL));
  CHECK_INT(1, reported);
  CHECK_INT(8, token);
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, llmb_deadline_after_ms(30), &reported, NULL));
  CHECK_INT(0, reported);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void pump__forgets_a_call_that_was_closed(void) {
  llmb_bridge *bridge = bridge_of("sleep 20; echo", NULL);
  uint64_t token = 0;
  uint32_t reported = 0;
  for (int i = 0; i < 5; i++) {
    llmb_call *closed = call_of(bridge, "closed", NULL), *kept = call_of(bridge, "kept", NULL);
    CHECK_INT(LLMB_OK, llmb_call_watch(closed, 1, NULL));
    CHECK_INT(LLMB_OK, llmb_call_watch(kept, 2, NULL));
    llmb_call_close(closed);
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, LLMB_NEVER, &reported, NULL));
    CHECK_INT(2, token);
    llmb_call_close(kept);
  }
  bridge_end(bridge);
}

struct waker {
  llmb_bridge *bridge;
  unsigned after_ms;
  pthread_t thread;
};

static void *waker_run(void *argument) {
  struct waker *waker = argument;
  nap_ms(waker->after_ms);
  CHECK_INT(LLMB_OK, llmb_pump_wake(waker->bridge));
  return NULL;
}

static void pump__wakes_when_told_to(void) {
  llmb_bridge *bridge = bridge_of("echo", NULL);
  uint64_t token = 0;
  uint32_t reported = 1;
  struct waker waker = {.bridge = bridge, .after_ms = 30};
  CHECK_INT(0, pthread_create(&waker.thread, NULL, waker_run, &waker));
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, LLMB_NEVER, &reported, NULL));
  CHECK_INT(0, reported);
  CHECK_INT(0, pthread_join(waker.thread, NULL));
  CHECK_INT(LLMB_OK, llmb_pump_wake(bridge)); /* before the wait: it is not lost */
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, LLMB_NEVER, &reported, NULL));
  CHECK_INT(0, reported);
  bridge_end(bridge);
}

static void pump__returns_at_its_deadline_and_not_before(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", NULL);
  llmb_call *call = call_of(bridge, "hello", NULL);
  uint64_t token = 0;
  uint32_t reported = 1;
  CHECK_INT(LLMB_OK, llmb_call_watch(call, 1, NULL));
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, 0, &reported, NULL));
  CHECK_INT(0, reported);
  const uint64_t deadline_ns = llmb_deadline_after_ms(60);
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, deadline_ns, &reported, NULL));
  CHECK(llmb_clock_ns() >= deadline_ns);
  CHECK_INT(0, reported);
  llmb_call_close(call);
  bridge_end(bridge);
}

static void pump__keeps_the_limits_of_its_calls(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "slots", "1", NULL);
  llmb_settings *total = settings_of("timeout_ms", "120", NULL), *queue = settings_of("queue_timeout_ms", "60", NULL);
  const uint64_t start_ns = llmb_clock_ns();
  struct watched all[2] = {{.call = call_of(bridge, "total", total)}, {.call = call_of(bridge, "queue", queue)}};
  watch(&all[0], 100);
  watch(&all[1], 101);
  pump_all(bridge, all, 2);
  CHECK(llmb_clock_ns() >= start_ns + UINT64_C(120000000));
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, all[0].status);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, all[1].status);
  close_all(all, 2);
  llmb_settings_close(total);
  llmb_settings_close(queue);
  bridge_end(bridge);
}

static void pump__reports_cancelled_calls(void) {
  llmb_bridge *bridge = bridge_of("sleep 60000", "slots", "1", NULL);
  struct watched all[2]; /* one in its slot, one in the queue */
  struct canceller cancellers[2];
  start_all(bridge, all, 2);
  for (unsigned i = 0; i < 2; i++) canceller_start(&cancellers[i], all[i].call, 20 + 20 * i);
  pump_all(bridge, all, 2);
  for (unsigned i = 0; i < 2; i++) {
    canceller_join(&cancellers[i]);
    CHECK_INT(LLMB_E_CANCELLED, all[i].status);
  }
  close_all(all, 2);
  bridge_end(bridge);
}

static void pump__reports_the_death_of_the_engine(void) {
  llmb_bridge *bridge = bridge_of("pieces 2 0; sleep 60000", "retries", "0", NULL);
  struct watched all[3];
  start_all(bridge, all, 3);
  for (unsigned begun = 0; begun < 3;) {
    uint64_t tokens[TOKENS_MAX];
    uint32_t reported = 0;
    CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, tokens, TOKENS_MAX, LLMB_NEVER, &reported, NULL));
    for (uint32_t i = 0; i < reported; i++) {
      struct watched *watched = &all[tokens[i] - 100];
      begun += watched->reports_count == 0;
      take_report(watched, tokens[i]);
    }
  }
  process_signal(worker_pid(bridge), SIGKILL);
  pump_all(bridge, all, 3);
  for (unsigned i = 0; i < 3; i++) CHECK_INT(LLMB_E_ENGINE_CRASHED, all[i].status);
  close_all(all, 3);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(pump__brings_many_calls_to_their_ends), TEST(pump__brings_streams_to_their_ends),
           TEST(pump__reports_a_piece_before_the_answer_ends), TEST(pump__sends_long_prompts_and_takes_long_answers),
           TEST(pump__reports_a_watch_once), TEST(pump__forgets_a_call_that_was_closed), TEST(pump__wakes_when_told_to),
           TEST(pump__returns_at_its_deadline_and_not_before), TEST(pump__keeps_the_limits_of_its_calls),
           TEST(pump__reports_cancelled_calls), TEST(pump__reports_the_death_of_the_engine))
