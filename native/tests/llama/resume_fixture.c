#include "tests/llama/resume_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20261121 };

static unsigned long number_of(const char *variable, unsigned long otherwise) {
  const char *text = getenv(variable);
  const unsigned long number = text != NULL ? strtoul(text, NULL, 10) : 0;
  return number > 0 ? number : otherwise;
}

unsigned resume_repeats(unsigned quick) {
  return (unsigned)number_of("LLMB_TEST_REPEATS", quick);
}

uint64_t resume_stride(uint64_t tokens) {
  const uint64_t deaths = resume_repeats(RESUME_DEATHS_QUICK);
  return (tokens + deaths - 1) / deaths;
}

uint64_t resume_seed(void) {
  return number_of("LLMB_TEST_SEED", SEED);
}

void resume_read(llmb_call *call, struct resume_answer *answer) {
  llmb_result_init(&answer->result);
  answer->status = fixture_read_all(call, answer->text, &answer->error);
  if (answer->status == LLMB_OK) answer->status = llmb_call_finish(call, 0, &answer->result, &answer->error);
  char *details = NULL;
  if (llmb_call_details(call, &details) == LLMB_OK) snprintf(answer->details, sizeof answer->details, "%s", details);
  llmb_free(details);
  llmb_call_close(call);
}

bool resume_begins(const char *whole, const char *delivered) {
  return strncmp(whole, delivered, strlen(delivered)) == 0;
}
