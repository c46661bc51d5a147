/* Which process this is: noticing that it is a forked child, before any lock of the parent is touched. */
#ifndef LLMB_PROCESS_STATE_H
#define LLMB_PROCESS_STATE_H

#include <stdbool.h>
#include <stdint.h>

/* The generation of this process: 1 in the first that uses the library, higher in a child that has used it after a
 * fork. 0 in a forked child that has not entered yet. */
uint64_t process_generation(void);

/* Registers what process_enter calls in a forked child, before the generation changes: the simple calls forget the
 * parent's bridge. There is one such function; the last that was registered counts. */
void process_on_fork(void (*forget)(void));

/* To be called before anything is opened: in a forked child it forgets what the parent had (descriptors are closed,
 * nothing of the parent's is ended) and makes a fresh start. */
void process_enter(void);

#endif
