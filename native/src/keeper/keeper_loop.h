/* What a keeper does in both of its roles, for one host or as the server of a shared engine: it watches its engines. */
#ifndef LLMB_KEEPER_LOOP_H
#define LLMB_KEEPER_LOOP_H

#include <sys/resource.h>

#include "keeper/keeper_engine.h"
#include "platform/os_poll.h"

enum { KEEPER_LOOP_ITEMS_MAX = 1 + 3 * KEEPER_ENGINES_MAX };

struct keeper_loop {
  struct engine_table table;
  os_handle signals;
  struct rlimit descriptor_limit; /* as this process was started with, for engines */
  bool is_ending;                 /* a signal told so */
  bool sweep_due;                 /* orphans were found: they must be gone at the next look */
  unsigned polled_count;          /* engines that were there at the last keeper_loop_items */
};

/* Everything that must hold before an engine can be. */
bool keeper_loop_prepare(struct keeper_loop *loop);

/* What to poll for the engines, and until when; returns how many items. */
unsigned keeper_loop_items(struct keeper_loop *loop, struct os_poll_item *items, uint64_t *out_until_ns);

/* After the poll: takes in what the engines have said. Then, after all else that the poll has brought, keeper_loop_reap
 * takes in their ends. */
void keeper_loop_engines(struct keeper_loop *loop, const struct os_poll_item *items);
void keeper_loop_reap(struct keeper_loop *loop, const struct os_poll_item *items);

#endif
