/* How long to spin before sleeping, learnt from how long the last waits were. */
#ifndef LLMB_SPIN_H
#define LLMB_SPIN_H

#include <stdint.h>

struct spin {
  uint32_t long_count; /* long waits since the last try */
  uint64_t budget_ns;  /* 0 on a machine with one processor: spinning there only keeps the peer from working */
};

struct spin spin_create(void);

/* Learns from a wait that took waited_ns, spun or slept: short waits are worth spinning for, long ones are not. */
void spin_learn(struct spin *spin, uint64_t waited_ns);

#endif
