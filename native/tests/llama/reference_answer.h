/* What llama_reference, a plain loop over libllama's own API, answers. */
#ifndef LLMB_TESTS_LLAMA_REFERENCE_ANSWER_H
#define LLMB_TESTS_LLAMA_REFERENCE_ANSWER_H

#include <stdbool.h>

enum { REFERENCE_TOKENS = 48, REFERENCE_CONTEXT = 512 };

/* Writes the text of its REFERENCE_TOKENS likeliest tokens, made by one thread in a context of REFERENCE_CONTEXT, into
 * FIXTURE_ANSWER_SIZE bytes; false when it failed. */
bool reference_answer(const char *model, const char *prompt, char *text);

/* The same of libllama's own samplers; penalties: the numbers of repeat_penalty, frequency_penalty, presence_penalty.
 */
bool reference_answer_with(const char *model, const char *prompt, const char *penalties, char *text);

#endif
