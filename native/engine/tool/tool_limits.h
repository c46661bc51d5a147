/* Named maxima and times of the engines that run programs. */
#ifndef LLMB_TOOL_LIMITS_H
#define LLMB_TOOL_LIMITS_H

#include <stdint.h>

enum {
  TOOL_LOG_SIZE = 2 << 10,              /* of a program's stderr that is kept */
  TOOL_CHUNK_SIZE = 16 << 10,           /* read from it at once */
  TOOL_TURN_CHUNKS_MAX = 64,            /* of them before others are looked at */
  TOOL_LAST_CHUNKS_MAX = 8,             /* read after its end: more than a pipe holds */
  TOOL_PROMPT_ARGUMENT_MAX = 128 << 10, /* Linux takes no longer argument */
  TOOL_ENVIRONMENT_MAX = 256,           /* variables a program gets */
  TOOL_EVENTS_MAX = 32,                 /* descriptors found ready in one look */
  TOOL_TREE_MAX = 4096,                 /* processes that are killed in one look */
  TOOL_SWEEP_ROUNDS_MAX = 4,            /* such looks of an engine before it serves its calls again */
  TOOL_REAPERS_MAX = 64,                /* programs at once: one for each slot */
  TOOL_PLAN_SIZE = 4 << 20,             /* of a program's arguments and environment: Linux takes less */
  TOOL_START_LIMIT_MS = 30000,          /* for an exec */
  TOOL_DESCRIPTORS_MAX = 1024,          /* closed one by one where close_range is missing */
  TOOL_PROCESSES_MORE = 64,             /* that a call's program lets its user have, besides those that there are, */
  TOOL_PROCESSES_PER_SLOT = 16,         /* or so many for each call that there may be at once, */
  TOOL_PROCESSES_PER_PROCESSOR = 4,     /* or so many, threads counted, for each processor */
  TOOL_DAEMON_PROCESSES_MORE = 1024     /* for a daemon: it lives long, and its user gets other processes meanwhile */
};

/* What it may still have to say after its end: a grandchild that keeps its stdout open delays nothing for longer. */
#define TOOL_LAST_OUTPUT_NS UINT64_C(400000000)

/* Between asking it to end and killing it, at most; never more than half of the call's grace. */
#define TOOL_PATIENCE_NS UINT64_C(1000000000)

/* How often a program that runs counts as progress, where nothing was said about stalls. */
#define TOOL_PROGRESS_EVERY_NS UINT64_C(500000000)

/* How long a count of a user's processes counts. */
#define TOOL_COUNT_AGE_NS UINT64_C(5000000000)

/* How long a reaper may take to kill what a program started, and the engine itself what a reaper has left. */
#define TOOL_CLEAR_LIMIT_NS UINT64_C(2000000000)
#define TOOL_SWEEP_LIMIT_NS UINT64_C(2000000000)
#define TOOL_SWEEP_AGAIN_NS UINT64_C(5000000)

#endif
