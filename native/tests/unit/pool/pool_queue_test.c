/* The pool's queue with workers that are no processes: who is placed where, before whom, and who is told. */
#include "pool/pool_queue.h"

#include <string.h>

#include "api/bridge_object.h"
#include "api/call_object.h"
#include "api/process_state.h"
#include "core/error.h"
#include "pool/pool_close.h"
#include "pool/restart_policy.h"
#include "tests/check.h"

enum { WORKERS_COUNT = 2, SLOTS_COUNT = 2, TICKETS_COUNT = 4 };
#define NOW_NS UINT64_C(1000000000)

static struct {
  struct pool pool;
  struct pool_stats stats;
  struct waker pump, wakers[TICKETS_COUNT];
  struct pool_ticket tickets[TICKETS_COUNT];
  llmb_error errors[TICKETS_COUNT];
  struct connection workers[WORKERS_COUNT];
  struct channel_slot shared[WORKERS_COUNT][SLOTS_COUNT];
  struct channel_region *regions[WORKERS_COUNT];
} world;

/* A worker that is ready and has nothing to do. */
static void prepare_worker(unsigned index) {
  struct connection *worker = &world.workers[index];
  void *memory = NULL;
  CHECK_INT(0, posix_memalign(&memory, 64, channel_region_size(SLOTS_COUNT)));
  memset(memory, 0, sizeof(struct channel_region));
  world.regions[index] = memory;
  *worker = (struct connection){.references = 1,
                                .state = WORKER_READY,
                                .served = true,
                                .slot_count = SLOTS_COUNT,
                                .region = memory,
                                .last_breath_ns = LLMB_NEVER,
                                .socket = OS_HANDLE_NONE,
                                .engine_end = OS_HANDLE_NONE,
                                .post = OS_HANDLE_NONE,
                                .post_ended = true};
  worker->process.events = worker->process.process = worker->bell.hears = OS_HANDLE_NONE;
  for (unsigned i = 0; i < SLOTS_COUNT; i++) {
    worker->slots[i].shared = &world.shared[index][i];
    worker->slots[i].bell.hears = OS_HANDLE_NONE;
  }
  world.pool.workers[index] = worker;
}

static void prepare(unsigned worker_count) {
  memset(&world, 0, sizeof world);
  waker_init(&world.pump);
  pool_open(&world.pool, &world.pump, &world.stats);
  restart_policy_init(&world.pool.restart, 0, 0, 1);
  restart_note_end(&world.pool.restart, &(struct restart_worker){0}, RESTART_END_FAILED, NOW_NS);
  world.pool.restart.open_until_ns = LLMB_NEVER; /* no other worker is started */
  world.pool.worker_count_max = worker_count;
  world.pool.queue_count_max = TICKETS_COUNT;
  world.pool.launch.slot_count = SLOTS_COUNT;
  for (unsigned i = 0; i < worker_count; i++) prepare_worker(i);
  for (unsigned i = 0; i < TICKETS_COUNT; i++) {
    waker_init(&world.wakers[i]);
    llmb_error_init(&world.errors[i]);
    world.tickets[i] = (struct pool_ticket){.waker = &world.wakers[i], .failure = &world.errors[i]};
  }
}

static void finish(void) {
  for (unsigned i = 0; i < WORKERS_COUNT; i++) free(world.regions[i]);
}

static void enter(unsigned index) {
  CHECK_INT(LLMB_OK, pool_enter(&world.pool, &world.tickets[index], NOW_NS, &world.errors[index]));
}

static void leave(unsigned index) {
  pool_leave(&world.pool, &world.tickets[index], true, NOW_NS);
}

static bool is_placed(unsigned index) {
  return world.tickets[index].state == TICKET_PLACED;
}

static bool is_told(unsigned index) {
  return world.wakers[index].nudged != 0;
}

static void a_suspect__gets_no_company_until_it_is_past(void) {
  prepare(1);
  world.tickets[0].alone = true;
  enter(0);
  enter(1);
  CHECK(is_placed(0) && !is_placed(1));
  pool_share(&world.pool, &world.tickets[0], NOW_NS);
  CHECK(is_placed(1) && is_told(1));
  finish();
}

