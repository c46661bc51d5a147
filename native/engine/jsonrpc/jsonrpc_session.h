/* A daemon and the calls it has: one daemon for all calls, or, without a pool, one for each. */
#ifndef LLMB_JSONRPC_SESSION_H
#define LLMB_JSONRPC_SESSION_H

#include "engine/jsonrpc/jsonrpc_call.h"
#include "engine/jsonrpc/jsonrpc_daemon.h"
#include "engine/jsonrpc/jsonrpc_limits.h"

struct probe {
  uint64_t id;     /* of the ping that is not answered yet; 0 if none is */
  uint64_t due_ns; /* when it counts as missed; when the next one is sent */
  unsigned missed; /* in a row */
  bool answered;   /* ever */
};

struct session {
  const struct tool_command *command;
  int waiter;
  bool once; /* the daemon is for one call: told so by the end of its stdin, and killed after its answer */

  struct daemon daemon;
  uint64_t last_id;
  unsigned in_flight;     /* calls the daemon has */
  unsigned in_flight_max; /* and may have: its word for it */
  bool batch, repeatable; /* what it says it can do */
  struct probe probe;
  uint64_t close_ns;                /* when a daemon that closed its stdin or stdout is killed if it has not ended */
  bool more;                        /* of what it wrote is left to be read */
  bool over;                        /* it has ended, and was cleared away */
  llmb_error end;                   /* how */
  char breach[JSONRPC_BREACH_SIZE]; /* what it said that it may not */
  struct tool_buffer info;          /* the object it answered the first ping with; empty if none */

  struct call *calls;
  unsigned call_count; /* of a pooled daemon: as many as were ever in use at once */
  uint64_t last_place;
};

/* Starts the daemon; a pooled one gets the ping that it has to answer before it gets calls, any other its call.
 * Errors: as for tool_open. */
llmb_status session_open(struct session *session, uint64_t now_ns, llmb_error *error);

/* Takes what has come and does what is due. */
void session_step(struct session *session, uint64_t now_ns);

/* When it wants to be looked at though nothing has happened. */
uint64_t session_next_ns(const struct session *session);

/* Whether answers are still on their way to the host. */
bool session_delivers(const struct session *session);

/* Ends the daemon in peace, as far as it goes along, and frees everything. */
void session_close(struct session *session);

#endif
