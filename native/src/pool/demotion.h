/* Whether an engine that others can stand in for is tried at all: after repeated failures it is passed over for a
 * while, then one call tries it again. Pure: time comes in as a parameter. */
#ifndef LLMB_DEMOTION_H
#define LLMB_DEMOTION_H

#include <stdbool.h>
#include <stdint.h>

enum { DEMOTION_FAILURES = 3 }; /* within DEMOTION_WINDOW_NS */

struct demotion {
  uint64_t failures_ns[DEMOTION_FAILURES]; /* when the last ones were; a ring; 0 is none */
  uint32_t next;
  uint64_t until_ns; /* passed over until then; 0 if it is not */
  bool probing;      /* its time is over and one call is trying it */
};

/* Whether a call should go to this engine now. Says so to one call at a time once the time of a demoted one is over. */
bool demotion_allows(struct demotion *demotion, uint64_t now_ns);

/* How a call that was given to it ended. What says nothing of the engine (cancelled, a deadline that was too short, a
 * prompt that was wrong) must be told too, as neither: a probe ends with it. */
enum demotion_verdict { DEMOTION_SUCCESS, DEMOTION_FAILURE, DEMOTION_NEITHER };
void demotion_note(struct demotion *demotion, enum demotion_verdict verdict, uint64_t now_ns);

#endif
