/* The life of one worker (an engine's process) as a table of states and events, and a pure function to step through
 * it. The caller performs the action. */
#ifndef LLMB_WORKER_STATES_H
#define LLMB_WORKER_STATES_H

#include <stdint.h>

enum worker_state {
  WORKER_STARTING, /* the keeper was asked for it */
  WORKER_LOADING,  /* its process said hello */
  WORKER_READY,    /* it takes calls */
  WORKER_RETIRING, /* it finishes what it has and takes nothing more */
  WORKER_STOPPING, /* it is dying or was killed; how it ended is not yet known */
  WORKER_ENDED,
  WORKER_STATE_COUNT
};

enum worker_event {
  WORKER_SPAWNED,
  WORKER_SPAWN_FAILED,
  WORKER_HELLO,
  WORKER_SAID_READY,
  WORKER_REFUSED, /* it cannot start */
  WORKER_SAID_RETIRING,
  WORKER_RECYCLED, /* the host has had enough of it */
  WORKER_BROKE_PROTOCOL,
  WORKER_SOCKET_CLOSED,
  WORKER_TIMED_OUT, /* no progress while starting, or a call's grace is over */
  WORKER_EXITED,    /* how it ended is known, or will never be */
  WORKER_EVENT_COUNT
};

enum worker_action {
  WORKER_ACTION_INVALID, /* zero, so that a forgotten cell is found */
  WORKER_ACTION_NONE,
  WORKER_ACTION_SERVE, /* give it the calls that wait */
  WORKER_ACTION_AWAIT, /* wait for its exit, a short while */
  WORKER_ACTION_KILL,
  WORKER_ACTION_BURY /* its calls move or fail; it is no longer part of the pool */
};

struct worker_step {
  uint8_t state;  /* enum worker_state */
  uint8_t action; /* enum worker_action */
};

struct worker_step worker_next(enum worker_state state, enum worker_event event);

#endif
