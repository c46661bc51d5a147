/* One call: one process, from its prompt to its exit status. */
#ifndef LLMB_EXEC_RUN_H
#define LLMB_EXEC_RUN_H

#include <stdbool.h>

#include <llmbridge/engine.h>

#include "engine/tool/tool_command.h"
#include "engine/tool/tool_limits.h"
#include "engine/tool/tool_log.h"
#include "engine/tool/tool_process.h"

struct exec_run {
  llmb_request *request; /* NULL: this place is free */
  const char *program;
  struct tool tool;
  int output, log; /* pipes; -1 when at their end */
  int waiter;      /* the epoll descriptor they are in; its looks raise the next two flags */
  bool output_ready, log_ready;
  bool output_waits; /* the host reads too slowly: not looked at until there is room */
  bool cancelled;
  char chunk[TOOL_CHUNK_SIZE]; /* read and not taken by the channel yet */
  uint64_t chunk_size;
  struct tool_log tail;
  uint64_t kill_ns;     /* when a program that was asked to end is killed; LLMB_NEVER if none was */
  uint64_t close_ns;    /* when to stop waiting for output after its end */
  uint64_t progress_ns; /* when to say that it goes on */
};

/* Starts the program, or ends the request with why that cannot be. */
void exec_run_begin(struct exec_run *run, const struct tool_command *tool, int waiter, llmb_request *request);

/* Takes what has come and does what is due; the request is over when run->request is NULL. */
void exec_run_step(struct exec_run *run, uint64_t now_ns);

/* When it wants to be looked at though nothing has happened. */
uint64_t exec_run_next_ns(const struct exec_run *run);

#endif
