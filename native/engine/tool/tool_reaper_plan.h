/* What an engine and one of its reapers share: the plan of a program in memory that both have at the same address, and
 * the words they exchange over a socket, whose borders are kept. */
#ifndef LLMB_TOOL_REAPER_PLAN_H
#define LLMB_TOOL_REAPER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/tool/tool_limits.h"

enum reaper_word_kind {
  REAPER_START,     /* to it, with the three descriptors: start what the plan says */
  REAPER_TERMINATE, /* to it: ask the program's process group to end */
  REAPER_CLEAR,     /* to it: kill the program and all that it started */
  REAPER_STARTED,   /* from it, where it failed or the plan wants to know: `value` is 0, or an llmb_status, with os_code
                     */
  REAPER_ENDED,     /* from it: how, with exit_kind and value; whether something that it started is left */
  REAPER_CLEARED    /* from it: nothing is left; REAPER_ENDED came before */
};

struct reaper_word {
  uint32_t kind;
  int32_t value, os_code, exit_kind;
  uint32_t left;
};

/* Filled in by the engine between two programs, read by the reaper during START. */
struct reaper_plan {
  const char *program;
  char *const *arguments, *const *environment; /* NULL at the end */
  uint32_t processes_more;                     /* how many more than its user has now there may be */
  bool tells_start;
  uint64_t used_size; /* of `room` */
  _Alignas(sizeof(char *)) char room[TOOL_PLAN_SIZE];
};

#endif
