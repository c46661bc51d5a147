/* What became of all calls, and what must not have happened. Any thread may add. */
#ifndef LLMB_SOAK_TALLY_H
#define LLMB_SOAK_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <llmbridge/status.h>

enum { SOAK_STATUS_COUNT = LLMB_E_INTERNAL + 1, SOAK_VIOLATIONS_SHOWN = 20, SOAK_VIOLATIONS_MAX = 100 };

struct soak_tally {
  atomic_uint_fast64_t calls; /* started; each must be among the outcomes once */
  atomic_uint_fast64_t outcomes[SOAK_STATUS_COUNT];
  atomic_uint_fast64_t cycles, kills, stops, garbage, cancels;
  atomic_uint_fast64_t violations;
};

/* Notes the outcome of a call. */
void soak_tally_outcome(struct soak_tally *tally, llmb_status status);

/* Calls that were started and have no outcome, or more than one: 0 when no call is open. */
int64_t soak_tally_lost(struct soak_tally *tally);

/* Says on stderr what must not have happened, the first times, and counts it. */
void soak_violation(struct soak_tally *tally, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Whether so much is wrong that going on tells nothing more. */
bool soak_tally_hopeless(struct soak_tally *tally);

#endif
