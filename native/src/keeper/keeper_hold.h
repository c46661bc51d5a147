/* The process's one keeper, counted: whoever uses it holds it. Any thread. */
#ifndef LLMB_KEEPER_HOLD_H
#define LLMB_KEEPER_HOLD_H

#include "keeper/keeper_client.h"

struct keeper_hold;

/* The keeper that runs, or a new one if none does. Never waits: a new keeper has not greeted yet, and takes orders all
 * the same. */
llmb_status keeper_hold_acquire(const char *program, struct keeper_hold **out, llmb_error *error);

/* Whether the keeper has greeted: LLMB_OK, LLMB_E_NOT_READY while that may come, or why it never will. */
llmb_status keeper_hold_greeting(struct keeper_hold *hold, uint64_t now_ns, llmb_error *error);

/* Until when the greeting may come, and what to poll for it; LLMB_NEVER and OS_HANDLE_NONE once that is decided. */
uint64_t keeper_hold_greeting_until_ns(struct keeper_hold *hold, os_handle *out_handle);

/* This keeper does not do its work: it is killed, and the next to acquire one gets another. */
void keeper_hold_distrust(struct keeper_hold *hold);

struct keeper_hold *keeper_hold_retain(struct keeper_hold *hold);

/* The last one out tells the keeper to end, and does not wait for that. Returns NULL; NULL is fine. */
struct keeper_hold *keeper_hold_release(struct keeper_hold *hold);

/* Waits, bounded, for the ends of the keepers that were told to end. Call it without any lock. */
void keeper_hold_await_leaving(void);

llmb_status keeper_hold_spawn(struct keeper_hold *hold, const struct keeper_spawn *spawn, struct engine_process *out,
                              llmb_error *error);
void keeper_hold_kill(struct keeper_hold *hold, struct engine_process *process);

/* Forgets the keeper of the parent process: for the first use in a forked child, before any thread or lock. */
void keeper_hold_abandon(void);

#endif
