/* spawn_keeper: a program that does nothing, from the request to the keeper until its exit status is known here; beside
 * posix_spawn and waitpid of the same program in a small process. */
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

#include <llmbridge/llmbridge.h>

#include "bench_child.h"
#include "bench_metric.h"
#include "keeper/keeper_client.h"
#include "platform/os_poll.h"
#include "platform/os_socket.h"

enum { ROUND_SPAWNS = 20, PATH_SIZE = 8192 };

/* For each byte: one spawn, answered with its nanoseconds; 0 if it failed. */
static void spawn_server(int in, int out, const void *data) {
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

static bool spawn_directly(struct bench_run *run, const struct bench_child *child) {
  uint64_t taken_ns = 0;
  if (!bench_pipe_write(child->to, "s", 1) || !bench_pipe_read(child->from, &taken_ns, sizeof taken_ns) ||
      taken_ns == 0) {
    bench_fail(run, "posix_spawn of the no-op program failed");
    return false;
  }
  bench_samples_add(&run->result.baseline, (double)taken_ns / 1e3);
  return true;
}

/* Waits for the end; false if the program did not run and exit with 0. */
static bool await_exit(struct engine_process *process) {
  for (;;) {
    struct keeper_event event;
    const llmb_status status = engine_process_next_event(process, &event);
    if (status == LLMB_E_NOT_READY) {
      struct os_poll_item item = {.handle = process->events};
      os_poll(&item, 1, LLMB_NEVER);
    } else if (status != LLMB_OK || event.kind != KEEPER_EVENT_SPAWNED) {
      return status == LLMB_OK && event.kind == KEEPER_EVENT_EXIT && event.exit_kind == LLMB_EXIT_CODE &&
             event.exit_value == 0;
    }
  }
}

static bool spawn_through(struct bench_run *run, struct keeper *keeper, const char *program) {
  const char *const arguments[] = {program, NULL};
  const char *const environment[] = {NULL};
  struct engine_process process;
  os_handle pair[2];
  int os_code = 0;
  llmb_error error;
  llmb_error_init(&error);
  const uint64_t begin_ns = llmb_clock_ns();
  if (os_socket_pair(pair, &os_code) != LLMB_OK) {
    bench_fail(run, "no socket pair: os code %d", os_code);
    return false;
  }
  const struct keeper_spawn spawn = {
      .program = program, .arguments = arguments, .environment = environment, .engine_socket = pair[1]};
  llmb_status status = keeper_spawn(keeper, &spawn, &process, &error);
  os_handle_close(pair[1]);
  if (status == LLMB_OK) {
    if (!await_exit(&process)) status = error.status = LLMB_E_SPAWN_FAILED;
    bench_samples_add(&run->result.values, (double)(llmb_clock_ns() - begin_ns) / 1e3);
    engine_process_close(&process);
  }
  os_handle_close(pair[0]);
  if (status != LLMB_OK) bench_fail(run, "%s: %s", llmb_status_name(status), error.message);
  return status == LLMB_OK;
}

enum bench_outcome measure_spawn_keeper(struct bench_run *run) {
  char program[PATH_SIZE], keeper_program[PATH_SIZE];
  struct bench_child child;
  struct keeper *keeper = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  llmb_error error;
  llmb_error_init(&error);
  snprintf(program, sizeof program, "%s/bench-noop", run->options->helpers);
  snprintf(keeper_program, sizeof keeper_program, "%s/bin/llmbridge-keeper", run->options->home);
  if (!bench_child_start(&child, spawn_server, program)) return bench_fail(run, "could not fork the small process");
  if (keeper_start(keeper_program, LLMB_NEVER, &keeper, &error) != LLMB_OK) {
    bench_fail(run, "%s", error.message);
    goto finish;
  }
  for (int i = 0; i < ROUND_SPAWNS; i++) {
    if (!spawn_directly(run, &child) || !spawn_through(run, keeper, program)) goto finish;
  }
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    for (int i = 0; i < ROUND_SPAWNS; i++) {
      if (!spawn_directly(run, &child)) goto finish;
    }
    for (int i = 0; i < ROUND_SPAWNS; i++) {
      if (!spawn_through(run, keeper, program)) goto finish;
    }
  }
  outcome = BENCH_MEASURED;

finish:
  keeper_stop(keeper);
  bench_child_stop(&child);
  return outcome;
}
