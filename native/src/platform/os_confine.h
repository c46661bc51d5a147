/* Giving up rights that a process will not need, for good: for an engine that reads files from strangers. */
#ifndef LLMB_OS_CONFINE_H
#define LLMB_OS_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

enum os_confine_layer {
  OS_CONFINE_PRIVILEGES = 1, /* no new privileges by exec */
  OS_CONFINE_LIMITS = 2,     /* no core dumps, no files written, few descriptors, memory where asked */
  OS_CONFINE_FILES = 4,      /* only the named paths can be read, none written, nothing executed; no TCP, no signals or
                              * abstract sockets to others */
  OS_CONFINE_CALLS = 8       /* no exec, no new process or thread, no new socket or file, no look into others */
};

enum { OS_CONFINE_ALL = 15 };

/* Who confines itself: decides which calls are left. The table is linux/confine_rows.c. */
enum os_confine_kind {
  OS_CONFINE_ANY_RUNTIME,  /* a program of any runtime: what does harm is refused */
  OS_CONFINE_OWN_ENGINE,   /* one of ours: what it does not need is refused */
  OS_CONFINE_SHARED_ENGINE /* one of ours that takes in new hosts when it is loaded */
};

/* Limits the private memory of this process, the mapped files not counted; 0 is no limit. False if it could not. */
bool os_confine_memory(uint64_t bytes);

/* Engages PRIVILEGES, LIMITS and FILES, with a first filter of system calls; returns the bits of those of which
 * everything holds. Paths that do not exist are passed over. memory_bytes as for os_confine_memory. To be called once,
 * before os_confine_calls. any_own_signal: it may send itself every signal, for engines that die in tests. */
uint32_t os_confine_files(const char *const *readable_paths, uint64_t memory_bytes, enum os_confine_kind kind,
                          bool any_own_signal);

/* Engages CALLS for all threads of the process; returns its bit, or 0. */
uint32_t os_confine_calls(enum os_confine_kind kind, bool any_own_signal);

/* Whether all that FILES promises holds, with a landlock of this version (0 where there is none), and with or without
 * the first filter of the kind. */
bool os_confine_files_complete(long landlock_version, bool is_filtered, enum os_confine_kind kind);

/* Gives up the capabilities of a process that has any, but those it needs to read files of others where
 * `keep_reading`. False if it could not. */
bool os_confine_capabilities(bool keep_reading);

#endif
