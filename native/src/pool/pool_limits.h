/* Named maxima of the pool. */
#ifndef LLMB_POOL_LIMITS_H
#define LLMB_POOL_LIMITS_H

enum {
  POOL_WORKERS_MAX = 64,
  POOL_MESSAGES_MAX = 64, /* an engine may send at once; a well-behaved one sends four in its life */
  POOL_EVENTS_MAX = 128,  /* that a bridge remembers; stats.h names the number */
  POOL_POLL_ITEMS_MAX = 4 * POOL_WORKERS_MAX + 66
};

#endif
