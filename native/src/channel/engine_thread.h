/* An engine module in a thread of this very process, behind the same channel: what isolation=inproc is. It cannot be
 * killed: one that hangs is left behind. */
#ifndef LLMB_ENGINE_THREAD_H
#define LLMB_ENGINE_THREAD_H

#include <stdbool.h>

#include <llmbridge/engine.h>

#include "platform/os_handle.h"

struct engine_thread;

/* Starts the thread; it loads the module and connects through `socket`, which it takes over. What fails there it says
 * through the channel. */
llmb_status engine_thread_start(const char *module_path, const char *name, os_handle socket,
                                struct engine_thread **out);

/* Whether the module has returned. That its socket is closed says less: the host may have closed it. */
bool engine_thread_ended(const struct engine_thread *thread);

/* Waits for its end, which must be near; returns the module's exit status. Frees the struct. */
int32_t engine_thread_join(struct engine_thread *thread);

/* Leaves it alone for good: it frees its struct if it ever ends. */
void engine_thread_abandon(struct engine_thread *thread);

#endif
