/* The simulated keeper: in place of keeper_hold.c and of what tells of an engine's process. */
#include <stddef.h>

#include <llmbridge/engine.h>

#include "core/error.h"
#include "core/policy.h"
#include "keeper/keeper_hold.h"
#include "tests/unit/pool/simulation/simulated_engine.h"
#include "keeper/keeper_event.h"

/* How long its socket may be full: an engine may start in fair weather within the shortest start_timeout. */
#define FULL_NS_MAX (10 * WORLD_MS)

/* The keeper: it greets after a while, or never. An order may be given before it has greeted. */
struct keeper_hold {
  unsigned references;
  bool greeted, failed, stopped;
  os_handle greeting;             /* open until it is decided whether it greets */
  uint64_t started_ns, greets_ns; /* LLMB_NEVER: it does not */
};

static struct keeper_hold the_keeper;

void simulated_keeper_forget(void) {
  the_keeper = (struct keeper_hold){.greeting = OS_HANDLE_NONE, .greets_ns = LLMB_NEVER};
}

void simulated_keeper_run(void) {
  if (the_keeper.references == 0 || the_keeper.greeted || world.now_ns < the_keeper.greets_ns) return;
  world_handle_ring(the_keeper.greeting, true);
}

uint64_t simulated_keeper_mute_until_ns(void) {
  const bool open = the_keeper.references > 0 && the_keeper.greeting != OS_HANDLE_NONE;
  return open ? the_keeper.started_ns + KEEPER_START_TIMEOUT_NS : LLMB_NEVER;
}

/* Also the end of the time for its greeting: whoever sleeps through it is seen asleep then. */
uint64_t simulated_keeper_next_ns(void) {
  if (the_keeper.references == 0) return LLMB_NEVER;
  uint64_t next_ns = simulated_keeper_mute_until_ns();
  if (next_ns <= world.now_ns || the_keeper.greets_ns < next_ns) next_ns = the_keeper.greets_ns;
  return next_ns > world.now_ns ? next_ns : LLMB_NEVER;
}

static void keeper_begin(void) {
  the_keeper.greeted = the_keeper.failed = false;
  the_keeper.started_ns = world.now_ns;
  the_keeper.greets_ns = world.now_ns + world_between_ns(0, 2 * WORLD_MS);
  if (world_chance(world.weather.bad_starts)) the_keeper.greets_ns += world_between_ns(0, 3000 * WORLD_MS);
  if (world_chance(world.weather.bad_starts / 4)) the_keeper.greets_ns = LLMB_NEVER;
  if (the_keeper.greeting == OS_HANDLE_NONE) the_keeper.greeting = world_handle_make();
  world_handle_ring(the_keeper.greeting, false);
}

llmb_status keeper_hold_acquire(const char *program, struct keeper_hold **out, llmb_error *error) {
  (void)program;
  if (world_chance(world.weather.bad_starts / 8)) {
    return error_set(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, "no keeper today");
  }
  if (the_keeper.references++ == 0 || the_keeper.failed) keeper_begin();
  *out = &the_keeper;
  return LLMB_OK;
}

llmb_status keeper_hold_greeting(struct keeper_hold *hold, uint64_t now_ns, llmb_error *error) {
  if (!hold->greeted && !hold->failed && now_ns >= hold->greets_ns) {
    hold->greeted = true;
    hold->greeting = os_handle_close(hold->greeting);
  }
  if (!hold->greeted && now_ns >= hold->started_ns + KEEPER_START_TIMEOUT_NS) {
    hold->failed = true;
    hold->greeting = os_handle_close(hold->greeting);
  }
  if (hold->failed) return error_set(error, LLMB_E_START_TIMEOUT, LLMB_PHASE_START, "the keeper did not greet");
  return hold->greeted ? LLMB_OK : LLMB_E_NOT_READY;
}

