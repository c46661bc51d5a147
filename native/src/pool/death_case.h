/* Deaths of engines that had several calls. Which of them explains the death shows by what becomes of them: one that
 * gets on or is answered has not ended its engine. Where that is so of all of them, the engine is to blame. Pure. */
#ifndef LLMB_DEATH_CASE_H
#define LLMB_DEATH_CASE_H

#include <stdbool.h>
#include <stdint.h>

enum { DEATH_CASES_MAX = 16 }; /* the oldest gives way, undecided */

struct death_case {
  uint32_t number;   /* 0: none */
  uint32_t suspects; /* calls of which nothing is known yet */
  bool explained;    /* one of them was not cleared */
};

/* All zero has no case. */
struct death_cases {
  struct death_case cases[DEATH_CASES_MAX];
  uint32_t last_number;
};

/* Opens a case and returns its number, from 1. */
uint32_t death_case_open(struct death_cases *cases, uint32_t suspects);

/* One suspect less: cleared, or not. True if it was the last one and all were cleared: the death is the engine's own.
 */
bool death_case_leave(struct death_cases *cases, uint32_t number, bool cleared);

#endif
