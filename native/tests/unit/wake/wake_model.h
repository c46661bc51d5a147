/* A model checker for wake-ups: the library's own code for rings, bells and sleeps is compiled into a test with its
 * atomic operations replaced by these, and then run in every order that two threads on two processors could take.
 *
 * Included before the library's sources. A store that is not sequentially consistent may stay in its processor's store
 * buffer, unseen by the other, until a fence, an exchange or a sleep: that is what x86 does, and what a missing fence
 * lets happen. Each atomic operation is a point at which the other thread may go on. A thread that polls sleeps until
 * its bell rings; when all threads sleep or have ended and one of them sleeps, a wake-up was lost. */
#ifndef LLMB_TESTS_WAKE_MODEL_H
#define LLMB_TESTS_WAKE_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"

enum { MODEL_BELLS_MAX = 8 };

/* What is to be checked: `prepare` makes the world, the threads run in it, `verify` looks at what came of it. */
struct model_scenario {
  void (*prepare)(void);
  void (*threads[2])(void);
  bool (*verify)(void);
};

/* Runs it in every order with at most `switches` switches that no thread asked for and at most `delays` stores held
 * back. False, and the order is told on stderr, at the first in which a wake-up is lost or `verify` says no. */
bool model_check(const struct model_scenario *scenario, unsigned switches, unsigned delays, unsigned long *out_orders);

uint64_t model_load(const volatile void *address, unsigned size);
void model_store(volatile void *address, unsigned size, uint64_t value, memory_order order);
uint64_t model_exchange(volatile void *address, unsigned size, uint64_t value);
uint64_t model_add(volatile void *address, unsigned size, uint64_t value);
void model_fence(memory_order order);
void model_ring(int64_t bell);
void model_clear(int64_t bell);
unsigned model_poll(struct os_poll_item *items, unsigned count);

#undef atomic_load
#undef atomic_load_explicit
#undef atomic_store
#undef atomic_store_explicit
#undef atomic_exchange
#undef atomic_fetch_add
#undef atomic_fetch_sub
#undef atomic_thread_fence
#define atomic_load_explicit(address, order) model_load((address), sizeof *(address))
#define atomic_load(address) model_load((address), sizeof *(address))
#define atomic_store_explicit(address, value, order) \
  model_store((address), sizeof *(address), (uint64_t)(value), (order))
#define atomic_store(address, value) model_store((address), sizeof *(address), (uint64_t)(value), memory_order_seq_cst)
#define atomic_exchange(address, value) model_exchange((address), sizeof *(address), (uint64_t)(value))
#define atomic_fetch_add(address, value) model_add((address), sizeof *(address), (uint64_t)(value))
#define atomic_fetch_sub(address, value) model_add((address), sizeof *(address), (uint64_t)0 - (uint64_t)(value))
#define atomic_thread_fence(order) model_fence(order)

#define os_bell_ring(bell) model_ring((int64_t)(bell))
#define os_bell_ring_across(bell) model_ring((int64_t)(bell))
#define os_bell_clear(bell) (model_clear((int64_t)(bell)), OS_BELL_CLEAR)
#define os_poll(items, count, deadline_ns) ((void)(deadline_ns), model_poll((items), (count)))
#define os_poll_or_signal(items, count, deadline_ns) os_poll(items, count, deadline_ns)

#endif
