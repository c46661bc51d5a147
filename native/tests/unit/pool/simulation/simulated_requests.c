/* What a simulated engine does with requests: answers word by word, or fails in one of the ways there are. An answer is
 * the words t0, t1, ... of tokens 0, 1, ..., so that everyone knows how it must go on. */
#include <llmbridge/engine.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/os_bell.h"
#include "tests/unit/pool/simulation/simulated_engine.h"

enum { REQUEST_SIZE_MAX = 8192 };

static void ring_host(const struct simulated_engine *engine, uint32_t slot, bool ends) {
  if (!ends && atomic_load(&engine->region->slots[slot].host_sleeps) == CHANNEL_SLEEPS_FOR_END) return;
  const uint32_t sleeper = atomic_exchange(&engine->region->slots[slot].host_sleeps, CHANNEL_AWAKE);
  if (sleeper == CHANNEL_SLEEPS_ON_SLOT || sleeper == CHANNEL_SLEEPS_FOR_END) os_bell_ring(engine->slot_bells[slot]);
  if (sleeper == CHANNEL_SLEEPS_ON_WORKER) os_bell_ring(engine->worker_bell);
}

static void send(struct simulated_engine *engine, uint32_t slot, uint32_t type, const void *payload, uint32_t size) {
  struct engine_slot *work = &engine->slots[slot];
  const struct frame_head head = {.payload_size = size, .type = type, .call_id = work->call_id};
  ring_put(&work->responses, &head, sizeof head);
  if (size > 0) ring_put(&work->responses, payload, size);
  ring_publish(&work->responses);
  ring_host(engine, slot, type == FRAME_DONE || type == FRAME_ERROR);
}

static void send_failure(struct simulated_engine *engine, uint32_t slot, llmb_status status) {
  const struct frame_failure failure = {.status = status, .phase = LLMB_PHASE_GENERATE};
  send(engine, slot, FRAME_ERROR, &failure, sizeof failure);
  engine->slots[slot].working = false;
}

static void draw_fate(struct engine_slot *work, bool kills) {
  static const enum request_fate bad[] = {REQUEST_KILLS_UNSEEN, REQUEST_KILLS, REQUEST_KILLS, REQUEST_STICKS,
                                          REQUEST_STICKS_DEAF,  REQUEST_FAILS, REQUEST_BREAKS};
  work->fate = REQUEST_ANSWERED;
  if (world_chance(world.weather.bad_requests)) {
    work->fate = bad[world_way(sizeof bad / sizeof bad[0])];
  }
  if (kills) work->fate = REQUEST_KILLS;
  work->always_kills = kills;
  work->kill_at = work->tokens_done + (kills ? 0 : (uint32_t)random_next(&world.random, work->tokens_all + 1));
  const bool sticks = work->fate == REQUEST_STICKS || work->fate == REQUEST_STICKS_DEAF;
  work->wake_ns = sticks ? LLMB_NEVER : world.now_ns + world_between_ns(0, 3 * WORLD_MS);
}

/* The text of the first tokens that the host does not have. */
static void send_rest(struct simulated_engine *engine, uint32_t slot, uint64_t had_size) {
  char text[REQUEST_SIZE_MAX];
  uint64_t size = 0;
  for (uint32_t i = 0; i < engine->slots[slot].tokens_done; i++) {
    size += (uint64_t)snprintf(text + size, sizeof text - size, "t%u ", i);
  }
  if (had_size > size) world_break("a resumed call has more text than its tokens");
  if (had_size < size) send(engine, slot, FRAME_PIECE, text + had_size, (uint32_t)(size - had_size));
}

static void begin(struct simulated_engine *engine, uint32_t slot, const uint8_t *request) {
  struct engine_slot *work = &engine->slots[slot];
  struct frame_submit submit;
  char input[64];
  memcpy(&submit, request, sizeof submit);
  const uint64_t size = submit.input_size < sizeof input - 1 ? submit.input_size : sizeof input - 1;
  memcpy(input, request + sizeof submit + submit.settings_size, size);
  input[size] = 0;
  unsigned call = 0, tokens = 0, kills = 0;
  if (sscanf(input, "%u %u %u", &call, &tokens, &kills) != 3 || call >= WORLD_CALLS_MAX) {
    world_break("a request came that nobody wrote");
    return;
  }
  work->working = true;
  work->call = call;
  work->tokens_all = tokens;
  work->tokens_done = (uint32_t)submit.resume_tokens;
  draw_fate(work, kills != 0);
  if (world.now_ns >= submit.deadline_ns) world_break("a call was sent after its deadline");
  if (work->tokens_done > 0 && (engine->abilities & LLMB_ENGINE_RESUMES) == 0) {
    world_break("an engine that cannot resume was asked to");
  }
  if (work->fate == REQUEST_KILLS_UNSEEN) {
    world.calls[call].kill_count++;
    engine_die(engine, LLMB_EXIT_SIGNAL, SIGNAL_SEGV, 0);
    return;
  }
  send(engine, slot, FRAME_ACCEPTED, NULL, 0);
  engine_note_accepted(engine, call);
  send_rest(engine, slot, submit.resume_text_size);
}

