/* What to sleep on while workers work. */
#ifndef LLMB_POOL_POLL_H
#define LLMB_POOL_POLL_H

#include "platform/os_poll.h"
#include "pool/pool.h"

/* Whether a slot waits for the engine's last word on a call that has ended for the host. */
bool pool_drains(const struct pool *pool);

/* False if the host has closed what the end of one of the engines is told by: a step will find it lost. */
bool pool_intact(const struct pool *pool);

/* What to poll in order to notice what pool_step would act on: appends to items, retains the connections polled in
 * `held` (release with pool_release_held). If `only` is not NULL: what concerns that worker alone. */
struct pool_poll {
  struct os_poll_item items[POOL_POLL_ITEMS_MAX];
  unsigned count;
  struct connection *held[POOL_WORKERS_MAX];
  unsigned held_bell[POOL_WORKERS_MAX]; /* the item of its bell, if pumped */
  unsigned held_count;
  bool pumped;       /* set before preparing: all slots of the workers are waited for */
  bool listens;      /* set before preparing: to slots of calls that nobody reads, too. Whoever listens takes them in
                        (bridge_absorb_unread) before it lets go of the lock: the bells it has cleared ring no other */
  uint64_t until_ns; /* look again at the latest then */
};
/* Empty; its room for items is not cleared, which would cost as much as what is done with it. */
void pool_poll_begin(struct pool_poll *poll, uint64_t until_ns);

/* The first item, of a sleep that begins: false if there is nothing to sleep for. waker_end is owed if true. */
bool pool_poll_waker(struct pool_poll *poll, struct waker *waker);

void pool_prepare_poll(struct pool *pool, struct connection *only, struct pool_poll *out);
void pool_release_held(struct pool_poll *poll);

/* After a poll: the descriptors of the workers that were held are in doubt. */
void pool_doubt_held(struct pool_poll *poll);

/* Clears the doorbells of draining slots, and the workers' own where they were polled. */
void pool_after_poll(struct pool_poll *poll);

#endif
