/* --pin: two processes that talk to each other, each on its own processor. */
#ifndef LLMB_BENCH_PIN_H
#define LLMB_BENCH_PIN_H

#include "bench_metric.h"

/* With --pin: this thread on the first processor it may use, the other process's first thread on the second. */
void bench_pin_pair(const struct bench_run *run, int other_pid);

/* Lets this thread run anywhere again. */
void bench_pin_release(const struct bench_run *run);

#endif
