/* What a server says of itself to whoever asks: its engines, its clients and what each has had. */
#ifndef LLMB_SHARE_STATS_H
#define LLMB_SHARE_STATS_H

#include "keeper/share_state.h"

/* Writes a STATE message; its size, or 0 if it is too long. */
uint64_t share_stats_write(struct share_server *server, char message[sizeof(struct share_head) + SHARE_STATE_SIZE_MAX]);

#endif
