/* The last of what a program wrote to its stderr. */
#ifndef LLMB_TOOL_LOG_H
#define LLMB_TOOL_LOG_H

#include <stdint.h>

#include "engine/tool/tool_limits.h"

struct tool_log {
  char text[TOOL_LOG_SIZE];
  uint64_t size;
  uint64_t total_size; /* of all that came */
};

enum tool_log_news { TOOL_LOG_NOTHING, TOOL_LOG_TEXT, TOOL_LOG_END };

/* Takes what can be read from the pipe now, at most one chunk, keeps its end, and passes it on to this engine's own
 * stderr. */
enum tool_log_news tool_log_read(struct tool_log *log, int pipe);

/* Copies it into an error's engine_log: `capacity` bytes, NUL included. */
void tool_log_copy(const struct tool_log *log, char *out, uint64_t capacity);

#endif
