/* Counts a host's own system calls at (nearly) full speed, by their numbers. */
#ifndef LLMB_TESTS_GUARD_SYSTEM_CALLS_H
#define LLMB_TESTS_GUARD_SYSTEM_CALLS_H

#include <stdbool.h>

#include "tests/guard/guard_counts.h"

/* Runs `work` in a child; what it calls between guard_child_ready and its first mark counts. */
bool guard_count_system_calls(void (*work)(const void *argument), const void *argument, struct guard_counts *out);

#endif
