/* A host for the keeper's tests, to be killed: starts a keeper and engines, prints their pids, and stays.
 *
 *   child_keeper_host KEEPER ENGINE [fork]     with a child of its own, forked without exec, that stays as well */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/keeper/keeper_blocking.h"
#include "platform/os_poll.h"
#include "platform/os_socket.h"
#include "keeper/keeper_event.h"

enum { ENGINES_COUNT = 2 };

static int start_engine(struct keeper *keeper, const char *program, struct engine_process *process) {
  const char *arguments[] = {program, "hang", NULL};
  const char *environment[] = {NULL};
  os_handle pair[2];
  int os_code;
  if (os_socket_pair(pair, &os_code) != LLMB_OK) return 3;
  struct keeper_spawn spawn = {
      .program = program, .arguments = arguments, .environment = environment, .engine_socket = pair[1]};
  if (keeper_spawn(keeper, &spawn, process, NULL) != LLMB_OK) return 4;
  os_handle_close(pair[1]);
  struct os_poll_item item = {.handle = process->events};
  struct keeper_event event;
  os_poll(&item, 1, LLMB_NEVER);
  if (engine_process_next_event(process, &event) != LLMB_OK || event.kind != KEEPER_EVENT_SPAWNED) return 5;
  printf("engine %lld\n", (long long)process->pid);
  return 0;
}

int main(int argc, char **argv) {
  struct keeper *keeper = NULL;
  struct engine_process processes[ENGINES_COUNT];
  if (argc < 3 || keeper_start(argv[1], &keeper, NULL) != LLMB_OK) return 2;
  for (int i = 0; i < ENGINES_COUNT; i++) {
    int failure = start_engine(keeper, argv[2], &processes[i]);
    if (failure != 0) return failure;
  }
  if (argc > 3 && strcmp(argv[3], "fork") == 0) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      for (;;) pause();
    }
    printf("child %d\n", (int)child);
  }
  printf("ready\n");
  fflush(stdout);
  for (;;) pause();
}
