#include "tests/unit/wake/wake_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

enum { THREADS = 2, STACK_SIZE = 256 << 10, BUFFERED_MAX = 32, CHOICES_MAX = 4096, STEPS_MAX = 4096, TRACE_MAX = 4000 };
enum thread_state { THREAD_READY, THREAD_ASLEEP, THREAD_ENDED };

/* A store that the other processor does not see yet. */
struct buffered {
  volatile void *address;
  unsigned size;
  uint64_t value;
};

struct thread {
  enum thread_state state;
  ucontext_t context;
  char *stack;
  struct buffered buffer[BUFFERED_MAX];
  unsigned buffered_count;
  struct os_poll_item *items; /* while it sleeps */
  unsigned item_count;
};

/* One order is a list of choices. The next one differs in the last that can be made otherwise. */
struct choice {
  unsigned taken, count;
};

static struct thread threads[THREADS];
static ucontext_t scheduler;
static unsigned running;
static uint64_t rung[MODEL_BELLS_MAX];
static const struct model_scenario *checked;
static struct choice choices[CHOICES_MAX];
static unsigned choice_count, choice_at, switches_left, delays_left, steps;
static char trace[TRACE_MAX];

static void note(const char *what) {
  const size_t size = strlen(trace);
  snprintf(trace + size, sizeof trace - size, " %u:%s", running, what);
}

static unsigned choose(unsigned count) {
  if (choice_at == choice_count) {
    if (choice_count == CHOICES_MAX) abort();
    choices[choice_count++] = (struct choice){.taken = 0, .count = count};
  }
  return choices[choice_at++].taken;
}

/* Makes the choices those of the next order; false when there is none. */
static bool next_order(void) {
  while (choice_count > 0 && choices[choice_count - 1].taken + 1 == choices[choice_count - 1].count) choice_count--;
  if (choice_count == 0) return false;
  choices[choice_count - 1].taken++;
  return true;
}

static uint64_t memory_read(const volatile void *address, unsigned size) {
  return size == 8 ? *(const volatile uint64_t *)address : *(const volatile uint32_t *)address;
}

static void memory_write(volatile void *address, unsigned size, uint64_t value) {
  if (size == 8) {
    *(volatile uint64_t *)address = value;
  } else {
    *(volatile uint32_t *)address = (uint32_t)value;
  }
}

static void drain(struct thread *thread) {
  for (unsigned i = 0; i < thread->buffered_count; i++) {
    memory_write(thread->buffer[i].address, thread->buffer[i].size, thread->buffer[i].value);
  }
  thread->buffered_count = 0;
}

static bool is_awake(const struct thread *thread) {
  if (thread->state != THREAD_ASLEEP) return thread->state == THREAD_READY;
  for (unsigned i = 0; i < thread->item_count; i++) {
    const int64_t bell = (int64_t)thread->items[i].handle;
    if (bell >= 0 && bell < MODEL_BELLS_MAX && rung[bell] > 0) return true;
  }
  return false;
}

/* Between two operations: the other thread may have its turn here. */
static void point(const char *what) {
  note(what);
  if (++steps > STEPS_MAX) abort(); /* a loop that no order ends */
  if (switches_left == 0 || !is_awake(&threads[1 - running]) || choose(2) == 0) return;
  switches_left--;
  swapcontext(&threads[running].context, &scheduler);
}

uint64_t model_load(const volatile void *address, unsigned size) {
  point("load");
  struct thread *self = &threads[running];
  for (unsigned i = self->buffered_count; i > 0; i--) {
    if (self->buffer[i - 1].address == address) return self->buffer[i - 1].value;
  }
  return memory_read(address, size);
}

