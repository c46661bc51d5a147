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

CHECK_MAIN(TEST(call_llm__knows_that_two_and_two_are_four), TEST(embed__gives_a_unit_vector))
