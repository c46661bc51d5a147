/* A conversation whose engine dies in its fifth turn, at every token in turn: a new engine computes what the dead one
 * had reused in the same batches, so that not one byte differs. */
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/llama/resume_fixture.h"

enum { PROMPT_SIZE = 8192, TURNS = 5, TOKENS = 24 };

/* How the conversation is held. */
struct manner {
  const char *model, *temperature, *slots;
};

static char conversation[PROMPT_SIZE], details_text[1024];
static struct resume_answer answer, undisturbed;
static uint64_t cached;

static void ask(llmb_bridge *bridge, const struct manner *manner, const char *fate) {
  char *json = NULL;
  llmb_call *call =
      fixture_start(bridge, conversation, "prompt_format", "raw", "special", "parse", "prefix_reuse", "full",
                    "max_tokens", "24", "temperature", manner->temperature, "seed", "3", "stop", fate, NULL);
  llmb_result_init(&answer.result);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer.text, &answer.error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &answer.result, &answer.error));
  cached = llmb_call_cached_prompt_tokens(call);
  CHECK_INT(LLMB_OK, llmb_call_details(call, &json));
  snprintf(details_text, sizeof details_text, "%s", json != NULL ? json : "");
  llmb_free(json);
  llmb_call_close(call);
}

static void go_on(const char *text, const char *question) {
  const size_t size = strlen(conversation);
  snprintf(conversation + size, sizeof conversation - size, "%.1000s%s%.1000s", text, size > 0 ? "</s>" : "", question);
}

/* The whole conversation with an engine of its own, whose fate comes in the last turn. */
static void hold(const struct manner *manner, const char *fate) {
  llmb_bridge *bridge = fixture_open(manner->model, "home", LLMB_TEST_MORTAL_HOME, "threads", "1", "context", "1024",
                                     "slots", manner->slots, "batching", "off", NULL);
  conversation[0] = 0;
  go_on("", "tell of a house by the sea, of those who live there and of what they fear when it is dark outside");
  for (unsigned turn = 1; turn <= TURNS; turn++) {
    ask(bridge, manner, turn == TURNS ? fate : "never");
    if (turn < TURNS) go_on(answer.text, turn == 2 ? "no, tell it otherwise" : "and then?");
  }
  llmb_bridge_close(bridge);
}

static void hold_undisturbed(const struct manner *manner) {
  hold(manner, "never");
  CHECK_INT(1, answer.result.attempts);
  CHECK_INT(TOKENS, answer.result.completion_tokens);
  CHECK(answer.result.prompt_tokens - cached <= 9 + 2);
  CHECK(strstr(details_text, "resumed") == NULL);
  undisturbed = answer;
}

static void check_deaths(const struct manner *manner, const char *moment) {
  hold_undisturbed(manner);
  for (unsigned token = 1; token < TOKENS; token++) {
    char fate[32];
    check_watch();
    snprintf(fate, sizeof fate, "%s %u", moment, token);
    hold(manner, fate);
    CHECK_INT(2, answer.result.attempts);
    CHECK_INT((long long)undisturbed.result.prompt_tokens, (long long)answer.result.prompt_tokens);
    CHECK_TEXT(undisturbed.text, answer.text);
    CHECK_CONTAINS("\"resumed\":\"alike\"", details_text);
  }
}

static void greedy_turn__survives_a_death_at_any_token_unchanged(void) {
  check_deaths(&(struct manner){"random_llama_f16", "0", "1"}, "recorded");
}

static void sampled_turn__survives_a_death_at_any_token_unchanged(void) {
  check_deaths(&(struct manner){"random_qwen2_q8_0", "0.9", "1"}, "recorded");
}

static void sampled_turn__survives_a_death_after_the_text_of_any_token_unchanged(void) {
  check_deaths(&(struct manner){"random_llama_q4_0", "0.9", "4"}, "written");
}

static void turn__survives_many_deaths_in_a_row_unchanged(void) {
  const struct manner manner = {"random_llama_f16", "0.9", "1"};
  hold_undisturbed(&manner);
  hold(&manner, "recorded 3");
  CHECK_TEXT(undisturbed.text, answer.text);
  hold(&manner, "written 1 9");
  CHECK_TEXT(undisturbed.text, answer.text);
}

/* What is held was computed in one chunk, and only half of it is reused. */
static void turn_that_cuts_a_chunk__survives_a_death_unchanged(void) {
  static char half[FIXTURE_ANSWER_SIZE];
  const struct manner manner = {"random_llama_f16", "0.9", "1"};
  for (unsigned i = 0; i < 2; i++) {
    llmb_bridge *bridge = fixture_open(manner.model, "home", LLMB_TEST_MORTAL_HOME, "threads", "1", "context", "1024",
                                       "slots", "1", NULL);
    strcpy(conversation,
           "a long text about the sea, the ships that go there, and the names of all who have sailed in them");
    ask(bridge, &manner, "never");
    strcpy(conversation + 80, "nobody else");
    ask(bridge, &manner, i == 0 ? "never" : "recorded 12");
    if (i == 0) CHECK_INT(81, (long long)cached);
    if (i == 0) strcpy(half, answer.text);
    CHECK_INT(1 + i, answer.result.attempts);
    CHECK_TEXT(half, answer.text);
    llmb_bridge_close(bridge);
  }
}

CHECK_MAIN(TEST(greedy_turn__survives_a_death_at_any_token_unchanged),
           TEST(sampled_turn__survives_a_death_at_any_token_unchanged),
           TEST(sampled_turn__survives_a_death_after_the_text_of_any_token_unchanged),
           TEST(turn__survives_many_deaths_in_a_row_unchanged),
           TEST(turn_that_cuts_a_chunk__survives_a_death_unchanged))
