/* What one side did in one unit of work, and the middle of many such counts. */
#ifndef LLMB_TESTS_GUARD_COUNTS_H
#define LLMB_TESTS_GUARD_COUNTS_H

#include <stddef.h>
#include <stdint.h>

enum { GUARD_SYSTEM_CALLS_MAX = 512, GUARD_SYSTEM_CALL_NAME_SIZE = 32 };

struct guard_counts {
  uint64_t instructions, allocations;
  uint64_t system_calls[GUARD_SYSTEM_CALLS_MAX]; /* by number */
};

/* Each quantity's median. What comes now and then (a page of a counter, a late wake-up) is not in it. */
struct guard_counts guard_counts_median(const struct guard_counts *counts, size_t count);

/* "ppoll", or "number_271" for those that no guard has met yet. */
void guard_system_call_name(unsigned number, char name[GUARD_SYSTEM_CALL_NAME_SIZE]);

#endif
