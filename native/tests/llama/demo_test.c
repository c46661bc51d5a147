/* The demonstration model through the simple calls, as the first C program of a newcomer would use it. */
#include <llmbridge/llmbridge.h>

#include "tests/check.h"

static void call_llm__knows_that_two_and_two_are_four(void) {
  char *answer = NULL, *error = NULL;
  CHECK_INT(0, call_llm("What is 2+2?", &answer, &error));
  CHECK_CONTAINS("4", answer);
  CHECK(error == NULL);
  llmb_free(answer);
  llmb_free(error);
  llmb_shutdown();
}

static void embed__gives_a_unit_vector(void) {
  float *vector = NULL;
  size_t dimension = 0;
  char *error = NULL;
  CHECK_INT(0, embed("What is the capital of France?", &vector, &dimension, &error));
  double sum = 0;
  for (size_t i = 0; i < dimension; i++) sum += (double)vector[i] * (double)vector[i];
  CHECK(dimension >= 64);
  CHECK(sum > 0.999 && sum < 1.001);
  llmb_free(vector);
  llmb_free(error);
  llmb_shutdown();
}

/* ggml aborts over some allocations that fail, and reports others: either way it is no crash. */
static void memory_mb__too_small_for_slots_and_context_is_told_with_their_names(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return; /* their runtimes map terabytes, so that no limit can be */
#endif
  static const char *const megabytes[] = {"10", "30", "45", "55", "60"};
  setenv("LLMBRIDGE_SLOTS", "8", 1);
  setenv("LLMBRIDGE_CONTEXT", "4096", 1);
  for (size_t i = 0; i < sizeof megabytes / sizeof megabytes[0]; i++) {
    char *answer = NULL, *error = NULL;
    setenv("LLMBRIDGE_MEMORY_MB", megabytes[i], 1);
    CHECK_INT(LLMB_E_OUT_OF_MEMORY, call_llm("What is 2+2?", &answer, &error));
    CHECK_CONTAINS(
        "it is wanted for 8 slots with a context of 4096 tokens each: lower slots or context, or let "
        "memory_mb allow more",
        error);
    CHECK_CONTAINS("\"phase\":\"load\"", error);
    llmb_free(answer);
    llmb_free(error);
    llmb_shutdown();
  }
  unsetenv("LLMBRIDGE_MEMORY_MB");
  unsetenv("LLMBRIDGE_CONTEXT");
  unsetenv("LLMBRIDGE_SLOTS");
}

CHECK_MAIN(TEST(call_llm__knows_that_two_and_two_are_four), TEST(embed__gives_a_unit_vector),
           TEST(memory_mb__too_small_for_slots_and_context_is_told_with_their_names))
