/* The engines of a server, and what a client needs to talk to one. */
#ifndef LLMB_SHARE_ENGINE_H
#define LLMB_SHARE_ENGINE_H

#include "keeper/share_state.h"

/* The engine that a new client gets, which may have to be started; NULL if that is impossible. */
struct share_engine *share_engine_choose(struct share_server *server);

/* Whether the files of the model are those that the key stands for. */
bool share_engine_model_is_same(struct share_server *server);

/* Gives it a client, with all that the two need to talk. LLMB_E_NOT_READY: to be tried again. */
llmb_status share_engine_attach(struct share_server *server, struct share_engine *engine, struct share_client *client);

/* It has closed its end, and gets a moment to end by itself. */
void share_engine_lose(struct share_engine *engine);

/* Makes it look at its page. */
void share_engine_nudge(struct share_engine *engine);

/* Its page, shared with it; NULL once it has ended. */
struct keeper_guard_page *share_engine_page(struct share_server *server, const struct share_engine *engine);

/* Closes what is left of one that has ended. */
void share_engine_forget(struct share_engine *engine);

#endif
