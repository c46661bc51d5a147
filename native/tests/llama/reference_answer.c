#include "tests/llama/reference_answer.h"

#include <stdio.h>
#include <string.h>

#include "tests/llama/llama_fixture.h"

bool reference_answer(const char *model, const char *prompt, char *text) {
  return reference_answer_with(model, prompt, "", text);
}

bool reference_output(const char *model, const char *prompt, const char *numbers, char *output, size_t capacity) {
  static char command[65536];
  snprintf(command, sizeof command, "'%s' generate '%s' '%s' %d %d 1 %s", LLMB_TEST_REFERENCE, fixture_model(model),
           prompt, REFERENCE_TOKENS, REFERENCE_CONTEXT, numbers);
  FILE *program = popen(command, "r");
  size_t size = program != NULL ? fread(output, 1, capacity - 1, program) : 0;
  output[size] = 0;
  return program != NULL && pclose(program) == 0;
}

bool reference_answer_with(const char *model, const char *prompt, const char *numbers, char *text) {
  const bool ended_well = reference_output(model, prompt, numbers, text, FIXTURE_ANSWER_SIZE);
  const char *begin = strstr(text, "\ntext\n");
  if (begin == NULL) return false;
  memmove(text, begin + 6, strlen(begin + 6) + 1);
  return ended_well;
}
