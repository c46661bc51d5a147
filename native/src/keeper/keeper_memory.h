/* Whether an engine that was killed was killed for want of memory. */
#ifndef LLMB_KEEPER_MEMORY_H
#define LLMB_KEEPER_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* The number behind "oom_kill " in a file like memory.events or vmstat; false if there is none. */
bool oom_kills_read(const char *path, uint64_t *out_count);

/* Remembers the count of this process's cgroup, or of the machine where that has none. */
void oom_kills_begin(void);

/* What is known when an engine was killed. Numbers of bytes; UINT64_MAX is no limit, or not known. */
struct memory_facts {
  bool group_kill;    /* the kernel has ended a process of the engine's cgroup for want of memory */
  bool machine_kill;  /* one of the machine's, since this was last asked: it need not have been the engine */
  uint64_t peak;      /* the most that the engine ever had resident */
  uint64_t limit;     /* of its cgroup */
  uint64_t available; /* on the machine, now that the engine is gone */
};

/* The memory limits of a cgroup's folder and of those above it, up to `root`: the least. */
uint64_t memory_limit_read(const char *root, const char *group);

/* The number behind "MemAvailable:" in a file like meminfo, in bytes. */
uint64_t memory_available_read(const char *path);

/* Whether the facts are evidence. Pure. */
bool memory_is_evidence(const struct memory_facts *facts);

/* The same, with what can be found out now, for an engine that had so much. */
bool memory_was_short(uint64_t peak);

#endif
