/* What the tests of resumption share: how long they run, and answers whose engine dies under them. */
#ifndef LLMB_TESTS_RESUME_FIXTURE_H
#define LLMB_TESTS_RESUME_FIXTURE_H

#include <stdbool.h>

#include "tests/llama/llama_fixture.h"

/* How an answer went. The text is what was delivered, also by a call that failed. */
struct resume_answer {
  llmb_status status;
  llmb_result result;
  llmb_error error;
  char text[FIXTURE_ANSWER_SIZE];
  char details[1024];
};

/* How often a test does what it is about: LLMB_TEST_REPEATS, or this many times. */
unsigned resume_repeats(unsigned quick);

/* How far apart the tokens are at which an answer's engine dies, so that it does so about RESUME_DEATHS_QUICK times, or
 * as often as LLMB_TEST_REPEATS says; 1 for each token. `tokens` is not 0. */
enum { RESUME_DEATHS_QUICK = 8 };
uint64_t resume_stride(uint64_t tokens);

/* Where chance begins: LLMB_TEST_SEED, or the same at every run. */
uint64_t resume_seed(void);

/* Reads a call to its end and closes it. */
void resume_read(llmb_call *call, struct resume_answer *answer);

/* Whether the text that was delivered is how the whole answer begins. */
bool resume_begins(const char *whole, const char *delivered);

#endif
