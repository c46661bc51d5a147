/* What one call runs: the command with its prompt, and the environment that says what was asked for. */
#ifndef LLMB_EXEC_COMMAND_H
#define LLMB_EXEC_COMMAND_H

#include <stdbool.h>

#include <llmbridge/engine.h>

#include "engine/tool/tool_command.h"
#include "engine/tool/tool_limits.h"

struct exec_command {
  const char *arguments[COMMAND_ARGUMENTS_MAX + 1];
  char *environment[TOOL_ENVIRONMENT_MAX + 1]; /* this engine's, then `owned` */
  unsigned environment_count, owned_from;
  char *owned_argument; /* an option with the prompt as its value; NULL if there is none */
  bool prompt_is_argument;
};

/* Fills in the prompt where the command wants it, and sets the call's settings as LLMBRIDGE_NAME. Errors:
 * LLMB_E_INVALID_ARGUMENT for a prompt that cannot be an argument. */
llmb_status exec_command_make(const struct tool_command *tool, llmb_request *request, struct exec_command *out,
                              llmb_error *error);

/* Frees what it made. */
void exec_command_clear(struct exec_command *command);

#endif
