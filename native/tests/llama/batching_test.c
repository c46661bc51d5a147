/* Several calls in one worker: none disturbs another. */
#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

enum { CALLS = 8 };

static char answers[CALLS][FIXTURE_ANSWER_SIZE], text[FIXTURE_ANSWER_SIZE];
static const char *const prompts[CALLS] = {"One",   "Two and more", "3",      "A fourth prompt",
                                           "5 5 5", "six",          "Seven!", "eight eight"};
static llmb_result result;
static llmb_error error;

static void start_all(llmb_bridge *bridge, llmb_call **calls, const char *max_tokens) {
  for (int i = 0; i < CALLS; i++) calls[i] = fixture_start(bridge, prompts[i], "max_tokens", max_tokens, NULL);
}

static void calls_together__with_batching_off_answer_as_they_do_alone(void) {
  llmb_bridge *bridge = fixture_open("random_llama_f16", "slots", "8", "batching", "off", "context", "256", NULL);
  llmb_call *calls[CALLS];
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, fixture_ask(bridge, prompts[i], "max_tokens", "60", answers[i], &result, &error));
    CHECK(i == 0 || strcmp(answers[i], answers[0]) != 0);
  }
  start_all(bridge, calls, "60");
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, fixture_read_all(calls[i], text, &error));
    CHECK_TEXT(answers[i], text);
    llmb_call_close(calls[i]);
  }
  llmb_bridge_close(bridge);
}

static void calls_together__each_say_their_whole_sentence(void) {
  llmb_bridge *bridge = fixture_open("chain", "slots", "8", NULL);
  llmb_call *calls[CALLS];
  start_all(bridge, calls, "100");
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, fixture_read_all(calls[i], text, &error));
    CHECK_TEXT(FIXTURE_CHAIN_TEXT, text);
    llmb_call_close(calls[i]);
  }
  llmb_bridge_close(bridge);
}

static void more_calls_than_slots__all_get_their_turn(void) {
  llmb_bridge *bridge = fixture_open("chain", "slots", "2", NULL);
  llmb_call *calls[CALLS];
  start_all(bridge, calls, "100");
  for (int i = 0; i < CALLS; i++) {
    CHECK_INT(LLMB_OK, fixture_read_all(calls[i], text, &error));
    CHECK_TEXT(FIXTURE_CHAIN_TEXT, text);
    llmb_call_close(calls[i]);
  }
  llmb_bridge_close(bridge);
}

/* 4000 tokens do not fit into the channel: the engine must stop working for a reader that does not read. */
static void a_reader_that_does_not_read__holds_up_nobody(void) {
  llmb_bridge *bridge = fixture_open("loop", "slots", "2", NULL);
  llmb_call *lazy = fixture_start(bridge, "x", "max_tokens", "4000", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(lazy, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &error));
  for (int i = 0; i < 20; i++) {
    CHECK_INT(LLMB_OK, fixture_ask(bridge, "y", "max_tokens", "50", text, &result, &error));
    CHECK_INT(50, result.completion_tokens);
  }
  CHECK_INT(LLMB_OK, fixture_read_all(lazy, text, &error));
  CHECK_INT(4000 / 2 * strlen("again and "), strlen(text));
  llmb_call_close(lazy);
  llmb_bridge_close(bridge);
}

static void a_cancelled_call__disturbs_no_other(void) {
  llmb_bridge *bridge = fixture_open("loop", "slots", "8", NULL);
  llmb_call *calls[CALLS];
  start_all(bridge, calls, "2000");
  for (int i = 0; i < CALLS; i += 2) CHECK_INT(LLMB_OK, llmb_call_cancel(calls[i]));
  for (int i = 0; i < CALLS; i++) {
    llmb_status status = fixture_read_all(calls[i], text, &error);
    CHECK_INT(i % 2 == 0 ? LLMB_E_CANCELLED : LLMB_OK, status);
    if (i % 2 == 1) CHECK_INT(2000 / 2 * strlen("again and "), strlen(text));
    llmb_call_close(calls[i]);
  }
  llmb_bridge_close(bridge);
}

static void a_refused_call__disturbs_no_other(void) {
  llmb_bridge *bridge = fixture_open("loop", "slots", "4", "context", "1024", NULL);
  char long_prompt[2000];
  memset(long_prompt, 'a', sizeof long_prompt - 1);
  long_prompt[sizeof long_prompt - 1] = 0;
  llmb_call *good = fixture_start(bridge, "x", "max_tokens", "900", NULL);
  CHECK_INT(LLMB_E_CONTEXT_FULL, fixture_ask(bridge, long_prompt, NULL, NULL, text, &result, &error));
  CHECK_INT(LLMB_OK, fixture_read_all(good, text, &error));
  CHECK_INT(900 / 2 * strlen("again and "), strlen(text));
  llmb_call_close(good);
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(calls_together__with_batching_off_answer_as_they_do_alone),
           TEST(calls_together__each_say_their_whole_sentence), TEST(more_calls_than_slots__all_get_their_turn),
           TEST(a_reader_that_does_not_read__holds_up_nobody), TEST(a_cancelled_call__disturbs_no_other),
           TEST(a_refused_call__disturbs_no_other))