static void a_moved_call__goes_before_those_that_never_had_a_slot(void) {
  prepare(1);
  enter(0);
  enter(1);
  enter(2);
  world.tickets[3].moved = true;
  enter(3);
  leave(0);
  CHECK(is_placed(3) && is_told(3) && !is_placed(2));
  leave(1);
  CHECK(is_placed(2));
  finish();
}

static void a_call_that_begins_apart__gets_a_worker_emptied_and_the_others_go_on_beside(void) {
  prepare(2);
  enter(0); /* in the first */
  enter(1); /* in the second */
  world.tickets[2].moved = world.tickets[2].alone = world.tickets[2].apart = true;
  enter(2);
  enter(3);
  CHECK(!is_placed(2)); /* no worker is empty */
  CHECK(is_placed(3));  /* beside the one whose worker is not the one to be emptied */
  CHECK(world.tickets[3].connection == &world.workers[1]);
  leave(0);
  CHECK(is_placed(2) && world.tickets[2].connection == &world.workers[0]);
  CHECK_INT(1, world.workers[0].busy_count);
  finish();
}

static void a_call_that_begins_apart__goes_before_other_moved_ones(void) {
  prepare(1);
  enter(0);
  world.tickets[1].moved = world.tickets[1].alone = world.tickets[1].apart = true;
  enter(1);
  world.tickets[2].moved = true;
  enter(2);
  CHECK(!is_placed(1) && !is_placed(2)); /* the only worker is to be empty for the first */
  CHECK(world.pool.queue_first == &world.tickets[1] && world.pool.queue_last == &world.tickets[2]);
  CHECK(world.tickets[2].previous == &world.tickets[1]);
  leave(0);
  CHECK(is_placed(1) && !is_placed(2));
  leave(1);
  CHECK(is_placed(2));
  finish();
}

static void a_failure__is_told_to_all_that_wait(void) {
  prepare(0);
  llmb_error failure;
  llmb_error_init(&failure);
  error_set(&failure, LLMB_E_UNAVAILABLE, LLMB_PHASE_START, "no engine today");
  for (unsigned i = 0; i < 2; i++) queue_append(&world.pool, &world.tickets[i]);
  queue_fail(&world.pool, &failure);
  for (unsigned i = 0; i < 2; i++) {
    CHECK(is_told(i));
    CHECK_INT(TICKET_FAILED, world.tickets[i].state);
    CHECK_TEXT("no engine today", world.errors[i].message);
  }
  CHECK(world.pool.queue_first == NULL);
}

static void a_close__fails_and_tells_all_that_wait(void) {
  prepare(0);
  queue_append(&world.pool, &world.tickets[0]);
  pool_close_begin(&world.pool, NOW_NS);
  CHECK(is_told(0));
  CHECK_INT(TICKET_FAILED, world.tickets[0].state);
  CHECK_INT(LLMB_E_CANCELLED, world.errors[0].status);
}

/* Its caller sleeps in the queue, on another thread. */
static void a_cancelled_call__is_told(void) {
  static llmb_bridge bridge;
  static struct bridge_stage stage;
  static llmb_call call;
  struct waker waker;
  waker_init(&waker);
  waker_init(&bridge.pump);
  pthread_mutex_init(&bridge.lock, NULL);
  bridge.references = 1;
  bridge.generation = process_generation();
  call.bridge = &bridge;
  call.stage = &stage;
  call.ticket.waker = &waker;
  call.ticket.holder = TICKET_HELD_BY_CALLER;
  queue_append(&stage.pool, &call.ticket);
  CHECK_INT(LLMB_OK, llmb_call_cancel(&call));
  CHECK(waker.nudged != 0);
  CHECK(stage.pool.queue_first == NULL); /* and its place is free at once */
}

CHECK_MAIN(TEST(a_suspect__gets_no_company_until_it_is_past),
           TEST(a_moved_call__goes_before_those_that_never_had_a_slot),
           TEST(a_call_that_begins_apart__gets_a_worker_emptied_and_the_others_go_on_beside),
           TEST(a_call_that_begins_apart__goes_before_other_moved_ones), TEST(a_failure__is_told_to_all_that_wait),
           TEST(a_close__fails_and_tells_all_that_wait), TEST(a_cancelled_call__is_told))
