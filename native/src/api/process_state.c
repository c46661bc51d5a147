#include "api/process_state.h"

#include <stdatomic.h>
#include <stddef.h>

#include "keeper/keeper_hold.h"
#include "platform/os_clock.h"
#include "platform/os_fork.h"

enum page_word { PAGE_WIPED = 0, PAGE_CURRENT = 1, PAGE_RENEWING = 2 };

/* The page is emptied by fork; all else here is inherited as it was. */
static _Atomic(volatile unsigned *) page;
static _Atomic uint64_t generation;
static _Atomic(void (*)(void)) forget_simple;

void process_on_fork(void (*forget)(void)) {
  atomic_store(&forget_simple, forget);
}

static _Atomic unsigned *word_of(volatile unsigned *address) {
  return (_Atomic unsigned *)(uintptr_t)address;
}

uint64_t process_generation(void) {
  volatile unsigned *address = atomic_load_explicit(&page, memory_order_acquire);
  if (address == NULL) return atomic_load(&generation); /* nothing was opened yet, or the kernel has no such page */
  return atomic_load_explicit(word_of(address), memory_order_acquire) == PAGE_CURRENT ? atomic_load(&generation) : 0;
}

/* The page is marked before others can see it, so that an unmarked page always means a forked child. */
static void create_page(void) {
  uint64_t first = 0;
  atomic_compare_exchange_strong(&generation, &first, 1);
  volatile unsigned *fresh = os_fork_page_create();
  if (fresh == NULL) return;
  atomic_store(word_of(fresh), PAGE_CURRENT);
  volatile unsigned *expected = NULL;
  if (!atomic_compare_exchange_strong(&page, &expected, fresh)) os_fork_page_free(fresh); /* another was first */
}

void process_enter(void) {
  if (atomic_load_explicit(&page, memory_order_acquire) == NULL) create_page();
  volatile unsigned *address = atomic_load_explicit(&page, memory_order_acquire);
  if (address == NULL) return;
  for (;;) {
    unsigned state = PAGE_WIPED;
    if (atomic_compare_exchange_strong(word_of(address), &state, PAGE_RENEWING)) {
      void (*forget)(void) = atomic_load(&forget_simple);
      if (forget != NULL) forget();
      keeper_hold_abandon();
      atomic_fetch_add(&generation, 1);
      atomic_store_explicit(word_of(address), PAGE_CURRENT, memory_order_release);
      return;
    }
    if (state == PAGE_CURRENT) return;
    os_cpu_relax();
  }
}
