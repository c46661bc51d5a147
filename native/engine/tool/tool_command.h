/* What is to be run, found out once when the engine starts. */
#ifndef LLMB_TOOL_COMMAND_H
#define LLMB_TOOL_COMMAND_H

#include <llmbridge/engine.h>

#include "core/command_text.h"

enum { TOOL_PATH_SIZE_MAX = 4096 };

struct tool_command {
  struct command command;
  char program[TOOL_PATH_SIZE_MAX]; /* where it is */
  uint32_t processes_more;          /* how many a call of it lets its user have besides those that there are */
};

/* Reads the setting `command`, finds its program, and sees to the settings memory_mb and sandbox, as far as a program
 * that nobody knows can be confined. On failure the engine should refuse with *error. */
llmb_status tool_command_prepare(const llmb_engine *engine, struct tool_command *out, llmb_error *error);

#endif
