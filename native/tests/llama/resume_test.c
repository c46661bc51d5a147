/* An engine, or its keeper, that is killed in the middle of an answer: the text is the one that would have been. */
#include "tests/bridge/bridge_harness.h"
#include "tests/llama/llama_fixture.h"

enum { TOKENS = 40 };

static char undisturbed[FIXTURE_ANSWER_SIZE], answer[FIXTURE_ANSWER_SIZE];
static llmb_result result;
static llmb_error error;

static llmb_call *start(llmb_bridge *bridge, const char *temperature) {
  return fixture_start(bridge, "Once upon a time", "temperature", temperature, "repeat_penalty", "1.2", "seed", "5",
                       "max_tokens", "40", "stop", "never said", NULL);
}

/* Reads the answer piece by piece, and kills the engine, or else its keeper, before read number `kill_at`. */
static llmb_status read_killing(llmb_bridge *bridge, llmb_call *call, int kill_at, bool kill_keeper) {
  uint64_t total = 0, size = 0;
  llmb_status status = LLMB_OK;
  for (int reads = 0; status == LLMB_OK; reads++) {
    if (reads == kill_at) {
      const int64_t pid = worker_pid(bridge);
      process_signal(kill_keeper ? process_parent(pid) : pid, SIGKILL);
    }
    status =
        llmb_call_read(call, (uint8_t *)answer + total, 4, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &size, &error);
    if (status != LLMB_OK || size == 0) break;
    total += size;
  }
  answer[total] = 0;
  return status;
}

/* A bridge for each kill: one that saw many would count them and give up. */
static void check_kill(const char *model, const char *temperature, int at, bool kill_keeper) {
  llmb_bridge *bridge = fixture_open(model, "threads", "1", NULL);
  llmb_call *call = start(bridge, temperature);
  CHECK_INT(LLMB_OK, read_killing(bridge, call, at, kill_keeper));
  CHECK_TEXT(undisturbed, answer);
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, llmb_call_finish(call, llmb_deadline_after_ms(FIXTURE_DEADLINE_MS), &result, &error));
  CHECK_INT(TOKENS, result.completion_tokens);
  CHECK_INT(2, result.attempts); /* the kill came while it worked */
  llmb_call_close(call);
  llmb_bridge_close(bridge);
}

static void ask_undisturbed(const char *model, const char *temperature) {
  llmb_bridge *bridge = fixture_open(model, "threads", "1", NULL);
  llmb_call *call = start(bridge, temperature);
  CHECK_INT(LLMB_OK, fixture_read_all(call, undisturbed, &error));
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  CHECK(strlen(undisturbed) >= TOKENS);
}

static void check_kills(const char *model, const char *temperature) {
  ask_undisturbed(model, temperature);
  for (int at = 1; at < TOKENS / 2; at += 3) check_kill(model, temperature, at, false);
}

static void a_greedy_answer__survives_the_death_of_its_engine_unchanged(void) {
  check_kills("random_large", "0");
}

static void a_sampled_answer__survives_the_death_of_its_engine_unchanged(void) {
  check_kills("random_large", "0.9");
}

static void an_answer__survives_the_death_of_the_keeper_unchanged(void) {
  ask_undisturbed("random_large", "0.9");
  for (int at = 1; at < TOKENS / 2; at += 6) check_kill("random_large", "0.9", at, true);
}

CHECK_MAIN(TEST(a_greedy_answer__survives_the_death_of_its_engine_unchanged),
           TEST(a_sampled_answer__survives_the_death_of_its_engine_unchanged),
           TEST(an_answer__survives_the_death_of_the_keeper_unchanged))
