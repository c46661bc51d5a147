/* The child's side of starting an engine: from the fork to the exec. */
#ifndef LLMB_KEEPER_CHILD_H
#define LLMB_KEEPER_CHILD_H

#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "keeper/keeper_protocol.h"

#define KEEPER_STEP_EXEC "exec"

/* What the child writes to its close-on-exec pipe when it cannot go on. */
struct keeper_child_report {
  int32_t os_code;
  char step[32];
};

struct keeper_child_plan {
  const struct keeper_spawn_request *request;
  os_handle log, socket, lifeline, report;
  pid_t keeper_pid;
  struct rlimit descriptor_limit; /* as the host had it */
};

/* Becomes the engine. */
_Noreturn void keeper_child_run(const struct keeper_child_plan *plan);

#endif
