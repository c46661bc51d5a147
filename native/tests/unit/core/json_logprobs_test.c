#include "core/json_logprobs.h"

#include <string.h>

#include "tests/check.h"

static bool is_one(const char *json) {
  return json_is_logprobs(json_read(json, strlen(json)));
}

static void logprobs__are_lists_of_tokens_with_text_and_number(void) {
  static const char *const good[] = {
      "[]",
      "[{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[]}]",
      "[ {\"logprob\":-1e-5,\"top_logprobs\":[{\"token\":\"b\",\"logprob\":0,\"id\":7}],\"id\":3,\"token\":\"a\"} ]",
      "[{\"token\":\"\",\"logprob\":-1,\"bytes\":[226,1],\"top_logprobs\":[],\"more\":{}}]",
      "[{\"token\":\"\",\"logprob\":-1,\"bytes\":null,\"id\":null,\"top_logprobs\":[]}]",
  };
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) CHECK(is_one(good[i]));
}

static void logprobs__are_nothing_else(void) {
  static const char *const bad[] = {
      "{}",
      "5",
      "[5]",
      "[[]]",
      "[{}]",
      "[{\"token\":5,\"logprob\":-1,\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":\"-1\",\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":null,\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1}]",
      "[{\"token\":\"\\ud800\",\"logprob\":-1,\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"bytes\":[300],\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"bytes\":[1.5],\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1e999,\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":{}}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[5]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[{\"token\":\"b\"}]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"bytes\":[\"x\"],\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"bytes\":5,\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"id\":\"5\",\"top_logprobs\":[]}]",
      "[{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[]},{}]",
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK(!is_one(bad[i]));
}

CHECK_MAIN(TEST(logprobs__are_lists_of_tokens_with_text_and_number), TEST(logprobs__are_nothing_else))
