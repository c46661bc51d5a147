#include "resume_fixture.h"

#include <stdlib.h>
#include <string.h>

unsigned resume_repeats(unsigned quick) {
  const char *text = getenv("LLMB_TEST_REPEATS");
  const unsigned long repeats = text != NULL ? strtoul(text, NULL, 10) : 0;
  return repeats > 0 ? (unsigned)repeats : quick;
}

void resume_read(llmb_call *call, struct resume_answer *answer) {
  llmb_result_init(&answer->result);
  answer->status = fixture_read_all(call, answer->text, &answer->error);
  if (answer->status == LLMB_OK) answer->status = llmb_call_finish(call, 0, &answer->result, &answer->error);
  llmb_call_close(call);
}

bool resume_begins(const char *whole, const char *delivered) {
  return strncmp(whole, delivered, strlen(delivered)) == 0;
}
