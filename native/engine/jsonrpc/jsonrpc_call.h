/* One call, from the host's request to its end. */
#ifndef LLMB_JSONRPC_CALL_H
#define LLMB_JSONRPC_CALL_H

#include <stdbool.h>

#include <llmbridge/engine.h>

#include "engine/jsonrpc/jsonrpc_answer.h"

enum call_state {
  CALL_FREE,
  CALL_WAITS,   /* not accepted yet: the daemon has not seen it */
  CALL_SENT,    /* the daemon has it */
  CALL_ANSWERED /* and has answered, but the host has not taken all of it */
};

struct call {
  enum call_state state;
  llmb_request *request;
  uint64_t id;          /* while it waits: its place in the order in which calls came */
  uint64_t kill_ns;     /* when the daemon pays for not letting it go; LLMB_NEVER until it is cancelled */
  uint64_t progress_ns; /* when to say that it goes on */
  uint64_t answer_max;  /* how long its answer may be, once it was sent */
  struct answer answer;
};

void call_begin(struct call *call, llmb_request *request, uint64_t place);

/* The daemon is about to get it. */
void call_note_sent(struct call *call, uint64_t id, uint64_t now_ns);

bool call_is_cancelled(const struct call *call);

/* Ends it, with an error if one is given, and frees it. */
void call_finish(struct call *call, const llmb_error *error);

void call_finish_cancelled(struct call *call);

/* Hands its answer on; ends it when all is written. */
void call_write(struct call *call);

/* Says that it goes on, if that is due. */
void call_step_progress(struct call *call, uint64_t now_ns);

/* What a daemon is granted to let go of it. */
uint64_t call_patience_ns(const struct call *call);

#endif
