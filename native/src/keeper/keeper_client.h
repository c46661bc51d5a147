/* The library's side of the keeper: the one process that a host ever starts, and the only parent of engines.
 *
 * One keeper serves all bridges of the process (keeper_hold.h). Nothing here waits but keeper_await_end. The caller
 * serialises all calls about one keeper. */
#ifndef LLMB_KEEPER_CLIENT_H
#define LLMB_KEEPER_CLIENT_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "platform/os_handle.h"

struct keeper;

/* Starts the keeper program at `program_path`; its greeting follows. Orders may be sent before it has come. */
llmb_status keeper_launch(const char *program_path, struct keeper **out_keeper, llmb_error *error);

/* Whether the keeper has greeted: LLMB_OK, LLMB_E_NOT_READY while that may still come (at most until
 * keeper_greeting_until_ns; then the handle tells when to look again), or why it never will. */
llmb_status keeper_greeting(struct keeper *keeper, uint64_t now_ns, llmb_error *error);
uint64_t keeper_greeting_until_ns(const struct keeper *keeper); /* LLMB_NEVER once that is decided */
os_handle keeper_greeting_handle(const struct keeper *keeper);  /* OS_HANDLE_NONE once that is decided */

/* Ends a keeper that no longer does its work, and its engines with it, without waiting. A goodbye is still owed. */
void keeper_kill(struct keeper *keeper);

/* False once the keeper has ended, its socket is broken, or its start has failed. */
bool keeper_alive(struct keeper *keeper);

/* Tells the keeper to end its engines and itself. */
void keeper_say_goodbye(struct keeper *keeper);

/* After goodbye: whether the keeper has ended, or its end cannot be seen since it never greeted. */
bool keeper_has_left(const struct keeper *keeper);

/* After goodbye: waits for the keeper's end, at most KEEPER_STOP_TIMEOUT_NS after the goodbye, then kills it; frees. */
void keeper_await_end(struct keeper *keeper);

/* Only closes descriptors and frees: for a forked child. NULL is fine. */
void keeper_abandon(struct keeper *keeper);

/* What to run. All pointers are only read during the call. Relative paths start at the caller's working folder as it is
 * during the call; the engine starts in that folder. `program` is never looked for on PATH. */
struct keeper_spawn {
  const char *program;            /* path */
  const char *const *arguments;   /* argv, NULL at the end */
  const char *const *environment; /* "NAME=value", NULL at the end: exactly this and nothing else */
  const char *log_file;           /* stderr is appended there too; NULL for none; must be writable */
  os_handle engine_socket;        /* becomes descriptor 3 of the engine; stays the caller's here, who closes it */
  bool is_server;                 /* it goes on when nobody watches it any more, and when the keeper has ended */
  bool is_session;                /* the helper of a session: it may end what it is writing when nobody watches it */
};

/* The host's view of one engine process. */
struct engine_process {
  os_handle events;  /* messages from the keeper about it; pollable */
  os_handle process; /* its handle, from the SPAWNED event on */
  int64_t pid;       /* for logs */
  uint64_t id;       /* the keeper's number for it */
  bool ended;        /* EXIT, SPAWN_FAILED or LOST has been told: nothing follows, so poll `events` no more */
};

/* Asks the keeper to start an engine; returns without waiting for it: the SPAWNED or SPAWN_FAILED event follows. Any
 * thread. LLMB_E_INVALID_ARGUMENT when program, arguments and environment exceed keeper_limits.h, LLMB_E_NOT_READY
 * when the keeper's socket is full: to be tried again. LLMB_E_UNAVAILABLE when it is gone. */
llmb_status keeper_spawn(struct keeper *keeper, const struct keeper_spawn *spawn, struct engine_process *out,
                         llmb_error *error);

enum keeper_event_kind {
  KEEPER_EVENT_SPAWNED,      /* process and pid of engine_process are set now */
  KEEPER_EVENT_SPAWN_FAILED, /* status, os_code, step */
  KEEPER_EVENT_EXIT,         /* exit_kind, exit_value, log */
  KEEPER_EVENT_LOST          /* the keeper is gone; so is the engine, how is unknown */
};

enum { ENGINE_LOG_SIZE_MAX = 2048 };

struct keeper_event {
  enum keeper_event_kind kind;
  llmb_status status;
  int32_t os_code;
  int32_t exit_kind, exit_value; /* enum llmb_exit_kind */
  uint8_t guard_expired;         /* of EXIT: the keeper stopped it because a guard time had passed */
  uint8_t memory_was_short;      /* of EXIT: the kernel has killed it for want of memory */
  bool closed_here;              /* of LOST: this process has closed what the news came by */
  char step[32];                 /* of starting it: "fork", "exec", ... */
  char log[ENGINE_LOG_SIZE_MAX]; /* the last of its stderr, checked by error_copy_text */
};

/* Kills the engine at once through its handle, and asks the keeper to kill what it started. The EXIT event follows.
 * `keeper` may be NULL, or gone. */
void engine_process_kill(struct keeper *keeper, struct engine_process *process);

#endif
