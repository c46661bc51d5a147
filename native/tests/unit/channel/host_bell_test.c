/* Which of an engine's frames wake which sleeper, and that the end of an answer always does. */
#include <poll.h>
#include <pthread.h>
#include <sched.h>

#include <channel/engine_channel.h>
#include <core/memory.h>
#include <platform/os_bell.h>
#include <platform/os_clock.h>
#include <platform/os_poll.h>
#include <pool/slot.h>

#include "tests/check.h"

enum { ROUNDS = 20000, PAUSES = 16, PIECE_SIZE = 1000, UNKNOWN_SLEEPER = 77 };

/* An engine with one request, and what its host has of it. */
struct meeting {
  llmb_engine *engine;
  os_handle slot_hears, worker_hears;
  llmb_request *request;
  struct slot slot;
};

static void meeting_begin(struct meeting *meeting) {
  void *engine = NULL, *region = NULL;
  int os_code = 0;
  CHECK_INT(LLMB_OK, memory_allocate(sizeof(llmb_engine), &engine));
  CHECK_INT(0, posix_memalign(&region, 64, channel_region_size(1)));
  memset(region, 0, channel_region_size(1));
  *meeting = (struct meeting){.engine = engine};
  meeting->engine->only.region = region;
  meeting->engine->only.slot_count = 1;
  meeting->engine->clients[0] = &meeting->engine->only;
  meeting->engine->client_count = 1;
  meeting->engine->in_process = true; /* there is no keeper to be told */
  CHECK_INT(LLMB_OK,
            os_bell_create(OS_BELL_THREAD, &meeting->slot_hears, &meeting->engine->only.slot_bells[0], &os_code));
  CHECK_INT(LLMB_OK,
            os_bell_create(OS_BELL_THREAD, &meeting->worker_hears, &meeting->engine->only.worker_bell, &os_code));
  struct channel_slot *shared = &meeting->engine->only.region->slots[0];
  uint8_t *bytes = channel_response_bytes(region, 1, 0);
  meeting->request = &meeting->engine->only.requests[0];
  meeting->request->engine = meeting->engine;
  meeting->request->client = &meeting->engine->only;
  meeting->request->shared = shared;
  meeting->request->responses = (struct ring_writer){
      &shared->response_written, &shared->response_read, bytes, CHANNEL_RESPONSE_RING_SIZE, 0, false};
  meeting->slot.shared = shared;
  meeting->slot.responses = (struct ring_reader){
      &shared->response_written, &shared->response_read, bytes, CHANNEL_RESPONSE_RING_SIZE, 0, false};
}

static void meeting_end(struct meeting *meeting) {
  os_handle_close(meeting->engine->only.slot_bells[0]);
  os_handle_close(meeting->engine->only.worker_bell);
  os_handle_close(meeting->slot_hears);
  os_handle_close(meeting->worker_hears);
  free(meeting->engine->only.region);
  memory_release(meeting->request->backlog);
  memory_release(meeting->engine);
}

static void request_begin(struct meeting *meeting, uint64_t call_id) {
  meeting->request->state = ENGINE_SLOT_WORKING;
  meeting->engine->working_count = meeting->engine->only.working_count = 1;
  meeting->request->head.call_id = call_id;
  meeting->request->submit.deadline_ns = LLMB_NEVER;
  slot_begin(&meeting->slot, call_id);
}

static void write_piece(struct meeting *meeting) {
  static const char text[PIECE_SIZE];
  CHECK_INT(LLMB_OK, llmb_request_write(meeting->request, text, sizeof text));
}

static void write_end(struct meeting *meeting) {
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
  CHECK_INT(LLMB_OK, llmb_request_done(meeting->request, &usage));
}

static void sleep_as(struct meeting *meeting, uint32_t sleeper) {
  atomic_store(&meeting->slot.shared->host_sleeps, sleeper);
}

/* Whether the bell has rung, which then wakes who sleeps; it is silent afterwards. */
static bool has_rung(struct meeting *meeting, os_handle bell) {
  struct pollfd item = {.fd = os_handle_number(bell), .events = POLLIN};
  if (poll(&item, 1, 0) == 0) return false;
  CHECK_INT(OS_BELL_CLEAR, os_bell_clear(bell));
  CHECK_INT(CHANNEL_AWAKE, atomic_load(&meeting->slot.shared->host_sleeps));
  return true;
}

