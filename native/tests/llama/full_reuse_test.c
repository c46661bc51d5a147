/* A conversation that goes on is not read again: what the KV memory holds of it, answers included, is reused to the
 * token. */
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/llama/llama_fixture.h"

enum { PROMPT_SIZE = 8192 };

static char answer[FIXTURE_ANSWER_SIZE], other[FIXTURE_ANSWER_SIZE], conversation[PROMPT_SIZE];
static llmb_result result;
static llmb_error error;
static uint64_t cached;

/* "bytes" says a token for each character, as they are read again; the other one speaks in words. */
static llmb_bridge *open(const char *model, const char *slots) {
  return fixture_open(model, "slots", slots, "threads", "1", "context", "2048", NULL);
}

/* Asks with a prompt as it is, sets `cached` and `result`; how much is known is what `reuse` allows. */
static void ask(llmb_bridge *bridge, const char *prompt, const char *reuse, const char *scope, char *text) {
  llmb_call *call = fixture_start(bridge, prompt, "prompt_format", "raw", "prefix_reuse", reuse, "max_tokens", "24",
                                  "temperature", "0.9", "seed", "3", scope != NULL ? "cache_scope" : NULL, scope, NULL);
  llmb_result_init(&result);
  CHECK_INT(LLMB_OK, fixture_read_all(call, text, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &result, &error));
  cached = llmb_call_cached_prompt_tokens(call);
  llmb_call_close(call);
}

/* The conversation with what was answered and what is asked next. */
static void go_on(const char *text, const char *question) {
  const size_t size = strlen(conversation);
  snprintf(conversation + size, sizeof conversation - size, "%.1000s%.1000s", text, question);
}

static void begin(const char *question) {
  conversation[0] = 0;
  go_on("", question);
}

/* The first turn cannot know that it will be one. */
static void first_turn__that_shared_chunks_alone_is_known_all_the_same(void) {
  llmb_bridge *bridge = open("bytes", "1");
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
  llmb_bridge *bridge = open("random_llama_q8_0", "1");
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

CHECK_MAIN(TEST(first_turn__that_shared_chunks_alone_is_known_all_the_same),
           TEST(prompt_beside_a_conversation__reads_as_if_there_were_none))
