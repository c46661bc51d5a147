/* One program of the user's, run by an engine, with all that it starts. */
#ifndef LLMB_TOOL_PROCESS_H
#define LLMB_TOOL_PROCESS_H

#include <stdbool.h>

#include <llmbridge/status.h>

struct tool_reaper;

struct tool {
  struct tool_reaper *reaper; /* who watches over it; NULL if nobody does (any more) */
  bool opened;                /* it was started, and not closed yet */
  bool refused;               /* it never ran, for `start_status` and `start_os_code` */
  bool ended;                 /* the program has, not all that it started; its exit is known */
  bool gone;                  /* and all that it started: nothing is left */
  bool clearing;              /* all of it is being killed */
  bool lost;                  /* its reaper ended before it */
  uint64_t patience_ns;       /* while it is killed: when its reaper is not waited for any more */
  int32_t exit_kind, exit_value;
  int32_t start_status, start_os_code;
};

struct tool_start {
  const char *program;          /* path */
  const char *const *arguments; /* NULL at the end */
  char *const *environment;     /* NULL at the end */
  int input, output, log;       /* become its descriptors 0, 1 and 2; stay the caller's */
  uint32_t processes_more;      /* how many processes it lets its user have besides those that there are; 0: any */
  bool awaited;                 /* tool_open waits until it runs; else `refused` may follow */
};

/* Starts it in a session of its own, so that no terminal reaches it. News of it wakes who waits for the epoll
 * descriptor `waiter`, which is the same for all of an engine's programs. Errors: LLMB_E_NOT_FOUND,
 * LLMB_E_SPAWN_FAILED, LLMB_E_OVERLOADED, LLMB_E_OUT_OF_MEMORY, which say that it never ran; LLMB_E_ENGINE_CRASHED:
 * nobody knows. os_code is set. */
llmb_status tool_open(const struct tool_start *start, int waiter, struct tool *out, llmb_error *error);

/* Takes the news of it, waiting for some up to a limit; 0 does not wait, and goes by the last tool_watch_look. */
void tool_look(struct tool *tool, int limit_ms);

/* Says why it never ran. */
llmb_status tool_explain_refusal(const struct tool *tool, const char *program, llmb_error *error);

/* Asks its process group to end. */
void tool_terminate(struct tool *tool);

/* Has the program killed, and all that it started; `gone` follows. May be said more than once. */
void tool_clear(struct tool *tool);

/* When tool_look is due though nothing has happened. */
uint64_t tool_next_ns(const struct tool *tool);

/* Forgets one that is gone; of another it ends the reaper, and leaves what is left to reapers_step. */
void tool_close(struct tool *tool);

#endif
