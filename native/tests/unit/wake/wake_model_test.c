/* No wake-up is lost, in whatever order two processors do what the library does: wake_model.h says how it is tried. */
#include <string.h>

#include "api/process_state.h"
#include "channel/engine_send.h"
#include "channel/engine_sleep.h"
#include "core/memory.h"
#include "tests/check.h"
#include "tests/unit/wake/wake_host.h"
#include "tests/unit/wake/wake_keeper.h"

enum { SWITCHES = 3, SWITCHES_OF_LONG = 2, DELAYS = 1, PIECE_SIZE = 16, LARGE_PIECE_SIZE = 30 << 10, LARGE_PIECES = 5 };

/* The world of one order: an engine with one request, and its host with the call. */
static struct {
  llmb_engine *engine;
  struct llmb_request *request;
  struct connection worker;
  struct slot slot;
  struct bridge_stage stage;
  llmb_bridge bridge;
  llmb_call call;
  struct waker waker; /* of whoever reads the call */
  uint64_t taken;
  bool ended;
  uint64_t reported;
} world;
static uint8_t piece[LARGE_PIECE_SIZE], read_buffer[LARGE_PIECE_SIZE];

static void link_rings(struct channel_region *region) {
  struct channel_slot *shared = &region->slots[0];
  uint8_t *responses = channel_response_bytes(region, 1, 0), *requests = channel_request_bytes(region, 1, 0);
  world.request->shared = world.slot.shared = shared;
  world.request->responses = (struct ring_writer){
      &shared->response_written, &shared->response_read, responses, CHANNEL_RESPONSE_RING_SIZE, 0, false};
  world.slot.responses = (struct ring_reader){
      &shared->response_written, &shared->response_read, responses, CHANNEL_RESPONSE_RING_SIZE, 0, false};
  world.slot.requests = (struct ring_writer){
      &shared->request_written, &shared->request_read, requests, CHANNEL_REQUEST_RING_SIZE, 0, false};
  world.request->requests = (struct ring_reader){
      &shared->request_written, &shared->request_read, requests, CHANNEL_REQUEST_RING_SIZE, 0, false};
}

/* Made once; between orders everything that an order changes is as at first. */
static void prepare(void) {
  static struct channel_region *region;
  static llmb_engine *engine;
  if (region == NULL) {
    void *memory = NULL;
    CHECK_INT(LLMB_OK, memory_allocate(sizeof *engine, &memory));
    engine = memory;
    memory = NULL;
    CHECK_INT(0, posix_memalign(&memory, 64, channel_region_size(1)));
    region = memory;
  } else {
    memory_release(world.request->backlog);
  }
  memset(region, 0, sizeof *region + sizeof region->slots[0]);
  memset(engine, 0, sizeof *engine);
  memset(&world, 0, sizeof world);
  world.engine = engine;
  world.request = &engine->only.requests[0];
  engine->client_count = engine->working_count = engine->only.slot_count = engine->only.working_count = 1;
  engine->watched = OS_HANDLE_NONE;
  engine->clients[0] = world.request->client = &engine->only;
  engine->only.region = region;
  engine->only.worker_bell = WAKE_WORKER_BELL;
  engine->only.socket = WAKE_ENGINE_BELL;
  engine->only.slot_bells[0] = WAKE_SLOT_BELL;
  world.request->engine = engine;
  world.request->state = ENGINE_SLOT_WORKING;
  world.request->head.call_id = 1;
  link_rings(region);
  world.slot.state = SLOT_BUSY;
  world.slot.call_id = 1;
  world.slot.bell.hears = WAKE_SLOT_BELL;
  world.worker.region = region;
  world.worker.slot_count = 1;
  world.worker.socket = WAKE_ENGINE_BELL;
  world.worker.process.events = OS_HANDLE_NONE;
  world.worker.slots[0] = world.slot;
  pthread_mutex_init(&world.bridge.lock, NULL);
  waker_init(&world.bridge.pump);
  waker_init(&world.waker);
  world.bridge.references = 1;
  world.bridge.generation = process_generation();
  world.call.bridge = &world.bridge;
  world.call.stage = &world.stage;
  world.call.ticket.connection = &world.worker;
  world.call.ticket.waker = &world.waker;
  world.call.deadline_ns = world.call.stall_limit_ns = world.call.first_token_limit_ns = LLMB_NEVER;
  world.call.ticket.state = TICKET_PLACED;
}

