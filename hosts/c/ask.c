/* Asks a question and prints the answer, then compares two texts: the simple calls, all that most programs need.
 *
 *     cc ask.c $(pkg-config --cflags --libs llmbridge) -lm -o ask && ./ask "What is 2+2?"
 */
#include <math.h>
#include <stdio.h>

#include <llmbridge/llmbridge.h>

static int print_error(char *error) {
  fprintf(stderr, "%s\n", error != NULL ? error : "out of memory");
  llmb_free(error);
  return 1;
}

static double product(const float *a, const float *b, size_t dimension) {
  double sum = 0;
  for (size_t i = 0; i < dimension; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

int main(int count, char **arguments) {
  const char *question = count > 1 ? arguments[1] : "What is 2+2?";
  char *answer, *error;
  if (call_llm(question, &answer, &error) != LLMB_OK) return print_error(error);
  printf("%s\n", answer);

  float *asked, *answered;
  size_t dimension;
  if (embed(question, &asked, &dimension, &error) != LLMB_OK) return print_error(error);
  if (embed(answer, &answered, &dimension, &error) != LLMB_OK) return print_error(error);
  printf("question and answer are alike by %.2f\n", product(asked, answered, dimension));

  llmb_free(asked);
  llmb_free(answered);
  llmb_free(answer);
  llmb_shutdown();
  return 0;
}
