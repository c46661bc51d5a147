/* The only reader of a clock, and how a spinning thread waits. */
#ifndef LLMB_OS_CLOCK_H
#define LLMB_OS_CLOCK_H

#include <stdint.h>

/* How late the coarse clock may be: two ticks of the slowest kernel. */
#define OS_CLOCK_COARSE_LATE_NS UINT64_C(20000000)

uint64_t os_clock_ns(void);          /* monotonic */
uint64_t os_clock_coarse_ns(void);   /* the same, some milliseconds late, for a tenth of the cost */
int64_t os_clock_wall_seconds(void); /* since 1970, for people */
void os_cpu_relax(void);             /* one turn of a spin loop */
unsigned os_cpu_count(void);         /* processors this process may use, at least 1 */

#endif