uint64_t keeper_hold_greeting_until_ns(struct keeper_hold *hold, os_handle *out_handle) {
  *out_handle = hold->greeting;
  return hold->greeting != OS_HANDLE_NONE ? hold->started_ns + KEEPER_START_TIMEOUT_NS : LLMB_NEVER;
}

void keeper_hold_await_leaving(void) {
}

void keeper_hold_distrust(struct keeper_hold *hold) {
  if (hold->greeted && !hold->stopped && world.weather.bad_starts == 0)
    world_break("a keeper that tells everything was distrusted");
}

struct keeper_hold *keeper_hold_retain(struct keeper_hold *hold) {
  hold->references++;
  return hold;
}

struct keeper_hold *keeper_hold_release(struct keeper_hold *hold) {
  if (hold == NULL) return NULL;
  if (hold->references-- == 0) world_break("the keeper was released once too often");
  if (hold->references == 0) hold->greeting = os_handle_close(hold->greeting);
  return NULL;
}

llmb_status keeper_hold_spawn(struct keeper_hold *hold, const struct keeper_spawn *spawn, struct engine_process *out,
                              llmb_error *error) {
  static const enum start_fate bad[] = {START_SLOWLY, START_NOT_AT_ALL, START_CRASHES, START_REFUSES, START_STICKS};
  (void)error;
  struct simulated_engine *engine = engine_of_order(spawn->engine_socket);
  if (engine->order_room_ns == 0) {
    engine->order_room_ns = world.now_ns;
    if (world_chance(world.weather.full_sockets)) engine->order_room_ns += world_between_ns(0, FULL_NS_MAX);
  }
  if (world.now_ns < engine->order_room_ns) return LLMB_E_NOT_READY;
  world_region_entered(engine->region);
  engine->stage = ENGINE_UNBORN;
  engine->wake_ns = hold->greeted ? world.now_ns : hold->greets_ns;
  if (engine->wake_ns != LLMB_NEVER) engine->wake_ns += world_between_ns(0, 2 * WORLD_MS);
  engine->start = START_WELL;
  if (world_chance(world.weather.bad_starts)) engine->start = bad[world_way(sizeof bad / sizeof bad[0])];
  engine->abilities = world.weather.abilities;
  engine->events = world_handle_make();
  *out = (struct engine_process){.events = engine->events, .process = OS_HANDLE_NONE, .id = engine_id(engine)};
  world.spawn_count++;
  if (++world.alive_count > world.alive_count_max) world_break("more engines live than there may be workers");
  return LLMB_OK;
}

void keeper_hold_kill(struct keeper_hold *hold, struct engine_process *process) {
  struct simulated_engine *engine = engine_of_id(process->id);
  engine->lost = world_chance(world.weather.losses);
  engine->untold = !engine->lost && world_chance(world.weather.stops);
  hold->stopped |= engine->untold;
  engine_die(engine, LLMB_EXIT_SIGNAL, SIGNAL_KILL, world_between_ns(0, 5 * WORLD_MS));
}

void keeper_hold_abandon(void) {
}

llmb_status engine_process_next_event(struct engine_process *process, struct keeper_event *out) {
  struct simulated_engine *engine = engine_of_id(process->id);
  if (engine->told_count == 0) return LLMB_E_NOT_READY;
  *out = engine->told[engine->told_first];
  engine->told_first = (engine->told_first + 1) % ENGINE_EVENTS_MAX;
  engine->told_count--;
  world_handle_ring(engine->events, engine->told_count > 0);
  if (out->kind == KEEPER_EVENT_SPAWNED) {
    process->process = world_handle_make();
    process->pid = (int64_t)process->id;
  } else {
    process->ended = true;
  }
  return LLMB_OK;
}

/* An engine that nobody watches any more is killed. */
void engine_process_close(struct engine_process *process) {
  if (process->events == OS_HANDLE_NONE) return;
  engine_die(engine_of_id(process->id), LLMB_EXIT_SIGNAL, SIGNAL_KILL, 0);
  process->events = os_handle_close(process->events);
  process->process = os_handle_close(process->process);
}
