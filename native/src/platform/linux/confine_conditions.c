#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "platform/linux/confine_table.h"

/* By number, where the headers of the oldest system we build on may lack a name, or another header has it. */
enum {
  THREAD_ALL = 0x00010f00,  /* what clone must share: memory, places, descriptors, signals, the process */
  THREAD_ALSO = 0x007d0f00, /* and what it may do besides */
  NAME_SET = 15,            /* PR_SET_NAME, PR_GET_NAME, PR_SET_VMA: anonymous memory's name */
  NAME_GET = 16,
  NAME_MEMORY = 0x53564d41,
  SET_OWNER = 8, /* F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY */
  SET_SIGNAL = 10,
  SET_OWNER_EX = 15,
  SET_LEASE = 1024,
  SET_NOTIFY = 1026,
  GET_SEALS = 1034,
  OPEN_CHANGES = O_ACCMODE | O_CREAT | O_TRUNC | O_ASYNC | 020000000,        /* and __O_TMPFILE */
  MAP_KIND = MAP_SHARED | MAP_PRIVATE | MAP_SHARED_VALIDATE | MAP_GROWSDOWN, /* what grows counts as no memory */
  EMPTY_PATH = 0x1000,
  BATCH = 3, /* SCHED_BATCH, SCHED_IDLE */
  IDLE = 5
};

#define WORD(argument, value_) \
  { argument, false, false, false, false, UINT32_MAX, (uint32_t)(value_) }
#define LAST(argument, value_) \
  { argument, false, false, false, true, UINT32_MAX, (uint32_t)(value_) }
#define BITS(argument, mask_, value_) \
  { argument, false, false, false, false, (uint32_t)(mask_), (uint32_t)(value_) }
#define LAST_BITS(argument, mask_, value_) \
  { argument, false, false, false, true, (uint32_t)(mask_), (uint32_t)(value_) }
#define LAST_ANY(argument, mask_) \
  { argument, false, true, false, true, (uint32_t)(mask_), 0 }
#define OWN(argument) \
  { argument, false, false, true, false, UINT32_MAX, 0 }
#define LAST_OWN(argument) \
  { argument, false, false, true, true, UINT32_MAX, 0 }
#define NULL_LOW(argument) \
  { argument, false, false, false, false, UINT32_MAX, 0 }
#define LAST_NULL_HIGH(argument) \
  { argument, true, false, false, true, UINT32_MAX, 0 }

#define TESTS(...)                                                                          \
  .test_count = sizeof((struct confine_test[]){__VA_ARGS__}) / sizeof(struct confine_test), \
  .tests = (const struct confine_test[]) {                                                  \
    __VA_ARGS__                                                                             \
  }

