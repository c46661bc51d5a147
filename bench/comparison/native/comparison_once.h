/* The program that the way popen runs: loads the model, answers once on stdout, ends. Both return an exit status. */
#ifndef LLMB_COMPARISON_ONCE_H
#define LLMB_COMPARISON_ONCE_H

#include "comparison_way.h"

/* Arguments: how many tokens, the prompt. Prints the number of tokens, a line feed, the text. */
int answer_once(const struct way_options *options, char **arguments, int count, struct way_answer *answer);

/* Arguments: the texts. Prints a vector a line. */
int vectors_once(const struct way_options *options, char **arguments, int count, struct way_answer *answer);

#endif
