/* The last of what an engine wrote to stderr. */
#ifndef LLMB_KEEPER_LOG_H
#define LLMB_KEEPER_LOG_H

#include <stdint.h>

#include "keeper/keeper_limits.h"

struct keeper_log {
  uint64_t written; /* bytes ever */
  char ring[KEEPER_LOG_RING_SIZE];
};

void keeper_log_append(struct keeper_log *log, const char *bytes, uint64_t size);

/* Copies the end, at most `capacity` bytes; begins at a line's start if that leaves anything. Returns its size. */
uint64_t keeper_log_tail(const struct keeper_log *log, char *out, uint64_t capacity);

#endif
