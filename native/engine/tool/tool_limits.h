/* Named maxima and times of the engines that run programs. */
#ifndef LLMB_TOOL_LIMITS_H
#define LLMB_TOOL_LIMITS_H

#include <stdint.h>

enum {
  TOOL_LOG_SIZE = 2 << 10,              /* of a program's stderr that is kept */
  TOOL_CHUNK_SIZE = 16 << 10,           /* read from it at once */
  TOOL_LAST_CHUNKS_MAX = 8,             /* read after its end: more than a pipe holds */
  TOOL_PROMPT_ARGUMENT_MAX = 128 << 10, /* Linux takes no longer argument */
  TOOL_ENVIRONMENT_MAX = 256,           /* variables a program gets */
  TOOL_EVENTS_MAX = 32,                 /* descriptors found ready in one look */
  TOOL_TREE_MAX = 4096,                 /* processes of one tree that are killed one by one */
  TOOL_TREE_ROUNDS_MAX = 16             /* looks for processes that were started meanwhile */
};

/* What it may still have to say after its end: a grandchild that keeps its stdout open delays nothing for longer. */
#define TOOL_LAST_OUTPUT_NS UINT64_C(400000000)

/* Between asking it to end and killing it, at most; never more than half of the call's grace. */
#define TOOL_PATIENCE_NS UINT64_C(1000000000)

/* How often a program that runs counts as progress, where nothing was said about stalls. */
#define TOOL_PROGRESS_EVERY_NS UINT64_C(500000000)

#endif
