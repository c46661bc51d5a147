/* The library's side of the keeper: the one process that a host ever starts, and the only parent of engines.
 *
 * One keeper serves all bridges of the process. It is started by the first keeper_acquire, and again by a later one if
 * it has died meanwhile. The caller serialises keeper_acquire and keeper_release (api/process_state.c does). */
#ifndef LLMB_KEEPER_CLIENT_H
#define LLMB_KEEPER_CLIENT_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "platform/os_handle.h"

struct keeper;

/* Starts the keeper program at `program_path`, and waits for its greeting until deadline_ns, at most
 * KEEPER_START_TIMEOUT_NS. */
llmb_status keeper_start(const char *program_path, uint64_t deadline_ns, struct keeper **out_keeper, llmb_error *error);

/* Ends a keeper that no longer does its work, and its engines with it, without waiting. keeper_stop is still owed. */
void keeper_kill(struct keeper *keeper);

/* False once the keeper has ended or its socket is broken. */
bool keeper_alive(struct keeper *keeper);

/* Says goodbye: the keeper ends its engines and itself; waits for that, at most KEEPER_STOP_TIMEOUT_NS, then kills
 * it. NULL is fine. In a forked child use keeper_abandon, which only closes descriptors and frees. */
void keeper_stop(struct keeper *keeper);
void keeper_abandon(struct keeper *keeper);

/* What to run. All pointers are only read during the call. Relative paths start at the caller's working folder as it is
 * during the call; the engine starts in that folder. `program` is never looked for on PATH. */
struct keeper_spawn {
  const char *program;            /* path */
  const char *const *arguments;   /* argv, NULL at the end */
  const char *const *environment; /* "NAME=value", NULL at the end: exactly this and nothing else */
  const char *log_file;           /* stderr is appended there too; NULL for none; must be writable */
  os_handle engine_socket;        /* becomes descriptor 3 of the engine; stays the caller's here, who closes it */
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
 * thread. LLMB_E_INVALID_ARGUMENT when program, arguments and environment exceed keeper_limits.h, LLMB_E_OVERLOADED
 * when the keeper takes no messages for KEEPER_SEND_TIMEOUT_NS, LLMB_E_UNAVAILABLE when it is gone. */
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
  char step[32];                 /* of starting it: "fork", "exec", ... */
  char log[ENGINE_LOG_SIZE_MAX]; /* the last of its stderr, checked by error_copy_text */
};

/* The next event: LLMB_OK, or LLMB_E_NOT_READY when there is none now, or none will follow. Never blocks. */
llmb_status engine_process_next_event(struct engine_process *process, struct keeper_event *out);

/* Kills the engine at once through its handle, and asks the keeper to kill what it started. The EXIT event follows.
 * `keeper` may be NULL, or gone. */
void engine_process_kill(struct keeper *keeper, struct engine_process *process);

/* Closes the descriptors. The keeper kills an engine that nobody watches any more, if it still runs. */
void engine_process_close(struct engine_process *process);

#endif
