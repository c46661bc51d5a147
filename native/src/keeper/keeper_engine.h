/* The keeper's engines: who they are, and what becomes of them. */
#ifndef LLMB_KEEPER_ENGINE_H
#define LLMB_KEEPER_ENGINE_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "keeper/keeper_guard.h"
#include "keeper/keeper_limits.h"
#include "keeper/keeper_log.h"
#include "keeper/keeper_log_file.h"
#include "platform/os_handle.h"

enum engine_state {
  ENGINE_STARTING, /* forked; whether it could exec is not known yet */
  ENGINE_RUNNING,
  ENGINE_FAILED /* it could not exec, the host has been told; it is about to end */
};

struct engine {
  enum engine_state state;
  uint64_t id;
  pid_t pid;          /* its own until it is reaped, which only keeper_reap does */
  os_handle process;  /* its pidfd */
  os_handle events;   /* to the host */
  os_handle lifeline; /* to the engine, which sees its end */
  os_handle bell;     /* from the engine: there is an earlier guard */
  os_handle exec_pipe, log_pipe;
  struct keeper_log_file log_file;
  struct keeper_guard_page *guards;
  bool guard_expired;       /* and it was killed for it */
  bool is_server;           /* of a shared engine: whatever happens here, it goes on */
  bool is_session;          /* the helper of a session: it is given time to end by itself */
  bool is_shared;           /* this process is its server: a guard that has passed first calls its call off */
  bool wants_nudge;         /* of a shared one: it is to look at what stands in its page */
  uint64_t called_off_ns;   /* when a call of it was last called off */
  uint64_t stuck_since_ns;  /* since when a call that was called off goes on */
  uint32_t *working_at_end; /* KEEPER_GUARDS_MAX of them; filled with whose calls it had, if not NULL */
  struct keeper_log log;
};

struct engine_table {
  struct engine *engines[KEEPER_ENGINES_MAX];
  unsigned count;
};

struct engine *engine_find_id(const struct engine_table *table, uint64_t id);
struct engine *engine_find_pid(const struct engine_table *table, pid_t pid);

/* Kills the engine and its process group; what else it started follows when it is reaped. */
void engine_kill(struct engine *engine);

/* Looks at how its exec went, and tells the host once that is known. */
void engine_settle_start(struct engine *engine);

/* Tells the host that an engine could not be started. */
void engine_send_failed(os_handle events, int32_t status, const char *step, int os_code);

/* Takes at most `limit` bytes that wait on its stderr. */
void engine_read_log(struct engine *engine, uint64_t limit);

/* It has rung: the guards are looked at before the next sleep anyway. */
void engine_hear_bell(struct engine *engine);

/* The host's end of the events says nothing; when it is readable, it is closed and nobody wants the engine. */
void engine_lose_host(struct engine *engine);

/* Tells the host how it ended, and forgets it. */
void engine_finish(struct engine_table *table, struct engine *engine, const siginfo_t *how, uint64_t peak);

/* Closes whatever of it is open and frees it. NULL is fine. */
void engine_free(struct engine *engine);

#endif
