/* Several programs, one engine: who starts it, who uses it, and when it goes. */
#include "tests/bridge/bridge_harness.h"
#include <llmbridge/llmbridge.h>

#include "tests/shared/shared_harness.h"

static void shared__two_programs_are_answered_by_one_engine(void) {
  int64_t first = 0, second = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  CHECK_TEXT("hello", host_answer(one, &first));
  struct shared_host *other = host_open("echo", NULL);
  host_do(other, "ask from another");
  CHECK_TEXT("from another", host_answer(other, &second));
  CHECK(first != 0);
  CHECK_INT(first, second);
  for (int i = 0; i < 100; i++) {
    host_do(i % 2 == 0 ? one : other, "ask again");
    CHECK_TEXT("again", host_answer(i % 2 == 0 ? one : other, &second));
    CHECK_INT(first, second);
  }
  host_close(other);
  host_close(one);
  shared_end();
}

static void shared__the_engine_outlives_the_program_that_started_it(void) {
  int64_t first = 0, second = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &first);
  struct shared_host *other = host_open("echo", NULL);
  host_do(other, "ask hello");
  host_answer(other, &second);
  host_kill(one);
  host_do(other, "ask still here");
  CHECK_TEXT("still here", host_answer(other, &second));
  CHECK_INT(first, second);
  host_close(other);
  shared_end();
}

static void shared__engine_and_server_leave_when_nobody_has_asked_for_idle_ms(void) {
  int64_t engine = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", "idle_ms", "300", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  const pid_t server = shared_server();
  CHECK(server > 0);
  shared_await_end((pid_t)engine);
  shared_await_end(server);
  /* The program is still there, and its next call starts all anew. */
  int64_t next = 0;
  host_do(one, "ask hello again");
  CHECK_TEXT("hello again", host_answer(one, &next));
  CHECK(next != engine);
  host_close(one);
  shared_end();
}

static void shared__other_settings_are_another_engine(void) {
  int64_t first = 0, second = 0, third = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  struct shared_host *other = host_open("echo", "name", "mine", NULL);
  struct shared_host *third_host = host_open("echo", "slots", "2", NULL); /* the first comer's, so in no key */
  host_do(one, "ask hello");
  host_answer(one, &first);
  host_do(other, "ask hello");
  host_answer(other, &second);
  host_do(third_host, "ask hello");
  host_answer(third_host, &third);
  CHECK(first != second);
  CHECK_INT(first, third);
  CHECK_INT(2, shared_files(".sock", NULL));
  host_close(third_host);
  host_close(other);
  host_close(one);
  shared_end();
}

/* The engine goes on for others, so nothing more is taken from it once the bridge has left. */
static void shared__an_answer_that_had_come_outlives_its_bridge(void) {
  char text[64] = "";
  llmb_error error;
  shared_begin();
  llmb_bridge *bridge = bridge_of("echo", "isolation", "shared", "slots", "2", "idle_ms", "60000", NULL);
  llmb_call *unread = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(unread, LLMB_NEVER, NULL)); /* it has its slot, and is answered first */
  CHECK_INT(LLMB_OK, ask(bridge, "later", NULL, &error));
  llmb_bridge_close(bridge);
  CHECK_INT(LLMB_OK, read_to_end(unread, text, sizeof text, NULL));
  CHECK_TEXT("hello", text);
  llmb_call_close(unread);
  harness_leave();
  shared_end();
}

/* It leaves an engine that goes on: there is no end to wait for. Tried several times, for the machine may be busy. */
static void program_that_leaves__waits_for_nothing(void) {
  enum { TRIES = 20 };
  bool was_quick = false;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  for (int i = 0; i < TRIES && !was_quick; i++) {
    struct shared_host *other = host_open("echo", NULL);
    host_do(other, "ask hello");
    const uint64_t begin_ns = llmb_clock_ns();
    CHECK_TEXT("ok", host_do(other, "leave"));
    was_quick = llmb_clock_ns() - begin_ns < UINT64_C(250000000);
    host_close(other);
  }
  CHECK(was_quick);
  host_close(one);
  shared_end();
}

CHECK_MAIN(TEST(program_that_leaves__waits_for_nothing), TEST(shared__two_programs_are_answered_by_one_engine),
           TEST(shared__the_engine_outlives_the_program_that_started_it),
           TEST(shared__engine_and_server_leave_when_nobody_has_asked_for_idle_ms),
           TEST(shared__other_settings_are_another_engine), TEST(shared__an_answer_that_had_come_outlives_its_bridge))