/* What the kernel reads as an int is compared by its lower half alone, as the kernel reads it. */
const struct confine_condition confine_conditions[RULE_COUNT] = {
    [RULE_OWN] = {.text = "on this process only", TESTS(LAST(0, 0), LAST_OWN(0))},
    [RULE_OWN_NICE] = {.text = "this process's priority only",
                       TESTS(WORD(0, PRIO_PROCESS), LAST(1, 0), WORD(0, PRIO_PROCESS), LAST_OWN(1))},
    [RULE_OWN_USUAL] = {.text = "this process, into the classes OTHER, BATCH and IDLE only",
                        TESTS(WORD(0, 0), LAST(1, 0), OWN(0), LAST(1, 0), WORD(0, 0), LAST(1, BATCH), OWN(0),
                              LAST(1, BATCH), WORD(0, 0), LAST(1, IDLE), OWN(0), LAST(1, IDLE))},
    [RULE_ABORT] = {.text = "SIGABRT to itself only", TESTS(OWN(0), LAST(1, SIGABRT))},
    [RULE_ABORT_THREAD] = {.text = "SIGABRT to itself only", TESTS(OWN(0), LAST(2, SIGABRT))},
    [RULE_SELF_SIGNAL] = {.text = "to itself only", TESTS(LAST_OWN(0))},
    [RULE_OPEN_READ] = {.text = "for reading only", TESTS(LAST_BITS(1, OPEN_CHANGES, O_RDONLY))},
    [RULE_OPENAT_READ] = {.text = "for reading only", TESTS(LAST_BITS(2, OPEN_CHANGES, O_RDONLY))},
    [RULE_FLAGS_READ] = {.text = "reading flags and seals only",
                         TESTS(LAST(1, F_GETFD), LAST(1, F_GETFL), LAST(1, GET_SEALS))},
    [RULE_NO_OWNER] = {.text = "not F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE, F_NOTIFY, nor O_ASYNC",
                       .refuses = true,
                       TESTS(LAST(1, SET_OWNER), LAST(1, SET_OWNER_EX), LAST(1, SET_SIGNAL), LAST(1, SET_LEASE),
                             LAST(1, SET_NOTIFY), WORD(1, F_SETFL), LAST_ANY(2, O_ASYNC))},
    [RULE_NO_OWNER_IOCTL] = {.text = "not FIOASYNC, FIOSETOWN, SIOCSPGRP, TIOCSTI, TIOCLINUX",
                             .refuses = true,
                             TESTS(LAST(1, 0x5452), LAST(1, 0x8901), LAST(1, 0x8902), LAST(1, 0x5412),
                                   LAST(1, 0x541c))},
    [RULE_NAMES] = {.text = "names of threads and of memory only",
                    TESTS(LAST(0, NAME_SET), LAST(0, NAME_GET), LAST(0, NAME_MEMORY))},
    /* PR_GET_PDEATHSIG, _DUMPABLE, _KEEPCAPS, _TIMERSLACK, _NO_NEW_PRIVS, _THP_DISABLE, _SECCOMP, PR_CAPBSET_READ;
     * PR_SET_TIMERSLACK, _NO_NEW_PRIVS, _THP_DISABLE */
    [RULE_PRCTL_TAME] = {.text = "names, timer slack and reading only: not PR_SET_PDEATHSIG, PR_SET_PTRACER, ...",
                         TESTS(LAST(0, NAME_SET), LAST(0, NAME_GET), LAST(0, NAME_MEMORY), LAST(0, 2), LAST(0, 3),
                               LAST(0, 7), LAST(0, 30), LAST(0, 39), LAST(0, 42), LAST(0, 21), LAST(0, 23), LAST(0, 29),
                               LAST(0, 38), LAST(0, 41))},
    [RULE_MEMORY_LOAD] = {.text =
                              "private, or shared from a descriptor and not executable; never writable and executable",
                          TESTS(BITS(3, MAP_KIND, MAP_PRIVATE), LAST_BITS(2, PROT_EXEC, 0),
                                BITS(3, MAP_KIND, MAP_PRIVATE), LAST_BITS(2, PROT_WRITE, 0),
                                BITS(3, MAP_KIND | MAP_ANONYMOUS, MAP_SHARED), LAST_BITS(2, PROT_EXEC, 0))},
    [RULE_MEMORY_SERVE] = {.text = "private, anonymous and not executable only",
                           TESTS(BITS(3, MAP_KIND | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS),
                                 LAST_BITS(2, PROT_EXEC, 0))},
    [RULE_MEMORY_SHARED] = {.text = "private and anonymous, or shared from a descriptor; not executable",
                            TESTS(BITS(3, MAP_KIND | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS),
                                  LAST_BITS(2, PROT_EXEC, 0), BITS(3, MAP_KIND | MAP_ANONYMOUS, MAP_SHARED),
                                  LAST_BITS(2, PROT_EXEC, 0))},
    [RULE_MEMORY_NO_SHARED] = {.text = "no shared anonymous memory",
                               .refuses = true,
                               TESTS(LAST_BITS(3, MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS))},
    [RULE_PROTECT_LOAD] = {.text = "never writable and executable",
                           TESTS(LAST_BITS(2, PROT_EXEC, 0), LAST_BITS(2, PROT_WRITE, 0))},
    [RULE_PROTECT_SERVE] = {.text = "not executable", TESTS(LAST_BITS(2, PROT_EXEC, 0))},
    [RULE_THREAD] = {.text = "a thread of this process only",
                     TESTS(BITS(0, ~(uint32_t)THREAD_ALSO, 0), LAST_BITS(0, THREAD_ALL, THREAD_ALL))},
    [RULE_LIMIT_READ] = {.text = "reading this process's limits only",
                         TESTS(WORD(0, 0), NULL_LOW(2), LAST_NULL_HIGH(2), OWN(0), NULL_LOW(2), LAST_NULL_HIGH(2))},
    [RULE_LIMIT_MEMORY] = {.text = "reading this process's limits, and setting RLIMIT_DATA",
                           TESTS(WORD(0, 0), NULL_LOW(2), LAST_NULL_HIGH(2), OWN(0), NULL_LOW(2), LAST_NULL_HIGH(2),
                                 WORD(0, 0), LAST(1, RLIMIT_DATA), OWN(0), LAST(1, RLIMIT_DATA))},
    [RULE_LIMIT_OWN] = {.text = "this process only", TESTS(LAST(0, 0), LAST_OWN(0))},
    [RULE_NO_ADDRESS] = {.text = "over what is connected only", TESTS(NULL_LOW(4), LAST_NULL_HIGH(4))},
    [RULE_HANDLE] = {.text = "of an open descriptor only", TESTS(LAST_BITS(3, EMPTY_PATH, EMPTY_PATH))},
    [RULE_FILTER] = {.text = "one filter more, for all threads",
                     TESTS(WORD(0, SECCOMP_SET_MODE_FILTER), LAST(1, SECCOMP_FILTER_FLAG_TSYNC))},
};
