/* A bridge under test, and what is right and what is allowed there. */
#ifndef LLMB_SOAK_BRIDGE_H
#define LLMB_SOAK_BRIDGE_H

#include <pthread.h>
#include <stdbool.h>

#include <llmbridge/llmbridge.h>

#include "tests/soak/soak_tally.h"

/* A set of statuses. */
#define SOAK_MAY(status) (UINT64_C(1) << (status))

enum soak_answer {
  SOAK_ECHO, /* the prompt, then as many pieces as `pieces` says */
  SOAK_FIXED /* always `fixed`: to the prompt SOAK_FIXED_PROMPT */
};

#define SOAK_FIXED_PROMPT "What is 2+2?"

struct soak_bridge_kind {
  const char *name;
  const char *settings[16]; /* names and values, NULL at the end; those that all have need not be here */
  enum soak_answer answer;
  unsigned pieces;
  unsigned workers, slots; /* as in the settings */
  uint64_t may_fail;       /* how any call may fail, since others disturb the engine */
};

struct soak_bridge {
  const struct soak_bridge_kind *kind;
  llmb_bridge *bridge;
  char *fixed;
  pthread_mutex_t disturbance; /* one thread at a time kills or stops engines */
};

/* Opens it; false where its engine is not built. Anything else that goes wrong is a violation too. */
bool soak_bridge_open(struct soak_tally *tally, const struct soak_bridge_kind *kind, struct soak_bridge *out);

void soak_bridge_close(struct soak_bridge *bridge);

/* A pidfd of the engine started last, -1 if none runs. A number would be another process's before long. */
int soak_bridge_engine(const struct soak_bridge *bridge);

/* Sends the engine a signal; one that has ended does not mind. */
void soak_engine_signal(int engine, int signal_number);

/* The keeper of this process's engines, 0 if the bridge has no engine. */
pid_t soak_bridge_keeper(const struct soak_bridge *bridge);

#endif
