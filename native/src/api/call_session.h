/* A call that goes on with a session: its helper (keeper/session_protocol.h) has the turn, and the log. */
#ifndef LLMB_CALL_SESSION_H
#define LLMB_CALL_SESSION_H

#include "api/call_verdict.h"
#include "api/session_use.h"

/* Asks for the turn. */
llmb_status call_session_open(llmb_call *call, llmb_error *error);

/* Looks at what the helper has said. */
void call_session_look(llmb_call *call, uint64_t now_ns, struct call_verdict *verdict);

/* Under the lock. The turn has come: the conversation becomes what is asked. */
llmb_status call_session_converse(llmb_call *call, llmb_error *error);

/* Gives the answer to the session. */
llmb_status call_session_store(llmb_call *call, uint64_t now_ns);

/* Whether the session was asked for a shorter conversation, since this one has no room. */
bool call_session_drop(llmb_call *call);

/* Ends what is left of the session's turn: true if the answer was stored before that, else it is not. */
bool call_session_end(llmb_call *call);

#endif
