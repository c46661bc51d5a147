/* Bytes that grow at the end and are taken from the front. Zero-initialised is empty. */
#ifndef LLMB_TOOL_BUFFER_H
#define LLMB_TOOL_BUFFER_H

#include <llmbridge/status.h>

struct tool_buffer {
  char *bytes;
  uint64_t size, capacity;
};

/* Makes room for more bytes behind those that are there. */
llmb_status tool_buffer_reserve(struct tool_buffer *buffer, uint64_t more);

llmb_status tool_buffer_append(struct tool_buffer *buffer, const char *bytes, uint64_t size);

/* Takes bytes off the front. */
void tool_buffer_drop(struct tool_buffer *buffer, uint64_t size);

/* Frees it; it is empty then. */
void tool_buffer_clear(struct tool_buffer *buffer);

#endif
