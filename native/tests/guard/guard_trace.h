/* Counts what a host and its engine do, instruction by instruction, as if one processor ran them in turn.
 *
 * Both are single-stepped, one at a time: a process runs until it goes to sleep, then the other one does. So each unit
 * of work takes one and the same course, whatever else the machine has to do, and however slow the steps are. It is
 * the course on one processor: nobody spins, and each side wakes the other. With ring_ends_turn an engine that wakes
 * its host also lets it go first: so an answer is read piece by piece, however fast it is made. */
#ifndef LLMB_TESTS_GUARD_TRACE_H
#define LLMB_TESTS_GUARD_TRACE_H

#include <stdbool.h>

#include "tests/guard/guard_child.h"
#include "tests/guard/guard_counts.h"
#include "tests/guard/guard_sites.h"
#include "tests/guard/guard_symbols.h"

enum {
  GUARD_UNITS = 5,       /* that count: a step takes some 20 us on a virtual machine */
  GUARD_UNITS_TRIED = 50 /* a host offers more, since some do not count */
};

enum guard_side { GUARD_HOST, GUARD_ENGINE, GUARD_SIDE_COUNT };

struct guard_trace {
  struct guard_counts units[GUARD_SIDE_COUNT][GUARD_UNITS];
  struct guard_sites *sites[GUARD_SIDE_COUNT];
  struct guard_symbols symbols[GUARD_SIDE_COUNT];
};

/* Runs the host in a child: it works alone until it stops itself with guard_child_ready, and is then followed through
 * GUARD_UNITS units. One in which the engine had no part was about what had been there before, and does not count. True
 * if it and the engine lived through it and the host ended with 0. */
bool guard_trace(struct guard_trace *trace, void (*host)(const void *argument), const void *argument,
                 bool ring_ends_turn);
void guard_trace_free(struct guard_trace *trace);

#endif
