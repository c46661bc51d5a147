/* spawn_keeper: a program that does nothing, from the request to the keeper until its exit status is known here; beside
 * posix_spawn and waitpid of the same program in a small process. */
#include <stdio.h>

#include <llmbridge/llmbridge.h>

#include "bench_child.h"
#include "bench_metric.h"
#include "bench_spawn.h"
#include "keeper/keeper_client.h"
#include "platform/os_poll.h"
#include "platform/os_socket.h"
#include "keeper/keeper_event.h"

enum { ROUND_SPAWNS = 20, PATH_SIZE = 8192 };

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
  snprintf(keeper_program, sizeof keeper_program, "%s/llmbridge-keeper", run->options->programs);
  if (!bench_child_start(&child, bench_spawn_server, program))
    return bench_fail(run, "could not fork the small process");
  if (keeper_launch(keeper_program, &keeper, &error) != LLMB_OK) {
    bench_fail(run, "%s", error.message);
    goto finish;
  }
  for (int i = 0; i < ROUND_SPAWNS; i++) {
    if (!bench_spawn_directly(run, &child) || !spawn_through(run, keeper, program)) goto finish;
  }
  run->result.values.count = run->result.baseline.count = 0;
  while (bench_run_next(run)) {
    for (int i = 0; i < ROUND_SPAWNS; i++) {
      if (!bench_spawn_directly(run, &child)) goto finish;
    }
    for (int i = 0; i < ROUND_SPAWNS; i++) {
      if (!spawn_through(run, keeper, program)) goto finish;
    }
  }
  outcome = BENCH_MEASURED;

finish:
  if (keeper != NULL) {
    keeper_say_goodbye(keeper);
    keeper_await_end(keeper);
  }
  bench_child_stop(&child);
  return outcome;
}