static bool slot_has_rung(struct meeting *meeting) {
  return has_rung(meeting, meeting->slot_hears);
}

static void piece__wakes_who_reads_along(void) {
  struct meeting meeting;
  meeting_begin(&meeting);
  request_begin(&meeting, 1);
  sleep_as(&meeting, CHANNEL_SLEEPS_ON_SLOT);
  CHECK_INT(LLMB_OK, llmb_request_accept(meeting.request));
  CHECK(!slot_has_rung(&meeting));
  write_piece(&meeting);
  CHECK(slot_has_rung(&meeting));
  write_piece(&meeting);
  CHECK(!slot_has_rung(&meeting)); /* awake */
  sleep_as(&meeting, CHANNEL_SLEEPS_ON_WORKER);
  write_piece(&meeting);
  CHECK(!slot_has_rung(&meeting));
  CHECK(has_rung(&meeting, meeting.worker_hears));
  meeting_end(&meeting);
}

static void piece__lets_sleep_who_waits_for_the_end(void) {
  struct meeting meeting;
  meeting_begin(&meeting);
  request_begin(&meeting, 1);
  sleep_as(&meeting, CHANNEL_SLEEPS_FOR_END);
  for (int i = 0; i < 3; i++) write_piece(&meeting);
  CHECK(!slot_has_rung(&meeting));
  CHECK_INT(CHANNEL_SLEEPS_FOR_END, atomic_load(&meeting.slot.shared->host_sleeps));
  meeting_end(&meeting);
}

static void piece__wakes_who_waits_for_the_end_when_half_of_the_ring_is_full(void) {
  struct meeting meeting;
  uint64_t written = 0;
  meeting_begin(&meeting);
  request_begin(&meeting, 1);
  sleep_as(&meeting, CHANNEL_SLEEPS_FOR_END);
  while (!slot_has_rung(&meeting) && check_failures == 0) {
    write_piece(&meeting);
    written += sizeof(struct frame_head) + PIECE_SIZE;
    CHECK(written <= CHANNEL_RESPONSE_RING_SIZE);
  }
  CHECK(written >= CHANNEL_RESPONSE_RING_SIZE / 2);
  meeting_end(&meeting);
}

static void piece__that_does_not_fit_wakes_who_waits_for_the_end(void) {
  static const char text[2 * CHANNEL_RESPONSE_RING_SIZE];
  struct meeting meeting;
  meeting_begin(&meeting);
  request_begin(&meeting, 1);
  sleep_as(&meeting, CHANNEL_SLEEPS_FOR_END);
  CHECK_INT(LLMB_OK, llmb_request_write(meeting.request, text, sizeof text));
  CHECK(slot_has_rung(&meeting));
  meeting_end(&meeting);
}

static void end__wakes_every_sleeper(void) {
  static const uint32_t sleepers[] = {CHANNEL_SLEEPS_ON_SLOT, CHANNEL_SLEEPS_FOR_END, UNKNOWN_SLEEPER};
  struct meeting meeting;
  meeting_begin(&meeting);
  for (unsigned i = 0; i < sizeof sleepers / sizeof sleepers[0]; i++) {
    request_begin(&meeting, 1);
    sleep_as(&meeting, sleepers[i]);
    write_end(&meeting);
    CHECK(slot_has_rung(&meeting));
    request_begin(&meeting, 1);
    sleep_as(&meeting, sleepers[i]);
    CHECK_INT(LLMB_OK, llmb_request_fail(meeting.request, LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "no"));
    CHECK(slot_has_rung(&meeting));
  }
  meeting_end(&meeting);
}

static void piece__wakes_a_sleeper_that_nobody_knows(void) {
  struct meeting meeting;
  meeting_begin(&meeting);
  request_begin(&meeting, 1);
  sleep_as(&meeting, UNKNOWN_SLEEPER);
  write_piece(&meeting);
  CHECK(slot_has_rung(&meeting));
  meeting_end(&meeting);
}

