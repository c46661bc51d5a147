/* One program of the user's, run by an engine. */
#ifndef LLMB_TOOL_PROCESS_H
#define LLMB_TOOL_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include <llmbridge/status.h>

struct tool {
  pid_t pid;   /* its own until tool_reap; 0 if it does not run */
  int process; /* its pidfd: readable when it has ended; -1 if none */
};

struct tool_start {
  const char *program;          /* path */
  const char *const *arguments; /* NULL at the end */
  char *const *environment;     /* NULL at the end */
  int input, output, log;       /* become its descriptors 0, 1 and 2; stay the caller's */
};

/* Starts it in a session of its own, so that its group can be killed and no terminal reaches it. Errors:
 * LLMB_E_NOT_FOUND, LLMB_E_SPAWN_FAILED, LLMB_E_OUT_OF_MEMORY; os_code is set. The first two say that it never ran. */
llmb_status tool_open(const struct tool_start *start, struct tool *out, llmb_error *error);

/* Asks its process group to end. */
void tool_terminate(const struct tool *tool);

/* Once it has ended: how, into the error's exit_kind and exit_value; false if it still runs. Its number is free for
 * others from here on, so what it started must have been killed before (tool_tree_kill). */
bool tool_reap(struct tool *tool, llmb_error *out_exit);

/* Whether it has ended, without reaping it. */
bool tool_ended(const struct tool *tool);

#endif
