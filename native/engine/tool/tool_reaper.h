/* The engine's side of its reapers (tool_reaper_process.h): they are made when as many programs run at once as never
 * before, and kept, since making one costs more than a short program. One thread uses them. */
#ifndef LLMB_TOOL_REAPER_H
#define LLMB_TOOL_REAPER_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "engine/tool/tool_reaper_plan.h"
#include "platform/os_handle.h"

struct tool_reaper;

/* One that has nothing to do; it is the caller's until it is given back. The first call decides for all in which epoll
 * descriptor their sockets are, so that whoever waits there is woken. Errors: LLMB_E_SPAWN_FAILED with what was
 * refused, and os_code; LLMB_E_OVERLOADED when there are TOOL_REAPERS_MAX. */
llmb_status reaper_take(int waiter, struct tool_reaper **out, llmb_error *error);

/* With nothing below it. */
void reaper_give_back(struct tool_reaper *reaper);

struct reaper_plan *reaper_plan(struct tool_reaper *reaper);

/* False if it is gone. */
bool reaper_order(struct tool_reaper *reaper, enum reaper_word_kind kind, const os_handle *descriptors, unsigned count);

enum reaper_news { REAPER_NOTHING, REAPER_WORD, REAPER_GONE };

/* The next word, waiting for it up to a limit; 0 does not wait, and goes by the last tool_watch_look. A reaper that is
 * gone is freed: what was below it is this engine's, and is killed by reapers_step. */
enum reaper_news reaper_listen(struct tool_reaper *reaper, int limit_ms, struct reaper_word *out);

/* Ends one that does not do its work; reaper_listen says so. */
void reaper_kill(struct tool_reaper *reaper);

/* Kills, a bounded amount at a time, what reapers that are gone have left, and looks after those that have nothing to
 * do. Call it when the engine is awake. */
void reapers_step(void);

/* Whether there is more to be killed: reapers_step is due again in TOOL_SWEEP_AGAIN_NS. */
bool reapers_are_sweeping(void);

#endif
