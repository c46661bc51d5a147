#include "bench_spawn.h"

#include <spawn.h>
#include <sys/wait.h>

#include <llmbridge/llmbridge.h>

/* For each byte: one spawn, answered with its nanoseconds; 0 if it failed. */
void bench_spawn_server(int in, int out, const void *data) {
  const char *program = data;
  char *const arguments[] = {(char *)(uintptr_t)program, NULL};
  char *const environment[] = {NULL};
  for (char byte; bench_pipe_read(in, &byte, 1);) {
    pid_t pid = 0;
    int status = 0;
    const uint64_t begin_ns = llmb_clock_ns();
    const bool spawned = posix_spawn(&pid, program, NULL, NULL, arguments, environment) == 0;
    const bool ended = spawned && waitpid(pid, &status, 0) == pid && status == 0;
    const uint64_t taken_ns = ended ? llmb_clock_ns() - begin_ns : 0;
    if (!bench_pipe_write(out, &taken_ns, sizeof taken_ns)) return;
  }
}

bool bench_spawn_directly(struct bench_run *run, const struct bench_child *child) {
  uint64_t taken_ns = 0;
  if (!bench_pipe_write(child->to, "s", 1) || !bench_pipe_read(child->from, &taken_ns, sizeof taken_ns) ||
      taken_ns == 0) {
    bench_fail(run, "posix_spawn of the no-op program failed");
    return false;
  }
  bench_samples_add(&run->result.baseline, (double)taken_ns / 1e3);
  return true;
}
