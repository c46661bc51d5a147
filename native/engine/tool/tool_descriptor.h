/* Descriptors between an engine and the programs it runs. */
#ifndef LLMB_TOOL_DESCRIPTOR_H
#define LLMB_TOOL_DESCRIPTOR_H

#include <stdbool.h>

/* A pipe whose reader, this engine, never waits. On failure, by errno, what was opened stands in the two. */
bool tool_pipe_open(int *out_read, int *out_write);

/* Returns -1; a descriptor below 0 is fine. */
int tool_descriptor_close(int descriptor);

#endif
