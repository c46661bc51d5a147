/* Noticing what the host has written, and sleeping until it writes. */
#ifndef LLMB_ENGINE_SLEEP_H
#define LLMB_ENGINE_SLEEP_H

#include "channel/engine_channel.h"

/* Whether the host has written since engine_note_writes. */
bool engine_host_wrote(const llmb_engine *engine);

/* Sleeps until the host writes, the host is gone, what is watched is readable (true) or the deadline passes. */
bool engine_sleep(llmb_engine *engine, uint64_t deadline_ns);

/* Remembers that the host has written, if it has. The only place that takes the sequence in: a write that came between
 * a look at it and another would concern nobody. */
void engine_note_writes(llmb_engine *engine);

#endif
