/* Whether to spin before sleeping, and how long, learnt from whether the last spins paid.
 *
 * A spin pays when the peer runs on another processor and answers soon. When the machine is busy the peer may be
 * queued behind the very thread that spins for it, and when the answer takes long all of the spin is in vain: then it
 * is better to sleep at once. Only the outcome of a spin tells these apart; how long a wait was does not. */
#ifndef LLMB_SPIN_H
#define LLMB_SPIN_H

#include <stdbool.h>
#include <stdint.h>

struct spin {
  uint64_t budget_ns;    /* of the next wait; 0 is to sleep at once */
  uint32_t unspun_count; /* waits without a spin since the last one */
  bool usable;           /* false on a machine with one processor: spinning there only keeps the peer from working */
};

struct spin spin_create(void);

/* Begins a wait: how long to spin in it. With a budget of 0 a whole spin is tried again now and then. */
uint64_t spin_begin(struct spin *spin);

/* Learns from a spin: it ended with news, or in vain. Once for each spin_begin that did not return 0. */
void spin_end(struct spin *spin, bool paid);

#endif
