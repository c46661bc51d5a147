#include "comparison_once.h"

#include <stdio.h>
#include <stdlib.h>

static int failure(const struct way_answer *answer) {
  fprintf(stderr, "%s\n", answer->problem);
  return 1;
}

int answer_once(const struct way_options *options, char **arguments, int count, struct way_answer *answer) {
  if (count != 2) return 2;
  const unsigned tokens = (unsigned)strtoul(arguments[0], NULL, 10);
  if (!way_inprocess.generate(options, arguments[1], 1, tokens, answer)) return failure(answer);
  printf("%llu\n%s", (unsigned long long)answer->tokens, answer->text);
  return 0;
}

int vectors_once(const struct way_options *options, char **arguments, int count, struct way_answer *answer) {
  if (count < 1 || count > WAY_TEXTS_MAX) return 2;
  if (!way_inprocess.embed(options, (const char *const *)arguments, (unsigned)count, answer)) return failure(answer);
  for (int i = 0; i < count; i++) {
    for (uint64_t j = 0; j < answer->dimension; j++)
      printf(" %.6f", answer->vectors[(uint64_t)i * answer->dimension + j]);
    putchar('\n');
  }
  return 0;
}
