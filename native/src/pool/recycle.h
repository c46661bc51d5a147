/* When a worker that still works is to be replaced: after so many calls, or so much growth of its memory. Pure: time,
 * chance and what was measured come in as parameters. */
#ifndef LLMB_RECYCLE_H
#define LLMB_RECYCLE_H

#include <stdbool.h>
#include <stdint.h>

/* What a bridge wants; 0 is never. */
struct recycle_limits {
  uint64_t calls;
  uint64_t growth_bytes;
};

/* How far one worker is. */
struct recycle {
  uint64_t calls_left; /* 0: never by calls */
  uint64_t growth_bytes;
  uint64_t bytes_when_ready, look_ns; /* when its memory is to be measured next */
};

/* A new worker. Its number of calls is spread, so that workers started together are not replaced together. */
struct recycle recycle_begin(const struct recycle_limits *limits, uint64_t *chance);

/* It has answered another call: whether that was enough. */
bool recycle_note_call(struct recycle *recycle);

/* Whether its memory is to be measured now. */
bool recycle_measures(const struct recycle *recycle, uint64_t now_ns);

/* What was measured when it was ready, and later: whether it has grown too much since. */
void recycle_note_ready(struct recycle *recycle, uint64_t bytes, uint64_t now_ns);
bool recycle_note_memory(struct recycle *recycle, uint64_t bytes, uint64_t now_ns);

#endif
