/* What the keeper tells of an engine. */
#ifndef LLMB_KEEPER_EVENT_H
#define LLMB_KEEPER_EVENT_H

#include "keeper/keeper_client.h"

/* The next event: LLMB_OK, or LLMB_E_NOT_READY when there is none now, or none will follow. Never blocks. */
llmb_status engine_process_next_event(struct engine_process *process, struct keeper_event *out);

/* Closes the descriptors. The keeper kills an engine that nobody watches any more, if it still runs. */
void engine_process_close(struct engine_process *process);

#endif
