/* Why an engine died, and what follows from that for the requests it worked on and for the pool. Pure. */
#ifndef LLMB_DEATH_CAUSE_H
#define LLMB_DEATH_CAUSE_H

#include <stdbool.h>
#include <stdint.h>

enum death_cause {
  DEATH_OURS,    /* the host or its keeper ended it */
  DEATH_ENGINES, /* it crashed, or ended by itself in the middle of its work */
  DEATH_MEMORY,  /* the kernel ended it for want of memory */
  DEATH_UNKNOWN, /* somebody else ended it, or nobody can say */
  DEATH_CAUSE_COUNT
};

/* What is known of an end. */
struct death_facts {
  bool killed_here; /* by the host, or by the keeper for a passed guard */
  bool memory_was_short;
  int32_t exit_kind, exit_value; /* enum llmb_exit_kind */
};

enum death_cause death_cause_of(const struct death_facts *facts);

/* What a cause says. Names and texts are for docs/reliability.md, which a test compares. */
struct death_consequence {
  const char *name, *recognised_by;
  bool is_evidence;     /* against a request that the engine worked on: one that was alone in two such deaths, without
                           getting on between them, is poisoned */
  bool against_largest; /* only against the largest of its requests */
  bool spends_retry_budget; /* when its calls are begun again */
  const char *calls, *restarts;
};

const struct death_consequence *death_consequence(enum death_cause cause);

#endif
