/* Giving up rights that a process will not need, for good: for an engine that reads files from strangers. */
#ifndef LLMB_OS_CONFINE_H
#define LLMB_OS_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

enum os_confine_layer {
  OS_CONFINE_PRIVILEGES = 1, /* no new privileges by exec */
  OS_CONFINE_LIMITS = 2,     /* no core dumps, no files written, few descriptors, memory where asked */
  OS_CONFINE_FILES = 4,      /* only the named paths can be read, none written, nothing executed; no TCP, no signals or
                              * abstract sockets to others, where the kernel knows of these */
  OS_CONFINE_CALLS = 8       /* no exec, no new process or thread, no new socket or file, no look into others */
};

enum { OS_CONFINE_ALL = 15 };

/* Limits the private memory of this process, the mapped files not counted; 0 is no limit. False if it could not. */
bool os_confine_memory(uint64_t bytes);

/* Engages PRIVILEGES, LIMITS and FILES; returns the bits of those that hold. Paths that do not exist are passed over.
 * memory_bytes as for os_confine_memory. */
uint32_t os_confine_files(const char *const *readable_paths, uint64_t memory_bytes);

/* Engages CALLS for all threads of the process; returns its bit, or 0. */
uint32_t os_confine_calls(void);

#endif
