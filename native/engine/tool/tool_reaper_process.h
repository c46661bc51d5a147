/* The process between an engine and one program at a time. It is the program's parent and a subreaper, so whatever the
 * program starts, however it starts it, becomes its child when it loses its parent: what belongs to the program is
 * everything below this process, and nothing else is. */
#ifndef LLMB_TOOL_REAPER_PROCESS_H
#define LLMB_TOOL_REAPER_PROCESS_H

#include <sys/types.h>

#include "engine/tool/tool_reaper_plan.h"

/* Serves START, TERMINATE and CLEAR until the engine is gone. For a process that was just forked. */
_Noreturn void reaper_process_run(int socket, const struct reaper_plan *plan, pid_t engine);

#endif
