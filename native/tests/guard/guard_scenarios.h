/* What the guard's hosts do over and over: each scenario has one kind of unit, of which the cost is known. */
#ifndef LLMB_TESTS_GUARD_SCENARIOS_H
#define LLMB_TESTS_GUARD_SCENARIOS_H

#include <stddef.h>

#include "tests/guard/guard_trace.h"

struct guard_host;

struct guard_scenario {
  const char *name; /* what its rows begin with */
  const char *slots;
  const char *script; /* the fake engine's */
  void (*unit)(struct guard_host *host);
  void (*warm_up_unit)(struct guard_host *host); /* NULL: the same */
  bool ring_ends_turn;                           /* see guard_trace.h */
  unsigned calls_beside;                         /* in flight all the time: answers that nobody reads */
  unsigned warm_up;                              /* units at full speed before those that count */
  bool interleaves; /* how often each side runs while the other works is the kernel's choice, and so are looks and waits
                     */
};

extern const struct guard_scenario guard_scenarios[];
extern const size_t guard_scenario_count;

const struct guard_scenario *guard_scenario_named(const char *name);

/* Does the scenario in a child and traces it. */
bool guard_trace_scenario(const struct guard_scenario *scenario, struct guard_trace *trace);

#endif
