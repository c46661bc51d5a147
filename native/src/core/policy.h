/* Every number of policy: how long is waited, how often is tried again. What a user sets is in settings_table.c; what
 * bounds memory is in the *_limits.h. */
#ifndef LLMB_CORE_POLICY_H
#define LLMB_CORE_POLICY_H

#include <stdint.h>

/* Calls. */
enum {
  POOL_ATTEMPTS_MAX = 6,       /* engines one call is given to, whatever the reason */
  POOL_LOSSES_TOGETHER_MAX = 2 /* engines in a row that may die under a call beside others: the next is its own */
};

/* The budget of repeated calls: 10 tokens, one for an engine's death, a tenth back for a success, none below half. */
enum {
  POOL_RETRY_TENTHS_MAX = 100,
  POOL_RETRY_TENTHS_SPENT = 10,
  POOL_RETRY_TENTHS_EARNED = 1,
  POOL_RETRY_TENTHS_STOP = 50
};
#define POOL_RETRY_TENTH_NS UINT64_C(1000000000) /* a tenth comes back in this time too */

/* Bytes that the calls of one bridge may keep together for callers who read late. */
#define BRIDGE_UNREAD_SIZE_MAX (UINT64_C(64) << 20)

/* A caller who comes back to a call after this long reads slowly: what its engine could not write is taken at once. */
#define CALL_SLOW_READER_NS UINT64_C(5000000)

/* How long a bridge refuses a request that has ended engines. */
#define POISON_TIME_NS UINT64_C(600000000000)

/* Kills by somebody else: that many within the time, and the pool pauses. Deaths in a row that one request each
 * explains, without an answer between: more than that, and the engine is to blame. */
enum { POOL_UNKNOWN_KILLS_MAX = 3, POOL_EXPLAINED_ROW_MAX = 8 };
#define POOL_UNKNOWN_KILLS_NS UINT64_C(10000000000)
#define POOL_KILLS_PAUSE_NS UINT64_C(1000000000) /* at most, and POOL_BACKOFF_MIN_NS */

/* How long after its socket closed an engine may take to end by itself, so that its true exit status is learnt. */
#define POOL_LAST_BREATH_NS UINT64_C(1000000000)

/* How long after a kill the keeper may take to report the end, before it is held to have stopped working itself. */
#define POOL_KILLED_NS UINT64_C(2000000000)

/* How often to look whether an engine's thread in the host, which was told to end, has ended. */
#define POOL_THREAD_LOOK_NS UINT64_C(1000000)

/* How long the keeper may take to start an engine's process (not to load a model), for the same reason. */
#define KEEPER_SPAWN_TIMEOUT_NS UINT64_C(10000000000)

/* How often an order is tried again for which the keeper's socket has no room. */
#define POOL_ORDER_LOOK_NS UINT64_C(10000000)

/* Keepers one start is asked of: one may die between the look whether it lives and the order. */
enum { POOL_KEEPERS_MAX = 2 };

/* How long a close waits for workers to end before it kills them, and then for their deaths to be reported. */
#define POOL_CLOSE_IDLE_NS UINT64_C(500000000)
#define POOL_CLOSE_KILLED_NS UINT64_C(2000000000)

/* Restarts: full jitter between a floor and a doubling ceiling, so that hosts do not march in step. */
#define POOL_BACKOFF_FIRST_NS UINT64_C(250000000)
#define POOL_BACKOFF_MIN_NS UINT64_C(100000000)
#define POOL_BACKOFF_MAX_NS UINT64_C(30000000000)
#define POOL_WELL_AFTER_NS UINT64_C(10000000000) /* ready this long, or a call answered: restarted at once */
#define POOL_GOOD_SPELL_NS UINT64_C(60000000000) /* ready this long and a call answered: all is forgotten */
#define POOL_BREAKER_FIRST_NS UINT64_C(5000000000)
#define POOL_BREAKER_MAX_NS UINT64_C(60000000000)
#define POOL_BREAKER_SPREAD_DIVISOR 5 /* plus or minus a fifth */

/* Recycling: plus or minus a tenth of the calls, and between two looks at a worker's memory. */
#define POOL_RECYCLE_SPREAD_DIVISOR 10
#define POOL_GROWTH_LOOK_NS UINT64_C(100000000)

/* Fallback: three failures within the window, and the engine is passed over for the time. */
#define DEMOTION_WINDOW_NS UINT64_C(120000000000)
#define DEMOTION_TIME_NS UINT64_C(120000000000)

/* The keeper. */
#define KEEPER_START_TIMEOUT_NS UINT64_C(10000000000)  /* to its greeting */
#define KEEPER_STOP_TIMEOUT_NS UINT64_C(5000000000)    /* from goodbye to its end; longer than the next */
#define KEEPER_REAP_TIMEOUT_NS UINT64_C(3000000000)    /* the keeper's wait for the processes it has killed */
#define KEEPER_WELCOME_TIMEOUT_NS UINT64_C(5000000000) /* an engine's wait for the keeper's first word */
#define KEEPER_SESSION_GRACE_NS UINT64_C(1000000000)   /* a session's helper's end, once nobody waits for it */
#define KEEPER_SWEEP_AGAIN_NS UINT64_C(50000000)       /* between looks for orphans that were still being born */

/* Shared engines: the server and its clients. */
#define KEEPER_CALLED_OFF_NS UINT64_C(2000000000) /* what an engine may take to look at calls that were called off */
#define KEEPER_STUCK_NS UINT64_C(60000000000)     /* what calls that were called off may go on beside others */
#define SHARE_WELCOME_TIMEOUT_NS UINT64_C(5000000000) /* a client's wait for a server's first word, and the reverse */
#define SHARE_LOOK_NS UINT64_C(10000000)              /* between two tries of what found no room */
#define SHARE_LOAD_LOOK_NS UINT64_C(100000000)        /* between two looks at how far an engine has loaded */
#define SHARE_CANDIDATE_NS UINT64_C(5000000000)       /* a candidate's wait for a lock whose holder cannot be reached */
#define SHARE_FIRST_CLIENT_NS UINT64_C(10000000000)   /* a server's wait for its first client */
#define SHARE_RETURN_NS UINT64_C(5000000000)          /* the same, for clients whose engine has died */
#define SHARE_ASK_NS UINT64_C(500000000)              /* how long whoever lists servers waits for the word of each */
#define SHARE_KILLED_NS UINT64_C(5000000000)          /* how long a server that was killed may take to be gone */
#define SHARE_SURVEY_NS UINT64_C(60000000000)         /* a host's wait for all of that, beside the grace */

#endif
