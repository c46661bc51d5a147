/* What llama_reference, a plain loop over libllama's own API, answers. */
#ifndef LLMB_TESTS_LLAMA_REFERENCE_ANSWER_H
#define LLMB_TESTS_LLAMA_REFERENCE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

enum { REFERENCE_TOKENS = 48, REFERENCE_CONTEXT = 512 };

/* Writes the text of its REFERENCE_TOKENS likeliest tokens, made by one thread in a context of REFERENCE_CONTEXT, into
 * FIXTURE_ANSWER_SIZE bytes; false when it failed. */
bool reference_answer(const char *model, const char *prompt, char *text);

/* The same of libllama's own samplers; numbers: repeat_penalty, frequency_penalty, presence_penalty and, where there
 * are biases, min_tokens and the ids with what each gains. */
bool reference_answer_with(const char *model, const char *prompt, const char *numbers, char *text);

/* All that the program prints, with a line "odds ID LOGPROB ..." for each token: the token and the five likeliest. */
bool reference_output(const char *model, const char *prompt, const char *numbers, char *output, size_t capacity);

#endif
