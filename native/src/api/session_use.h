/* What a call knows of its session. */
#ifndef LLMB_SESSION_USE_H
#define LLMB_SESSION_USE_H

#include "api/call_object.h"
#include "core/json_writer.h"
#include "keeper/session_client.h"

enum session_stage {
  SESSION_ASKED,    /* the turn is waited for, or, once it has been had, what the model is to see of the session */
  SESSION_HAS_TURN, /* the call goes its way through the pool */
  SESSION_STORING,  /* the answer is complete, and not yet known to be durable */
  SESSION_OVER
};

struct call_session {
  struct session_client client;
  enum session_stage stage;
  char name[80];
  char doing[SESSION_DOING_SIZE]; /* what the call is doing while it waits */
  char event[SESSION_DOING_SIZE]; /* what was found in the log, until it is told */
  char *request;      /* the call's settings and its prompt, for its helper, and another one after the first */
  char *conversation; /* what the helper said the model is to see */
  char *answer;       /* its tokens and its text, once it is complete */
  uint64_t request_size, pairs_size, answer_size, tokens_size, id;
  uint64_t settings_size; /* of the request to the engine, without the conversation */
  uint64_t again_ns;      /* when to try the order again; LLMB_NEVER once it was given */
  uint64_t records, dropped;
  uint32_t tail, tries;
  bool may_drop, may_repeat, had_turn;
};

llmb_status session_use_open(struct call_session **out);

/* What the call is doing is to wait for its session, and no more is known. */
void session_use_wait(struct call_session *session);

/* Frees it; NULL is fine. Returns NULL. */
void *session_use_close(struct call_session *session);

/* A member for llmb_call_details. */
void session_use_write(const struct call_session *session, struct json_writer *writer);

/* Whether the call waits for its session now, and for no engine. */
static inline bool call_session_is_pending(const llmb_call *call) {
  return call->session != NULL && (call->session->stage == SESSION_ASKED || call->session->stage == SESSION_STORING);
}

/* What to poll then; else OS_HANDLE_NONE. */
static inline os_handle call_session_polled(const llmb_call *call) {
  return call_session_is_pending(call) ? call->session->client.socket : OS_HANDLE_NONE;
}

#endif
