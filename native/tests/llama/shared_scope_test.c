/* Programs that share an engine: what one asked before does not show in how the other is answered. */
#include <stdio.h>

#include "tests/llama/llama_fixture.h"
#include "tests/shared/shared_harness.h"

enum { PROMPT_SIZE = 512, PREFIX_SIZE = 400, CLIENTS = 2 };

static char answer[FIXTURE_ANSWER_SIZE];

/* How many tokens of a prompt, which begins like all others here, were known. */
static uint64_t known(llmb_bridge *bridge, const char *question, const char *scope) {
  char prompt[PROMPT_SIZE];
  llmb_error error;
  for (size_t i = 0; i < PREFIX_SIZE; i++) prompt[i] = (char)('a' + (i * i + i / 7) % 26);
  snprintf(prompt + PREFIX_SIZE, PROMPT_SIZE - PREFIX_SIZE, "%s", question);
  llmb_call *call = fixture_start(bridge, prompt, "prompt_format", "raw", "max_tokens", "4",
                                  scope != NULL ? "cache_scope" : NULL, scope, NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer, &error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, NULL, &error));
  const uint64_t tokens = llmb_call_cached_prompt_tokens(call);
  llmb_call_close(call);
  return tokens;
}

static void prompt__of_another_program_is_known_only_if_both_name_the_scope(void) {
  llmb_bridge *bridges[CLIENTS];
  shared_begin();
  for (unsigned i = 0; i < CLIENTS; i++) {
    bridges[i] = fixture_open("random_llama_q8_0", "isolation", "shared", "slots", "4", "threads", "1", "context",
                              "1024", "idle_ms", "60000", NULL);
  }
  CHECK_INT(0, known(bridges[0], "A", NULL));
  CHECK_INT(384, known(bridges[0], "B", NULL));
  CHECK_INT(0, known(bridges[1], "C", NULL));
  CHECK_INT(384, known(bridges[1], "D", NULL));
  CHECK_INT(0, known(bridges[0], "E", "both"));
  CHECK_INT(384, known(bridges[1], "F", "both"));
  CHECK_INT(1, shared_files(".json", NULL));
  for (unsigned i = 0; i < CLIENTS; i++) llmb_bridge_close(bridges[i]);
  shared_end();
}

CHECK_MAIN(TEST(prompt__of_another_program_is_known_only_if_both_name_the_scope))
