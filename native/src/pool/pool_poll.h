/* What to sleep on while workers work. */
#ifndef LLMB_POOL_POLL_H
#define LLMB_POOL_POLL_H

#include "platform/os_poll.h"
#include "pool/pool.h"

/* Whether a slot waits for the engine's last word on a call that has ended for the host. */
bool pool_drains(const struct pool *pool);

/* What to poll in order to notice what pool_step would act on: appends to items, retains the connections polled in
 * `held` (release with pool_release_held). If `only` is not NULL: what concerns that worker alone. */
struct pool_poll {
  struct os_poll_item items[POOL_POLL_ITEMS_MAX];
  unsigned count;
  struct connection *held[POOL_WORKERS_MAX];
  unsigned held_count;
  uint64_t until_ns; /* look again at the latest then */
};
void pool_prepare_poll(struct pool *pool, struct connection *only, struct pool_poll *out);
void pool_release_held(struct pool_poll *poll);

/* Clears the doorbells of draining slots that rang. */
void pool_after_poll(struct pool_poll *poll);

#endif