static void receive(struct simulated_engine *engine, uint32_t slot) {
  struct engine_slot *work = &engine->slots[slot];
  uint8_t request[REQUEST_SIZE_MAX];
  struct frame_head head;
  if (ring_available(&work->requests) < sizeof head) return;
  ring_take(&work->requests, &head, sizeof head);
  if (head.payload_size > sizeof request || ring_available(&work->requests) < head.payload_size) {
    world_break("a request that is not whole");
    return;
  }
  ring_take(&work->requests, request, head.payload_size);
  ring_release(&work->requests);
  work->call_id = head.call_id;
  begin(engine, slot, request);
}

/* A crash, an exit, a kill from elsewhere, or one by the kernel for want of memory. A request that always kills
 * crashes.
 */
static void die_over(struct simulated_engine *engine, const struct engine_slot *work) {
  const bool killed = !work->always_kills && world_chance(400), exits = !killed && world_chance(200);
  world.calls[work->call].kill_count++;
  engine->memory_was_short = killed && world_chance(300);
  engine_die(engine, exits ? LLMB_EXIT_CODE : LLMB_EXIT_SIGNAL, killed ? SIGNAL_KILL : exits ? 1 : SIGNAL_SEGV, 0);
}

static void produce(struct simulated_engine *engine, uint32_t slot) {
  struct engine_slot *work = &engine->slots[slot];
  if (work->fate == REQUEST_FAILS) {
    send_failure(engine, slot, LLMB_E_ENGINE_ERROR);
  } else if (work->fate == REQUEST_BREAKS) {
    send(engine, slot, 99, NULL, 0);
    work->wake_ns = LLMB_NEVER;
  } else if (work->fate == REQUEST_KILLS && work->tokens_done >= work->kill_at) {
    die_over(engine, work);
  } else if (work->tokens_done >= work->tokens_all) {
    const struct frame_done done = {.finish_reason = LLMB_FINISH_STOP, .completion_tokens = work->tokens_all};
    send(engine, slot, FRAME_DONE, &done, sizeof done);
    work->working = false;
  } else {
    char text[16];
    const int32_t token = (int32_t)work->tokens_done;
    const int size = snprintf(text, sizeof text, "t%d ", token);
    if (engine->abilities & LLMB_ENGINE_RESUMES) send(engine, slot, FRAME_TOKENS, &token, sizeof token);
    send(engine, slot, FRAME_PIECE, text, (uint32_t)size);
    work->tokens_done++;
    atomic_store(&engine->region->slots[slot].progress, world.now_ns);
    work->wake_ns = world.now_ns + world_between_ns(0, 3 * WORLD_MS);
  }
}

static bool is_cancelled(const struct simulated_engine *engine, uint32_t slot) {
  return atomic_load(&engine->region->slots[slot].cancelled_id) == engine->slots[slot].call_id;
}

/* Like the real one it looks at its rings only when its bell has rung; then all of them. */
void engine_serve(struct simulated_engine *engine) {
  const bool rung = world_handle_rung(engine->bell);
  if (rung) (void)os_bell_clear(engine->bell);
  bool busy = false;
  for (uint32_t slot = 0; slot < engine->slot_count && engine->stage == ENGINE_SERVING; slot++) {
    struct engine_slot *work = &engine->slots[slot];
    if ((rung || !engine->sleeps) && !work->working) receive(engine, slot);
    if (engine->stage != ENGINE_SERVING) return;
    if (work->working && rung && is_cancelled(engine, slot) && work->fate != REQUEST_STICKS_DEAF &&
        work->fate != REQUEST_BREAKS) {
      send_failure(engine, slot, LLMB_E_CANCELLED);
    }
    if (work->working && world.now_ns >= work->wake_ns) produce(engine, slot);
    busy |= work->working;
  }
  if (busy || rung) engine->idle_since_ns = world.now_ns;
  engine->sleeps = true;
  atomic_store(&engine->region->engine_sleeps, 1);
}

uint64_t engine_serve_next_ns(const struct simulated_engine *engine) {
  uint64_t next_ns = LLMB_NEVER;
  if (world_handle_rung(engine->bell)) return world.now_ns;
  for (uint32_t slot = 0; slot < engine->slot_count; slot++) {
    const struct engine_slot *work = &engine->slots[slot];
    if (work->working && work->wake_ns < next_ns) next_ns = work->wake_ns;
  }
  return next_ns;
}