static void first_output__is_when_the_answer_began(void) {
  struct meeting meeting;
  meeting_begin(&meeting);
  for (uint64_t call_id = 1; call_id <= 2; call_id++) {
    const uint64_t before_ns = os_clock_ns();
    request_begin(&meeting, call_id);
    CHECK_INT(LLMB_OK, llmb_request_accept(meeting.request));
    CHECK(atomic_load(&meeting.slot.shared->first_output) < before_ns);
    write_piece(&meeting);
    const uint64_t first_ns = atomic_load(&meeting.slot.shared->first_output);
    CHECK(first_ns >= before_ns);
    write_piece(&meeting);
    CHECK(first_ns == atomic_load(&meeting.slot.shared->first_output));
    write_end(&meeting);
  }
  meeting_end(&meeting);
}

static void pause_for(unsigned turns) {
  for (unsigned i = 0; i < turns; i++) os_cpu_relax();
}

/* As a blocking call does: takes what is there, then sleeps for the end. */
static void await_end(struct meeting *meeting) {
  struct slot *slot = &meeting->slot;
  struct os_poll_item bell = {.handle = meeting->slot_hears};
  for (;;) {
    const enum slot_news news = slot_look(slot);
    uint8_t buffer[PIECE_SIZE];
    struct frame_done done;
    if (news == SLOT_PIECE) (void)slot_take_piece(slot, buffer, sizeof buffer);
    if (news == SLOT_DONE) slot_take_done(slot, &done);
    (void)slot_release_room(slot);
    if (news == SLOT_DONE || news == SLOT_BROKEN) return;
    if (news != SLOT_NOTHING) continue;
    atomic_store_explicit(&slot->shared->host_sleeps, CHANNEL_SLEEPS_FOR_END, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    if (!slot_has_news(slot)) os_poll(&bell, 1, LLMB_NEVER); /* an end it missed: for ever */
    atomic_store_explicit(&slot->shared->host_sleeps, CHANNEL_AWAKE, memory_order_relaxed);
    if (bell.readable) CHECK_INT(OS_BELL_CLEAR, os_bell_clear(bell.handle));
  }
}

struct race {
  struct meeting meeting;
  _Atomic unsigned begun, ended; /* rounds */
};

static void *engine_run(void *argument) {
  struct race *race = argument;
  for (unsigned round = 1; round <= ROUNDS; round++) {
    while (atomic_load(&race->begun) < round) sched_yield();
    (void)llmb_request_accept(race->meeting.request);
    pause_for(round % PAUSES);
    write_piece(&race->meeting);
    pause_for(round / PAUSES % PAUSES); /* so that every moment of the wait has its turn */
    write_end(&race->meeting);
    atomic_store(&race->ended, round);
  }
  return NULL;
}

static void end__is_missed_by_nobody_who_begins_to_sleep_for_it(void) {
  struct race race = {.begun = 0};
  pthread_t engine;
  meeting_begin(&race.meeting);
  CHECK_INT(0, pthread_create(&engine, NULL, engine_run, &race));
  for (unsigned round = 1; round <= ROUNDS && check_failures == 0; round++) {
    request_begin(&race.meeting, round);
    atomic_store(&race.begun, round);
    await_end(&race.meeting);
    while (atomic_load(&race.ended) < round) sched_yield();
  }
  CHECK(!race.meeting.slot.responses.broken);
  CHECK_INT(0, pthread_join(engine, NULL));
  meeting_end(&race.meeting);
}

CHECK_MAIN(TEST(piece__wakes_who_reads_along), TEST(piece__lets_sleep_who_waits_for_the_end),
           TEST(piece__wakes_who_waits_for_the_end_when_half_of_the_ring_is_full),
           TEST(piece__that_does_not_fit_wakes_who_waits_for_the_end), TEST(end__wakes_every_sleeper),
           TEST(piece__wakes_a_sleeper_that_nobody_knows), TEST(first_output__is_when_the_answer_began),
           TEST(end__is_missed_by_nobody_who_begins_to_sleep_for_it))
