#include "pool/worker_states.h"

#include <assert.h>

#define STEP(next, what) \
  { WORKER_##next, WORKER_ACTION_##what }

/* A message that cannot come in a state is a breach of the protocol: the peer is killed. The keeper's news (spawned,
 * exited) travel on another socket than the engine's, so they may come before or after them. SPAWN_FAILED is the last
 * that a keeper says of a worker, whatever went before: a worker that waited for more would never end. One that retires
 * may say so just when the host has decided the same. */
static const struct worker_step table[WORKER_STATE_COUNT][WORKER_EVENT_COUNT] =
    {
        [WORKER_STARTING] =
            {
                [WORKER_SPAWNED] = STEP(STARTING, NONE),
                [WORKER_SPAWN_FAILED] = STEP(ENDED, BURY),
                [WORKER_HELLO] = STEP(LOADING, NONE),
                [WORKER_SAID_READY] = STEP(STOPPING, KILL),
                [WORKER_REFUSED] = STEP(STOPPING, AWAIT),
                [WORKER_SAID_RETIRING] = STEP(STOPPING, KILL),
                [WORKER_RECYCLED] = STEP(STARTING, NONE),
                [WORKER_BROKE_PROTOCOL] = STEP(STOPPING, KILL),
                [WORKER_SOCKET_CLOSED] = STEP(STOPPING, AWAIT),
                [WORKER_TIMED_OUT] = STEP(STOPPING, KILL),
                [WORKER_EXITED] = STEP(ENDED, BURY),
            },
        [WORKER_LOADING] =
            {
                [WORKER_SPAWNED] = STEP(LOADING, NONE),
                [WORKER_SPAWN_FAILED] = STEP(ENDED, BURY),
                [WORKER_HELLO] = STEP(STOPPING, KILL),
                [WORKER_SAID_READY] = STEP(READY, SERVE),
                [WORKER_REFUSED] = STEP(STOPPING, AWAIT),
                [WORKER_SAID_RETIRING] = STEP(STOPPING, KILL),
                [WORKER_RECYCLED] = STEP(LOADING, NONE),
                [WORKER_BROKE_PROTOCOL] = STEP(STOPPING, KILL),
                [WORKER_SOCKET_CLOSED] = STEP(STOPPING, AWAIT),
                [WORKER_TIMED_OUT] = STEP(STOPPING, KILL),
                [WORKER_EXITED] = STEP(ENDED, BURY),
            },
        [WORKER_READY] =
            {
                [WORKER_SPAWNED] = STEP(READY, NONE),
                [WORKER_SPAWN_FAILED] = STEP(ENDED, BURY),
                [WORKER_HELLO] = STEP(STOPPING, KILL),
                [WORKER_SAID_READY] = STEP(STOPPING, KILL),
                [WORKER_REFUSED] = STEP(STOPPING, KILL),
                [WORKER_SAID_RETIRING] = STEP(RETIRING, NONE),
                [WORKER_RECYCLED] = STEP(RETIRING, NONE),
                [WORKER_BROKE_PROTOCOL] = STEP(STOPPING, KILL),
                [WORKER_SOCKET_CLOSED] = STEP(STOPPING, AWAIT),
                [WORKER_TIMED_OUT] = STEP(STOPPING, KILL),
                [WORKER_EXITED] = STEP(ENDED, BURY),
            },
        [WORKER_RETIRING] =
            {
                [WORKER_SPAWNED] = STEP(RETIRING, NONE),
                [WORKER_SPAWN_FAILED] = STEP(ENDED, BURY),
                [WORKER_HELLO] = STEP(STOPPING, KILL),
                [WORKER_SAID_READY] = STEP(STOPPING, KILL),
                [WORKER_REFUSED] = STEP(STOPPING, KILL),
                [WORKER_SAID_RETIRING] = STEP(RETIRING, NONE),
                [WORKER_RECYCLED] = STEP(RETIRING, NONE),
                [WORKER_BROKE_PROTOCOL] = STEP(STOPPING, KILL),
                [WORKER_SOCKET_CLOSED] = STEP(STOPPING, AWAIT),
                [WORKER_TIMED_OUT] = STEP(STOPPING, KILL),
                [WORKER_EXITED] = STEP(ENDED, BURY),
            },
        [WORKER_STOPPING] =
            {
                [WORKER_SPAWNED] = STEP(STOPPING, NONE),
                [WORKER_SPAWN_FAILED] = STEP(ENDED, BURY),
                [WORKER_HELLO] = STEP(STOPPING, NONE),
                [WORKER_SAID_READY] = STEP(STOPPING, NONE),
                [WORKER_REFUSED] = STEP(STOPPING, NONE),
                [WORKER_SAID_RETIRING] = STEP(STOPPING, NONE),
                [WORKER_RECYCLED] = STEP(STOPPING, NONE),
                [WORKER_BROKE_PROTOCOL] = STEP(STOPPING, KILL),
                [WORKER_SOCKET_CLOSED] = STEP(STOPPING, NONE),
                [WORKER_TIMED_OUT] = STEP(STOPPING, KILL),
                [WORKER_EXITED] = STEP(ENDED, BURY),
            },
        [WORKER_ENDED] =
            {
                [WORKER_SPAWNED] = STEP(ENDED, NONE),
                [WORKER_SPAWN_FAILED] = STEP(ENDED, NONE),
                [WORKER_HELLO] = STEP(ENDED, NONE),
                [WORKER_SAID_READY] = STEP(ENDED, NONE),
                [WORKER_REFUSED] = STEP(ENDED, NONE),
                [WORKER_SAID_RETIRING] = STEP(ENDED, NONE),
                [WORKER_RECYCLED] = STEP(ENDED, NONE),
                [WORKER_BROKE_PROTOCOL] = STEP(ENDED, NONE),
                [WORKER_SOCKET_CLOSED] = STEP(ENDED, NONE),
                [WORKER_TIMED_OUT] = STEP(ENDED, NONE),
                [WORKER_EXITED] = STEP(ENDED, NONE),
            },
};

struct worker_step worker_next(enum worker_state state, enum worker_event event) {
  assert((unsigned)state < WORKER_STATE_COUNT && (unsigned)event < WORKER_EVENT_COUNT);
  return table[state][event];
}
