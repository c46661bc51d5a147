/* The baseline of starting programs: posix_spawn and waitpid in a small process. */
#ifndef LLMB_BENCH_SPAWN_H
#define LLMB_BENCH_SPAWN_H

#include "bench_child.h"
#include "bench_metric.h"

/* What the small process does: for bench_child_start, with the program's path as data. */
void bench_spawn_server(int in, int out, const void *data);

/* One spawn there; its time goes to the baseline's samples. False if it failed. */
bool bench_spawn_directly(struct bench_run *run, const struct bench_child *child);

#endif
