/* The engine's wait against a host that writes at any moment of it. */
#include <pthread.h>
#include <sched.h>

#include <channel/engine_channel.h>
#include <core/memory.h>
#include <platform/os_bell.h>
#include <platform/os_clock.h>
#include <platform/os_socket.h>

#include "tests/check.h"

enum { ROUNDS = 100000, SLOTS = 2, PAUSES = 16, YIELD_AFTER = 1000, DEADLINES = 100 };

struct meeting {
  llmb_engine *engine;
  os_handle host_socket;
  _Atomic unsigned entering; /* the round whose wait begins now */
};

static void meeting_begin(struct meeting *meeting) {
  os_handle sockets[2];
  int os_code = 0;
  void *engine = NULL, *region = NULL;
  CHECK_INT(LLMB_OK, os_socket_pair(sockets, &os_code));
  os_socket_only_send(sockets[0]);
  CHECK_INT(LLMB_OK, memory_allocate(sizeof(llmb_engine), &engine));
  CHECK_INT(0, posix_memalign(&region, 64, channel_region_size(SLOTS)));
  memset(region, 0, channel_region_size(SLOTS));
  *meeting = (struct meeting){.engine = engine, .host_socket = sockets[0]};
  meeting->engine->only.region = region;
  meeting->engine->only.slot_count = SLOTS;
  meeting->engine->clients[0] = &meeting->engine->only;
  meeting->engine->client_count = 1;
  meeting->engine->only.socket = sockets[1];
  meeting->engine->watched = OS_HANDLE_NONE;
  meeting->engine->idle_ns = LLMB_NEVER;
  meeting->engine->spin = spin_create();
  for (unsigned i = 0; i < SLOTS; i++) {
    meeting->engine->only.requests[i].engine = meeting->engine;
    meeting->engine->only.requests[i].client = &meeting->engine->only;
    meeting->engine->only.requests[i].state = ENGINE_SLOT_WORKING;
  }
  meeting->engine->working_count = SLOTS;
}

static void meeting_end(struct meeting *meeting) {
  os_handle_close(meeting->host_socket);
  os_handle_close(meeting->engine->only.socket);
  free(meeting->engine->only.region);
  memory_release(meeting->engine);
}

/* As the host does when it has made room or does not want an answer any more. */
static void host_writes(struct meeting *meeting) {
  llmb_engine *engine = meeting->engine;
  atomic_fetch_add(&engine->only.region->request_sequence, 1);
  if (atomic_exchange(&engine->only.region->engine_sleeps, 0) != 0) os_bell_ring(meeting->host_socket);
}

static void pause_for(unsigned turns) {
  for (unsigned i = 0; i < turns; i++) os_cpu_relax();
}

static void *host_run(void *argument) {
  struct meeting *meeting = argument;
  for (unsigned round = 1; round <= ROUNDS; round++) {
    /* Where the engine has no processor, a wait without a yield lasts as long as the scheduler lets it. */
    for (unsigned turn = 0; atomic_load(&meeting->entering) < round; turn++) {
      if (turn < YIELD_AFTER) os_cpu_relax();
      if (turn >= YIELD_AFTER) sched_yield();
    }
    pause_for(round % PAUSES);
    host_writes(meeting);
  }
  return NULL;
}

static void engine__misses_nothing_that_is_written_while_it_begins_to_wait(void) {
  struct meeting meeting;
  pthread_t host;
  meeting_begin(&meeting);
  CHECK_INT(0, pthread_create(&host, NULL, host_run, &meeting));
  for (unsigned round = 1; round <= ROUNDS && check_failures == 0; round++) {
    llmb_request *request = NULL;
    atomic_store(&meeting.entering, round);
    pause_for(round / PAUSES % PAUSES); /* so that every moment of the wait has its turn */
    CHECK_INT(LLMB_OK, llmb_engine_next(meeting.engine, LLMB_NEVER, &request)); /* a write it missed: for ever */
    CHECK(request == NULL);
  }
  CHECK_INT(0, pthread_join(host, NULL));
  meeting_end(&meeting);
}

static void engine__hears_what_was_written_while_it_flushed(void) {
  struct meeting meeting;
  llmb_request *request = NULL;
  meeting_begin(&meeting);
  CHECK_INT(LLMB_OK, llmb_engine_next(meeting.engine, 0, &request));
  host_writes(&meeting); /* of the other request */
  CHECK_INT(LLMB_OK, llmb_request_flush(&meeting.engine->only.requests[0], LLMB_NEVER));
  CHECK_INT(LLMB_OK, llmb_engine_next(meeting.engine, LLMB_NEVER, &request));
  CHECK(request == NULL);
  meeting_end(&meeting);
}

/* Or an engine that slept until then would look again and again, until a coarser clock says so too. */
static void request__is_cancelled_at_its_deadline_and_not_later(void) {
  struct meeting meeting;
  meeting_begin(&meeting);
  llmb_request *request = &meeting.engine->only.requests[0];
  request->shared = &meeting.engine->only.region->slots[0];
  request->head.call_id = 1;
  for (unsigned i = 0; i < DEADLINES && check_failures == 0; i++) {
    request->submit.deadline_ns = os_clock_ns() + 10000 + i * 1000;
    while (os_clock_ns() < request->submit.deadline_ns) os_cpu_relax();
    CHECK_INT(1, llmb_request_cancelled(request));
  }
  /* Nor earlier, as the coarse clock might have it; a look that the deadline has overtaken says nothing. */
  for (unsigned i = 0; i < DEADLINES && check_failures == 0; i++) {
    request->submit.deadline_ns = os_clock_ns() + 200000 + i * 50000;
    const uint32_t cancelled = llmb_request_cancelled(request);
    if (os_clock_ns() < request->submit.deadline_ns) CHECK_INT(0, cancelled);
  }
  request->submit.deadline_ns = os_clock_ns() + UINT64_C(60000000000);
  CHECK_INT(0, llmb_request_cancelled(request));
  request->submit.deadline_ns = LLMB_NEVER;
  CHECK_INT(0, llmb_request_cancelled(request));
  meeting_end(&meeting);
}

CHECK_MAIN(TEST(engine__misses_nothing_that_is_written_while_it_begins_to_wait),
           TEST(engine__hears_what_was_written_while_it_flushed),
           TEST(request__is_cancelled_at_its_deadline_and_not_later))
