/* The clients of a server. */
#ifndef LLMB_SHARE_CLIENT_H
#define LLMB_SHARE_CLIENT_H

#include "keeper/share_state.h"

void share_client_accept(struct share_server *server, uint64_t now_ns);

/* Takes in what the client has said, or its end. */
void share_client_step(struct share_server *server, struct share_client *client, uint64_t now_ns);

/* Gives it an engine to wait for. */
void share_client_place(struct share_server *server, struct share_client *client);

void share_client_drop(struct share_server *server, struct share_client *client);

/* Refuses it, with a reason, and drops it. */
void share_client_refuse(struct share_server *server, struct share_client *client, llmb_status status,
                         const char *text);

/* Sends it a message of its engine's. */
void share_client_relay(struct share_server *server, struct share_client *client, const char *message, uint64_t size);

unsigned share_client_count(const struct share_server *server);

#endif
