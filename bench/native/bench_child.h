/* A forked helper process with a pipe each way: the baselines live there. */
#ifndef LLMB_BENCH_CHILD_H
#define LLMB_BENCH_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BENCH_PONG_SIZE = 64 };

struct bench_child {
  pid_t pid;
  int to, from;
};

/* What the helper does with its ends of the pipes; it ends when this returns. */
typedef void bench_serve(int in, int out, const void *data);

/* Forks a helper. False if that failed. Best done before any bridge is open, so that it is small. */
bool bench_child_start(struct bench_child *out, bench_serve *serve, const void *data);

/* Ends it and waits for that. */
void bench_child_stop(struct bench_child *child);

/* A helper that sends each block of BENCH_PONG_SIZE bytes back. */
void bench_pong(int in, int out, const void *data);

/* Whole blocks through a pipe; false at its end. */
bool bench_pipe_write(int to, const void *bytes, size_t size);
bool bench_pipe_read(int from, void *bytes, size_t size);

#endif
