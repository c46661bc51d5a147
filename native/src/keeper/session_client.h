/* The host's half of a session: a helper process for one call, started by the keeper, and what is said to it. Nothing
 * here waits. The caller serialises all calls about one client. */
#ifndef LLMB_SESSION_CLIENT_H
#define LLMB_SESSION_CLIENT_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "keeper/keeper_hold.h"
#include "keeper/session_protocol.h"

struct session_client {
  os_handle socket;     /* to the helper; pollable */
  os_handle helper_end; /* until the keeper was given it */
  struct keeper_hold *keeper;
  struct engine_process process;
};

/* Nothing is open. */
void session_client_init(struct session_client *client);

/* Has a keeper start the helper, if that is still to be done. LLMB_E_NOT_READY: the keeper's socket is full, or it
 * has just ended: to be tried again. */
llmb_status session_client_order(struct session_client *client, const char *program, const char *const *environment,
                                 llmb_error *error);

/* Says it: OPEN makes a way to a new helper first. `bytes` is what `message->size` counts. LLMB_E_UNAVAILABLE: the
 * helper has ended. */
llmb_status session_client_say(struct session_client *client, enum session_message_kind kind,
                               struct session_message *message, const void *bytes, int *os_code);

/* Takes what the helper has said. LLMB_E_NOT_READY: nothing; LLMB_E_UNAVAILABLE: it has ended. A text that came is
 * copied into *out_text, which the caller frees with memory_release. */
llmb_status session_client_hear(const struct session_client *client, struct session_message *out, char **out_text,
                                int *os_code);

/* Why the keeper did not start the helper, of which nothing more was heard, with its error; LLMB_OK if it did. */
llmb_status session_client_refusal(struct session_client *client, const char *name, llmb_error *error);

/* From here on the helper can say nothing more: true if STORED was its last word before that. Else what it may have
 * written is taken back. Closes everything. */
bool session_client_end(struct session_client *client);

#endif