static void say(uint32_t type, const void *bytes, uint64_t size, enum engine_frame_news news) {
  CHECK_INT(LLMB_OK, engine_send_frame(world.request, type, bytes, size, NULL, 0, news));
}

static void say_done(void) {
  const struct frame_done done = {.finish_reason = LLMB_FINISH_STOP};
  say(FRAME_DONE, &done, sizeof done, ENGINE_END_NEWS);
}

static void engine_answers(void) {
  say(FRAME_ACCEPTED, NULL, 0, ENGINE_NO_NEWS);
  say(FRAME_PIECE, piece, PIECE_SIZE, ENGINE_PART_NEWS);
  say_done();
}

/* More than the ring holds, twice: the engine sleeps until there is room, and once more. */
static void engine_answers_at_length(void) {
  say(FRAME_ACCEPTED, NULL, 0, ENGINE_NO_NEWS);
  for (int i = 0; i < LARGE_PIECES; i++) say(FRAME_PIECE, piece, LARGE_PIECE_SIZE, ENGINE_PART_NEWS);
  say_done();
  for (;;) {
    engine_note_writes(world.engine);
    engine_flush_backlog(world.request);
    if (world.request->backlog_size == 0) return;
    engine_sleep(world.engine, LLMB_NEVER);
  }
}

static void host_reads(void) {
  struct slot *slot = &world.worker.slots[0];
  while (!world.ended) {
    struct frame_done done;
    switch (slot_look(slot)) {
      case SLOT_PIECE:
        world.taken += slot_take_piece(slot, read_buffer, sizeof read_buffer);
        if (slot_release_room(slot)) connection_wake_engine(&world.worker);
        break;
      case SLOT_DONE:
        slot_take_done(slot, &done);
        slot_release_room(slot);
        world.ended = true;
        break;
      case SLOT_NOTHING:
        host_sleep(&world.call);
        break;
      case SLOT_TOKENS:
      case SLOT_VECTOR:
      case SLOT_FAILED:
      case SLOT_BROKEN:
        CHECK(!"nothing else was sent");
        return;
    }
  }
}

static void host_reads_the_end(void) {
  world.call.awaits_end = true;
  host_reads();
}

static void host_pumps(void) {
  uint32_t count = 0;
  CHECK_INT(LLMB_OK, llmb_call_watch(&world.call, 5, NULL));
  CHECK_INT(LLMB_OK, llmb_pump_wait(&world.bridge, &world.reported, 1, LLMB_NEVER, &count, NULL));
  CHECK_INT(1, count);
  world.ended = true;
}

/* Watched before it has a slot: nobody but the pump can say that it sleeps. */
static void host_pumps_from_the_queue(void) {
  uint32_t count = 0;
  world.call.ticket.state = TICKET_QUEUED;
  CHECK_INT(LLMB_OK, llmb_call_watch(&world.call, 5, NULL));
  world.call.ticket.state = TICKET_PLACED;
  waker_init(&world.bridge.pump); /* a pump that has heard of that already looks only once */
  CHECK_INT(LLMB_OK, llmb_pump_wait(&world.bridge, &world.reported, 1, LLMB_NEVER, &count, NULL));
}

static void host_asks(void) {
  struct slot *slot = &world.worker.slots[0];
  for (int part = 0; part < 2; part++) {
    ring_put(&slot->requests, piece, PIECE_SIZE);
    ring_publish(&slot->requests);
    connection_wake_engine(&world.worker);
  }
}

static void engine_listens(void) {
  while (world.taken < 2 * PIECE_SIZE) {
    engine_note_writes(world.engine);
    const uint64_t size = ring_available(&world.request->requests);
    ring_take(&world.request->requests, read_buffer, size);
    ring_release(&world.request->requests);
    world.taken += size;
    if (world.taken < 2 * PIECE_SIZE) engine_sleep(world.engine, LLMB_NEVER);
  }
  world.ended = true;
}

/* As llmb_call_cancel does. */
static void other_cancels(void) {
  atomic_store(&world.call.cancel_requested, 1);
  waker_ring(&world.waker);
}

static void host_waits_for_nothing(void) {
  while (atomic_load(&world.call.cancel_requested) == 0) host_sleep(&world.call);
  world.ended = true;
}