void model_store(volatile void *address, unsigned size, uint64_t value, memory_order order) {
  point("store");
  struct thread *self = &threads[running];
  if (order == memory_order_seq_cst) drain(self);
  bool held = self->buffered_count > 0; /* stores leave in their order */
  if (!held && order != memory_order_seq_cst && delays_left > 0 && choose(2) == 1) {
    delays_left--;
    held = true;
    note("(held back)");
  }
  if (!held) {
    memory_write(address, size, value);
    return;
  }
  if (self->buffered_count == BUFFERED_MAX) abort();
  self->buffer[self->buffered_count++] = (struct buffered){.address = address, .size = size, .value = value};
}

uint64_t model_exchange(volatile void *address, unsigned size, uint64_t value) {
  point("exchange");
  drain(&threads[running]);
  const uint64_t before = memory_read(address, size);
  memory_write(address, size, value);
  return before;
}

uint64_t model_add(volatile void *address, unsigned size, uint64_t value) {
  point("add");
  drain(&threads[running]);
  const uint64_t before = memory_read(address, size);
  memory_write(address, size, before + value);
  return before;
}

/* Only a full fence holds up a processor of this kind. */
void model_fence(memory_order order) {
  point("fence");
  if (order == memory_order_seq_cst) drain(&threads[running]);
}

void model_ring(int64_t bell) {
  point("ring");
  if (bell < 0 || bell >= MODEL_BELLS_MAX) abort();
  rung[bell]++;
}

void model_clear(int64_t bell) {
  point("clear");
  rung[bell] = 0;
}

unsigned model_poll(struct os_poll_item *items, unsigned count) {
  struct thread *self = &threads[running];
  point("poll");
  drain(self); /* sooner or later, whoever sleeps */
  self->items = items;
  self->item_count = count;
  self->state = THREAD_ASLEEP;
  while (!is_awake(self)) {
    note("sleeps");
    swapcontext(&self->context, &scheduler);
  }
  self->state = THREAD_READY;
  unsigned ready = 0;
  for (unsigned i = 0; i < count; i++) {
    const int64_t bell = (int64_t)items[i].handle;
    items[i].readable = bell >= 0 && bell < MODEL_BELLS_MAX && rung[bell] > 0;
    ready += items[i].readable;
  }
  note("wakes");
  return ready;
}

static void thread_run(void) {
  checked->threads[running]();
  point("returns"); /* what it has stored may still be unseen */
  drain(&threads[running]);
  threads[running].state = THREAD_ENDED;
  note("ends");
  swapcontext(&threads[running].context, &scheduler);
}

static void thread_begin(struct thread *thread) {
  char *stack = thread->stack;
  memset(thread, 0, sizeof *thread);
  thread->stack = stack != NULL ? stack : malloc(STACK_SIZE);
  if (thread->stack == NULL) abort();
  getcontext(&thread->context);
  thread->context.uc_stack.ss_sp = thread->stack;
  thread->context.uc_stack.ss_size = STACK_SIZE;
  makecontext(&thread->context, thread_run, 0);
}

/* Runs one order to its end; false when a thread sleeps for ever. */
static bool run_order(void) {
  checked->prepare();
  memset(rung, 0, sizeof rung);
  trace[0] = 0;
  choice_at = steps = 0;
  for (unsigned i = 0; i < THREADS; i++) thread_begin(&threads[i]);
  running = choose(THREADS);
  for (;;) {
    if (!is_awake(&threads[running])) running = 1 - running;
    if (!is_awake(&threads[running])) break;
    swapcontext(&scheduler, &threads[running].context);
    if (is_awake(&threads[1 - running])) running = 1 - running;
  }
  return threads[0].state == THREAD_ENDED && threads[1].state == THREAD_ENDED;
}

bool model_check(const struct model_scenario *scenario, unsigned switches, unsigned delays, unsigned long *out_orders) {
  *out_orders = 0;
  checked = scenario;
  choice_count = 0;
  do {
    switches_left = switches;
    delays_left = delays;
    ++*out_orders;
    const bool ended = run_order();
    if (ended && scenario->verify()) continue;
    fprintf(stderr, "%s in this order (thread:operation):%s\n", ended ? "a wrong end" : "a wake-up is lost", trace);
    return false;
  } while (next_order());
  return true;
}
