/* Which system calls a confined process may make: one table, from which the filter is built (confine_filter.c) and the
 * page docs/security.md is printed. */
#ifndef LLMB_CONFINE_TABLE_H
#define LLMB_CONFINE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* The table's columns. The first three name what is allowed, everything else being refused; the last two name what is
 * refused, everything else being allowed. */
enum confine_column {
  CONFINE_LOAD,   /* stage 1 of our own engines: while a model is loaded */
  CONFINE_SERVE,  /* stage 2: a loaded engine */
  CONFINE_SHARED, /* stage 2 of an engine that several programs share: it is handed new connections */
  CONFINE_FILES,  /* llmb_engine_confine_files, for programs of any runtime */
  CONFINE_CALLS,  /* llmb_engine_confine_calls, for the same */
  CONFINE_COLUMN_COUNT
};

/* What a column says of a call. */
enum confine_rule {
  RULE_NO,        /* EPERM */
  RULE_UNKNOWN,   /* ENOSYS: a C library then takes an older call */
  RULE_YES,       /* whatever its arguments */
  RULE_OWN,       /* on this process only */
  RULE_OWN_NICE,  /* the priority of this process only */
  RULE_OWN_USUAL, /* this process, into a scheduling class for ordinary work */
  RULE_ABORT,     /* SIGABRT to itself: kill */
  RULE_ABORT_THREAD,
  RULE_SELF_SIGNAL, /* any signal to itself */
  RULE_OPEN_READ,   /* open: for reading */
  RULE_OPENAT_READ,
  RULE_FLAGS_READ, /* fcntl: reading flags and seals */
  RULE_NO_OWNER,   /* fcntl: nothing that has the kernel send signals */
  RULE_NO_OWNER_IOCTL,
  RULE_NAMES,        /* prctl: names of threads and of memory */
  RULE_PRCTL_TAME,   /* prctl: nothing that concerns others, or the parent's death */
  RULE_MEMORY_LOAD,  /* mmap: private, or shared from a descriptor, never writable and executable */
  RULE_MEMORY_SERVE, /* mmap: private and anonymous, not executable */
  RULE_MEMORY_SHARED,
  RULE_MEMORY_NO_SHARED, /* mmap: no shared anonymous memory */
  RULE_PROTECT_LOAD,     /* mprotect: never writable and executable */
  RULE_PROTECT_SERVE,    /* mprotect: not executable */
  RULE_THREAD,           /* clone: a thread of this process */
  RULE_LIMIT_READ,       /* prlimit64: reading this process's limits */
  RULE_LIMIT_MEMORY,     /* the same, and setting the one on memory */
  RULE_LIMIT_OWN,        /* prlimit64: this process */
  RULE_NO_ADDRESS,       /* sendto: what is connected */
  RULE_HANDLE,           /* newfstatat: of an open file */
  RULE_FILTER,           /* seccomp: one filter more, for all threads */
  RULE_COUNT
};

struct confine_row {
  uint16_t number;
  uint8_t rules[CONFINE_COLUMN_COUNT];
};

/* One word of an argument compared. Consecutive tests are alternatives' parts; `ends` closes an alternative. */
struct confine_test {
  uint8_t argument;
  bool high; /* of the argument's 64 bits the upper 32 */
  bool any;  /* (word & mask) != 0 instead of == value */
  bool own;  /* the value is this process's number */
  bool ends;
  uint32_t mask, value;
};

/* What a conditional rule looks at; no tests for those that need none. */
struct confine_condition {
  const char *text; /* for the page */
  bool refuses;     /* a match is refused and everything else allowed; usually the other way round */
  uint8_t test_count;
  const struct confine_test *tests;
};

enum { CONFINE_OLD_LAST = 334, CONFINE_NEW_FIRST = 424, CONFINE_NEW_LAST = 469 }; /* x86-64's numbers that are known */

extern const struct confine_row confine_rows[];
extern const unsigned confine_row_count;
extern const struct confine_condition confine_conditions[RULE_COUNT];

/* Whether a column names what is allowed. */
static inline bool confine_is_allowlist(enum confine_column column) {
  return column <= CONFINE_SHARED;
}

/* What a column says of a number, whether it has a row or not. */
enum confine_rule confine_rule_of(enum confine_column column, unsigned number);

#endif
