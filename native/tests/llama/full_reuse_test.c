/* A conversation that goes on is not read again: what the KV memory holds of it, answers included, is reused to the
 * token. */
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

enum { PROMPT_SIZE = 8192, TURNS = 6 };

static char answer[FIXTURE_ANSWER_SIZE], other[FIXTURE_ANSWER_SIZE], conversation[PROMPT_SIZE];
static llmb_result result;
static llmb_error error;
static uint64_t cached;

/* The model speaks in words, and reads letters: no answer is divided as it was said. */
static llmb_bridge *open(const char *slots) {
  return fixture_open("random_llama_q8_0", "slots", slots, "threads", "1", "context", "2048", NULL);
}

/* Asks with a prompt as it is, sets `cached` and `result`; how much is known is what `reuse` allows. */
static void ask(llmb_bridge *bridge, const char *prompt, const char *reuse, const char *scope, char *text) {
  llmb_call *call =
      fixture_start(bridge, prompt, "prompt_format", "raw", "special", "parse", "prefix_reuse", reuse, "max_tokens",
                    "24", "temperature", "0.9", "seed", "3", scope != NULL ? "cache_scope" : NULL, scope, NULL);
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, fixture_read_all(call, text, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
  cached = llmb_call_cached_prompt_tokens(call);
  llmb_call_close(call);
}

/* The conversation with what was answered and what is asked next. */
static void go_on(const char *text, const char *question) {
  const size_t size = strlen(conversation);
  snprintf(conversation + size, sizeof conversation - size, "%.1000s%s%.1000s", text, size > 0 ? "</s>" : "", question);
}

static void begin(const char *question) {
  conversation[0] = 0;
  go_on("", question);
}

static void answer__that_becomes_part_of_the_next_prompt_is_not_read_again(void) {
  static const char question[] = "and then?";
  llmb_bridge *bridge = open("1");
  begin("tell of a house by the sea and of those who live there");
  ask(bridge, conversation, "full", NULL, answer);
  for (unsigned turn = 1; turn < TURNS; turn++) {
    const uint64_t before = result.prompt_tokens + result.completion_tokens;
    go_on(answer, question);
    ask(bridge, conversation, "full", NULL, answer);
    CHECK(result.prompt_tokens > before);
    CHECK(result.prompt_tokens - cached <= sizeof question - 1 + 2); /* a letter is a token here */
  }
  llmb_bridge_close(bridge);
}

/* The first turn cannot know that it will be one. */
static void first_turn__that_shared_chunks_alone_is_known_all_the_same(void) {
  llmb_bridge *bridge = open("1");
  begin("tell of a house by the sea and of those who live there");
  ask(bridge, conversation, "chunks", NULL, answer);
  go_on(answer, "and then?");
  ask(bridge, conversation, "auto", NULL, other);
  CHECK(cached < 128 && cached % 64 == 0);
  ask(bridge, conversation, "chunks", NULL, answer);
  CHECK_TEXT(other, answer);
  ask(bridge, conversation, "full", NULL, answer);
  CHECK_INT((long long)result.prompt_tokens - 1, (long long)cached);
  llmb_bridge_close(bridge);
}

static void prompt_beside_a_conversation__reads_as_if_there_were_none(void) {
  llmb_bridge *bridge = open("1");
  begin("tell of a house by the sea and of those who live there, and of what they fear when it is dark");
  ask(bridge, conversation, "full", NULL, answer);
  go_on(answer, "and then?");
  ask(bridge, conversation, "off", NULL, other);
  CHECK_INT(0, (long long)cached);
  ask(bridge, conversation, "full", NULL, answer);
  CHECK_INT(0, (long long)cached); /* off leaves nothing either */
  go_on(answer, "and then?");
  ask(bridge, conversation, "full", NULL, answer);
  ask(bridge, conversation, "chunks", NULL, answer);
  ask(bridge, conversation, "off", NULL, other);
  CHECK_TEXT(other, answer);
  llmb_bridge_close(bridge);
}

static void conversation__is_known_within_its_scope_only(void) {
  llmb_bridge *bridge = open("4");
  begin("tell of a house by the sea and of those who live there");
  ask(bridge, conversation, "full", "tenant 1", answer);
  ask(bridge, conversation, "full", "tenant 2", other);
  CHECK_INT(0, (long long)cached);
  ask(bridge, conversation, "full", NULL, other);
  CHECK_INT(0, (long long)cached);
  go_on(answer, "and then?");
  ask(bridge, conversation, "full", "tenant 1", answer);
  CHECK(cached > 60);
  ask(bridge, conversation, "full", "tenant 3", answer);
  CHECK_INT(0, (long long)cached);
  llmb_bridge_close(bridge);
}

static void conversations__are_kept_apart(void) {
  static char each[3][PROMPT_SIZE];
  llmb_bridge *bridge = open("3");
  for (unsigned who = 0; who < 3; who++) {
    snprintf(each[who], PROMPT_SIZE, "%u is what I am called, and this is what I wish to have explained to me today",
             who);
  }
  for (unsigned turn = 0; turn < TURNS; turn++) {
    for (unsigned who = 0; who < 3; who++) {
      ask(bridge, each[who], "full", NULL, answer);
      CHECK(turn == 0 || result.prompt_tokens - cached <= 9 + 2);
      const size_t size = strlen(each[who]);
      snprintf(each[who] + size, PROMPT_SIZE - size, "%.1000s</s>and then?", answer);
    }
  }
  llmb_bridge_close(bridge);
}

static uint64_t known_of(llmb_bridge *bridge, const char *messages, const char *reuse) {
  llmb_call *call = fixture_start(bridge, "", "messages", messages, "prefix_reuse", reuse, NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, NULL, &error));
  const uint64_t known = llmb_call_cached_prompt_tokens(call);
  llmb_call_close(call);
  return known;
}

/* What is held is shorter than a chunk. */
static void messages__with_a_turn_of_the_assistants_share_all_by_themselves(void) {
  static const char first[] = "[{\"role\":\"user\",\"content\":\"Who is there?\"}]";
  static const char next[] =
      "[{\"role\":\"user\",\"content\":\"Who is there?\"},{\"role\":\"assistant\","
      "\"content\":\"Me.\"},{\"role\":\"user\",\"content\":\"Who?\"}]";
  static const char beside[] =
      "[{\"role\":\"user\",\"content\":\"Who is there?\"},{\"role\":\"user\","
      "\"content\":\"Who?\"}]";
  llmb_bridge *bridge = fixture_open("chain_chat", "slots", "1", "threads", "1", NULL);
  CHECK_INT(0, (long long)known_of(bridge, first, "auto"));
  CHECK(known_of(bridge, next, "auto") >= sizeof "[user]Who is there?[assistant]" - 1);
  CHECK_INT(0, (long long)known_of(bridge, next, "off"));
  CHECK_INT(0, (long long)known_of(bridge, first, "auto"));
  CHECK_INT(0, (long long)known_of(bridge, beside, "auto"));
  CHECK(known_of(bridge, beside, "full") > sizeof "[user]Who is there?" - 1);
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(answer__that_becomes_part_of_the_next_prompt_is_not_read_again),
           TEST(first_turn__that_shared_chunks_alone_is_known_all_the_same),
           TEST(prompt_beside_a_conversation__reads_as_if_there_were_none),
           TEST(conversation__is_known_within_its_scope_only), TEST(conversations__are_kept_apart),
           TEST(messages__with_a_turn_of_the_assistants_share_all_by_themselves))
