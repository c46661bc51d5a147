/* For tests: makes allocations of this thread fail on purpose, and counts its blocks. Off, it costs one load. */
#ifndef LLMB_CORE_MEMORY_FAULTS_H
#define LLMB_CORE_MEMORY_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

/* The nth allocation of this thread from now fails (1 is the next one), and with `persistent` all that follow too.
 * 0 lets them succeed again, and still counts blocks. */
void memory_fail_after(uint64_t nth, bool persistent);

/* Whether an allocation of this thread failed on purpose since memory_fail_after. */
bool memory_fault_happened(void);

/* Blocks that this thread allocated less those it released, since its first memory_fail_after. */
int64_t memory_blocks_live(void);

#endif
