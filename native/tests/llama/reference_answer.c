#include "tests/llama/reference_answer.h"

#include <stdio.h>
#include <string.h>

#include "tests/llama/llama_fixture.h"

bool reference_answer(const char *model, const char *prompt, char *text) {
  return reference_answer_with(model, prompt, "", text);
}

bool reference_answer_with(const char *model, const char *prompt, const char *numbers, char *text) {
  static char command[65536];
  snprintf(command, sizeof command, "'%s' generate '%s' '%s' %d %d 1 %s", LLMB_TEST_REFERENCE, fixture_model(model),
           prompt, REFERENCE_TOKENS, REFERENCE_CONTEXT, numbers);
  FILE *output = popen(command, "r");
  size_t size = output != NULL ? fread(text, 1, FIXTURE_ANSWER_SIZE - 1, output) : 0;
  text[size] = 0;
  const bool ended_well = output != NULL && pclose(output) == 0;
  const char *begin = strstr(text, "\ntext\n");
  if (begin == NULL) return false;
  memmove(text, begin + 6, strlen(begin + 6) + 1);
  return ended_well;
}