static bool verify_ended(void) {
  return world.ended;
}

static bool verify_short(void) {
  return world.ended && world.taken == PIECE_SIZE;
}

static bool verify_long(void) {
  return world.ended && world.taken == (uint64_t)LARGE_PIECES * LARGE_PIECE_SIZE;
}

static bool verify_request(void) {
  return world.ended && world.taken == 2 * (uint64_t)PIECE_SIZE;
}

static bool verify_pump(void) {
  return world.reported == 5;
}

/* The keeper's page has no other world. */
static struct keeper_guard_page page;
static struct engine guarded;
static struct engine_table table;
static struct keeper_lifeline lifeline;
static const uint64_t guard_ns = UINT64_MAX / 2;

static void prepare_guards(void) {
  memset(&page, 0, sizeof page);
  memset(&guarded, 0, sizeof guarded);
  guarded.guards = &page;
  table = (struct engine_table){.engines = {&guarded}, .count = 1};
  lifeline.page = &page;
  lifeline.bell = WAKE_KEEPER_BELL;
  world.ended = false;
}

static void engine_arms(void) {
  keeper_lifeline_arm(&lifeline, 0, guard_ns);
}

/* Sleeps until the time it has chosen; the model has no clock, so only a word can end a sleep without an end. */
static void keeper_watches(void) {
  while (keeper_watch_guards(&table) > guard_ns) {
    struct os_poll_item item = {.handle = WAKE_KEEPER_BELL};
    os_poll(&item, 1, LLMB_NEVER);
    model_clear(WAKE_KEEPER_BELL);
  }
  world.ended = true;
}

static void check_all(const struct model_scenario *scenario, unsigned switches) {
  unsigned long orders = 0;
  CHECK(model_check(scenario, switches, DELAYS, &orders)); /* no wake-up is lost */
  printf("     %lu orders\n", orders);
  CHECK(orders > 100); /* else nothing was tried */
}

static void reader__of_pieces_hears_of_each_and_of_the_end(void) {
  check_all(&(struct model_scenario){prepare, {engine_answers, host_reads}, verify_short}, SWITCHES);
}

static void reader__of_the_whole_answer_hears_of_its_end(void) {
  check_all(&(struct model_scenario){prepare, {engine_answers, host_reads_the_end}, verify_short}, SWITCHES);
}

static void reader__of_a_long_answer_and_its_engine_wake_each_other(void) {
  check_all(&(struct model_scenario){prepare, {engine_answers_at_length, host_reads}, verify_long}, SWITCHES_OF_LONG);
}

static void reader__that_falls_asleep_hears_of_a_cancellation(void) {
  check_all(&(struct model_scenario){prepare, {other_cancels, host_waits_for_nothing}, verify_ended}, SWITCHES);
}

static void pump__hears_of_a_call_that_it_watches(void) {
  check_all(&(struct model_scenario){prepare, {engine_answers, host_pumps}, verify_pump}, SWITCHES);
}

static void pump__hears_of_a_call_that_got_its_slot_while_it_was_watched(void) {
  check_all(&(struct model_scenario){prepare, {engine_answers, host_pumps_from_the_queue}, verify_pump}, SWITCHES);
}

static void engine__hears_of_each_part_of_a_request(void) {
  check_all(&(struct model_scenario){prepare, {engine_listens, host_asks}, verify_request}, SWITCHES);
}

static void keeper__hears_of_a_guard_that_is_armed_as_it_falls_asleep(void) {
  check_all(&(struct model_scenario){prepare_guards, {engine_arms, keeper_watches}, verify_ended}, SWITCHES);
}

CHECK_MAIN(TEST(reader__of_pieces_hears_of_each_and_of_the_end), TEST(reader__of_the_whole_answer_hears_of_its_end),
           TEST(reader__of_a_long_answer_and_its_engine_wake_each_other),
           TEST(reader__that_falls_asleep_hears_of_a_cancellation), TEST(pump__hears_of_a_call_that_it_watches),
           TEST(pump__hears_of_a_call_that_got_its_slot_while_it_was_watched),
           TEST(engine__hears_of_each_part_of_a_request),
           TEST(keeper__hears_of_a_guard_that_is_armed_as_it_falls_asleep))
