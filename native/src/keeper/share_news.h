/* What a shared engine has said, and how it ended: told to its clients. */
#ifndef LLMB_SHARE_NEWS_H
#define LLMB_SHARE_NEWS_H

#include "keeper/share_state.h"

/* Takes in what the engine has said, and its end. */
void share_news_step(struct share_server *server, struct share_engine *engine, uint64_t now_ns);

#endif
