/* The process's one keeper, counted: whoever uses it holds it. Any thread. */
#ifndef LLMB_KEEPER_HOLD_H
#define LLMB_KEEPER_HOLD_H

#include "keeper/keeper_client.h"

struct keeper_hold;

/* The keeper that runs, or a new one if none does. */
llmb_status keeper_hold_acquire(const char *program, uint64_t deadline_ns, struct keeper_hold **out, llmb_error *error);

/* This keeper does not do its work: it is killed, and the next to acquire one gets another. */
void keeper_hold_distrust(struct keeper_hold *hold);

struct keeper_hold *keeper_hold_retain(struct keeper_hold *hold);

/* The last one out ends the keeper, and waits for that (bounded). Returns NULL; NULL is fine. */
struct keeper_hold *keeper_hold_release(struct keeper_hold *hold);

llmb_status keeper_hold_spawn(struct keeper_hold *hold, const struct keeper_spawn *spawn, struct engine_process *out,
                              llmb_error *error);
void keeper_hold_kill(struct keeper_hold *hold, struct engine_process *process);

/* Forgets the keeper of the parent process: for the first use in a forked child, before any thread or lock. */
void keeper_hold_abandon(void);

#endif
