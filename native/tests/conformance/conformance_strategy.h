/* The ways a call can be answered, and how each is made to behave well or badly. */
#ifndef LLMB_TESTS_CONFORMANCE_STRATEGY_H
#define LLMB_TESTS_CONFORMANCE_STRATEGY_H

#include <llmbridge/llmbridge.h>

enum behaviour {
  ANSWERS,  /* at once */
  PIECES,   /* an answer of some pieces with time between them */
  ENDLESS,  /* a little, again and again */
  CRASHES,  /* dies of a signal, instead of an answer */
  HANGS,    /* takes the call, then nothing */
  FLOODS,   /* far more than output_bytes */
  BAD_UTF8, /* an answer that is not UTF-8 */
  BEHAVIOUR_COUNT
};

struct strategy {
  const char *name; /* engine.how */
  const char *engine, *isolation, *workers;
  const char *answer; /* of ANSWERS; NULL: the prompt */
  /* The setting `command`, the model's file for llama, a server's model for http. NULL: it cannot be made to behave
   * like that. */
  const char *makes[BEHAVIOUR_COUNT];
};

/* NULL if there is no such strategy. */
const struct strategy *strategy_find(const char *name);

/* New bridge settings; NULL if the strategy cannot behave like that here. */
llmb_settings *strategy_settings(const struct strategy *strategy, enum behaviour behaviour);

#endif
