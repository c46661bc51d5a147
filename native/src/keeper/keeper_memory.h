/* Whether the kernel ends processes for want of memory. */
#ifndef LLMB_KEEPER_MEMORY_H
#define LLMB_KEEPER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* The number behind "oom_kill " in a file like memory.events or vmstat; false if there is none. */
bool oom_kills_read(const char *path, uint64_t *out_count);

/* Remembers the count of this process's cgroup, or of the machine where that has none. */
void oom_kills_begin(void);

/* Whether one more process was killed since the last of these calls that said so. */
bool oom_kills_rose(void);

#endif
